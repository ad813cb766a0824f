"""The plan to begin with: `notanker plan init` writes it, commented, and the check says what to fill in.

Each file here is one of the plan. A line that begins with `de|` or `en|` is for that language alone; every
line that has to be filled in bears a mark, and counts until the mark is gone.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from notanker.errors import Catalogue, Entry, Language, Place, Problem
from notanker.plan.files import content_of, files_of

MARKS: Final[dict[Language, str]] = {"de": "AUSFÜLLEN", "en": "FILL IN"}
REVIEW_DAYS: Final = 365
MAX_BYTES: Final = 1_000_000
_TEXTS: Final = (".toml", ".md")

CATALOGUE: Final = Catalogue(
    {
        "fill-in": Entry(
            "warning",
            ("Hier ist noch etwas auszufüllen.", "Eintragen, und den Vermerk „{mark}“ streichen."),
            ("Here is something to fill in.", "Write it, and remove the mark '{mark}'."),
        ),
    }
)


def skeleton(language: Language, today: dt.date) -> dict[str, str]:
    """Return the text of each file, by its path in the plan."""
    root = Path(__file__).parent
    review = today + dt.timedelta(days=REVIEW_DAYS)
    values = {"@today@": str(today), "@review@": str(review), "@mark@": MARKS[language]}
    found = {}
    for path in sorted(root.rglob("*.txt")):
        name = str(path.relative_to(root)).removesuffix(".txt")
        text = _in_language(path.read_text("utf-8"), language)
        for key, value in values.items():
            text = text.replace(key, value)
        found[name] = text
    return found


def _in_language(text: str, language: Language) -> str:
    lines = []
    for line in text.splitlines():
        tongue, bar, rest = line.partition("|")
        if not bar or tongue not in MARKS:
            lines.append(line)
        elif tongue == language:
            lines.append(rest)
    return "\n".join(lines) + "\n"


def unfilled(folder: Path) -> list[Problem]:
    """Return each line of a plan that still bears a mark."""
    problems = []
    for item in files_of(folder)[0]:
        raw = content_of(item.path, MAX_BYTES) if item.name.endswith(_TEXTS) else None
        for number, line in enumerate((raw or b"").decode("utf-8", "replace").splitlines(), 1):
            mark = next((mark for mark in MARKS.values() if mark in line), None)
            if mark is not None:
                problems.append(CATALOGUE.problem("fill-in", Place(item.name, number), mark=mark))
    return problems
