"""How well the search answers questions that nothing was tuned on.

    .venv/bin/python bench/search.py

They were written down before anybody saw what the search makes of them, and no word was added to
`search_words.toml` because of them. The sixty of tests/unit/portal/test_search.py were tuned on.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from notanker.plan.accept import accept
from notanker.portal.search import search

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.table import aligned

PLAN: Final = Path(__file__).resolve().parents[1] / "examples" / "plan"
GERMAN: Final = (
    ("wir sind offline", "szenario/internet-und-telefon-tot szenario/nur-internet-vpn"),
    ("telefone stumm", "szenario/nur-telefonie szenario/internet-und-telefon-tot"),
    ("wer hat hier das sagen", "kontakte#c-mara-beispiel kontakte#c-jonas-muster"),
    ("rauch im serverraum", "de/#sos szenario/gebaeude-nicht-nutzbar"),
    ("bildschirm schwarz lösegeld", "szenario/cyberverdacht"),
    ("kunde will karte sperren computer geht nicht", "formular/F2 massnahme/formular-betrieb"),
    ("anrufe auf handys legen", "massnahme/rufumleitung-mobil"),
    ("wo liegen die ersatzhandys", "massnahme/notfallhandys-ausgeben seite/standort"),
    ("einwahl telefonkonferenz nummer", "de/#bridge massnahme/dauerkonferenz"),
    ("journalist am apparat", "sprachregelung kontakte#c-pressestelle"),
    ("elektricker", "kontakte#c-elektriker"),
    ("ausgesperrt schloss", "kontakte#c-schluesseldienst"),
    ("vpn zur musterbank weg", "szenario/nur-internet-vpn szenario/system-auftraggeber"),
    ("strom weg was tun", "szenario/strom"),
    ("wie lange hält die batterie", "szenario/strom kontakte#c-usv-dienst"),
    ("vordruck zum ausfüllen", "formulare formular/F1 massnahme/formular-betrieb"),
    ("geht alles wieder was nun", "massnahme/rueckkehr-normalbetrieb"),
)
ENGLISH: Final = (
    ("phones are silent", "szenario/nur-telefonie szenario/internet-und-telefon-tot"),
    ("electrician", "kontakte#c-elektriker"),
    ("customer without computer", "formular/F1 massnahme/formular-betrieb"),
)


def main() -> int:
    """Ask all of them, and print what was found instead of what should have been."""
    rows, right = [["question", "right page", "place"]], 0
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "store"
        accept(PLAN, store)
        index = store / "current" / "search.sqlite"
        for language, questions in (("de", GERMAN), ("en", ENGLISH)):
            for question, pages in questions:
                place = _place(index, question, pages, language)
                right += 0 < place <= 3
                rows.append([question, pages.split()[0], str(place or "none")])
    print(aligned(rows))
    print(f"among the first three: {right} of {len(rows) - 1}")
    return 0


def _place(index: Path, question: str, pages: str, language: str) -> int:
    """Return at which place the first right page is, 0 if none is there."""
    prefix = "/en/" if language == "en" else "/"
    wanted = {f"{prefix}{page}" for page in pages.split()}
    found = [hit.href for hit in search(index, question, language)]
    return next((at for at, href in enumerate(found, 1) if href in wanted), 0)


if __name__ == "__main__":
    sys.exit(main())
