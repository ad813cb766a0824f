"""`notanker plan pdf`: the whole plan on paper, made at the desk; a box never needs it.

The PDF is the portal's own print page, tagged, so that it can be read aloud (PDF/UA-1, ISO 14289-1).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from notanker.cli.output import fail, language, say_aloud
from notanker.cli.plan_options import FILE
from notanker.errors import LANGUAGES, Language

VARIANT: Final = "pdf/ua-1"


@click.command("pdf")
@click.argument("folder", type=FILE)
@click.option("-o", "--out", type=FILE, required=True, help="The file to write.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Default: that of the terminal.")
def write_pdf(folder: Path, out: Path, lang: Language | None) -> None:
    """Write the whole plan in FOLDER as a tagged PDF."""
    from notanker.cli.plan_desk import PRINTS, desk

    make = _maker()
    with desk(folder) as client:
        answer = client.get(PRINTS[lang or language()])
    if answer.status_code != 200:
        fail("Die Druckseite kommt nicht.", "The print page does not come.")
    paper = make(answer.get_data(as_text=True))
    try:
        out.write_bytes(paper)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{out}: {reason}.", f"{out}: {reason}.")
    say_aloud(f"{out}: {len(paper)} Bytes", f"{out}: {len(paper)} bytes")


def _maker() -> Any:
    """Return what makes a PDF of a page, or end with a sentence on what is missing."""
    try:
        import weasyprint  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        _missing("pip install notanker[desk]")
    except OSError:  # it is there, and Pango is not
        _missing("apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # rules for screens mean nothing here

    def make(html: str) -> bytes:
        document = weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=_nothing)
        made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
        return made

    return make


def _missing(how: str) -> NoReturn:
    fail(
        f"Für Papier fehlt WeasyPrint auf diesem Rechner; installieren: {how}.",
        f"For paper WeasyPrint is missing on this machine; install it: {how}.",
    )


def _nothing(url: str, *_: Any, **__: Any) -> NoReturn:
    """Fetch nothing: all that a page needs is in it."""
    raise ValueError(url)
