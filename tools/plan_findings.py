"""Write the tables of all findings of `notanker plan check` from the sentences themselves.

.venv/bin/python tools/plan_findings.py          # writes docs/plan-findings.md and its German twin
.venv/bin/python tools/plan_findings.py --check  # fails if they say something else
"""

import sys
from pathlib import Path

from notanker.config.fields import CATALOGUE as FIELDS
from notanker.errors import Catalogue, Language
from notanker.plan.catalogue import CATALOGUE as LOADING
from notanker.plan.catalogue_files import CATALOGUE as FILES
from notanker.plan.catalogue_tone import CATALOGUE as TONE
from notanker.plan.lint.catalogue import CATALOGUE as WEAK

ROOT = Path(__file__).resolve().parents[1]
PLACES: dict[Language, Path] = {
    "en": ROOT / "docs" / "plan-findings.md",
    "de": ROOT / "docs" / "de" / "plan-findings.md",
}
TITLES: dict[Language, str] = {
    "en": "What `notanker plan check` finds",
    "de": "Was `notanker plan check` findet",
}
TEXTS: dict[Language, str] = {
    "en": """
Every finding has its file, its line and its field. An **error** makes the thing unusable that it stands in; a
warning is told and lived with. `{name}` stands for what is meant each time. A weak point can be accepted in
`risks.toml` by its code ([the plan](plan.md)). This page is made from the sentences themselves by
`tools/plan_findings.py`.""",
    "de": """
Zu jedem Befund gehören Datei, Zeile und Feld. Ein **Fehler** macht unbrauchbar, worin er steht; mit einer
Warnung lässt sich leben. `{name}` steht für das, was jeweils gemeint ist. Eine Schwachstelle kann in
`risks.toml` mit ihrem Namen angenommen werden ([der Plan](plan.md)). Diese Seite entsteht aus den Sätzen
selbst, mit `tools/plan_findings.py`.""",
}
HEADS: dict[Language, str] = {
    "en": "| code | | what is wrong | what to do |",
    "de": "| Name | | was nicht stimmt | was zu tun ist |",
}
PARTS: tuple[tuple[dict[Language, str], Catalogue], ...] = (
    ({"en": "Files and fields", "de": "Dateien und Felder"}, FIELDS),
    ({"en": "Records, references and texts", "de": "Einträge, Verweise und Texte"}, LOADING),
    ({"en": "Pictures, links and twins", "de": "Bilder, Verweise in Texten und Fassungen"}, FILES),
    ({"en": "Weak points", "de": "Schwachstellen"}, WEAK),
    ({"en": "Tone of messages", "de": "Ton der Meldungen"}, TONE),
)
LATER = frozenset(
    {
        "empty-value",
        "value-too-long",
        "no-such-language",
        "not-stored",
        "refused",
        "damaged",
        "no-plan",
    }
)
"""Said when a plan is used or taken into force, not when it is checked."""


def page(language: Language) -> str:
    """Return the page in the language."""
    lines = [f"# {TITLES[language]}", TEXTS[language]]
    for name, catalogue in PARTS:
        lines += ["", f"## {name[language]}", "", HEADS[language], "|---|---|---|---|"]
        for code, entry in sorted(catalogue.entries.items()):
            if code not in LATER:
                words = entry.de if language == "de" else entry.en
                error = (
                    {"de": "Fehler", "en": "error"}[language] if entry.severity == "error" else ""
                )
                cells = (_cell(word) for word in words)
                lines.append(f"| `{code}` | {error} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    """Return a sentence as it is said, in one cell of a table."""
    return words.replace("{{", "{").replace("}}", "}").replace("|", r"\|").replace("<", r"\<")


def main() -> int:
    """Write the pages, or compare them."""
    for language, path in PLACES.items():
        if "--check" not in sys.argv:
            path.write_text(page(language), "utf-8")
        elif path.read_text("utf-8") != page(language):
            print(f"{path.relative_to(ROOT)} is out of date: run tools/plan_findings.py")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
