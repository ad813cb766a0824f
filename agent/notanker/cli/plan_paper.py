"""`notanker plan pdf`: the whole plan on paper, made at the desk; a box never needs it.

The PDF is the portal's own print page, tagged, so that it can be read aloud (`notanker.plan.paper`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from notanker.cli.output import fail, language, say_aloud
from notanker.cli.plan_options import FILE
from notanker.errors import LANGUAGES, Language


@click.command("pdf")
@click.argument("folder", type=FILE)
@click.option("-o", "--out", type=FILE, required=True, help="The file to write.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Default: that of the terminal.")
def write_pdf(folder: Path, out: Path, lang: Language | None) -> None:
    """Write the whole plan in FOLDER as a tagged PDF."""
    from notanker.cli.plan_desk import PRINTS, desk
    from notanker.plan.paper import NoPaperError, paper, weasyprint

    try:
        weasyprint()
    except NoPaperError as error:
        no_paper(error.how)
    with desk(folder) as client:
        answer = client.get(PRINTS[lang or language()])
    if answer.status_code != 200:
        fail("Die Druckseite kommt nicht.", "The print page does not come.")
    made = paper(answer.get_data(as_text=True))
    try:
        out.write_bytes(made)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{out}: {reason}.", f"{out}: {reason}.")
    say_aloud(f"{out}: {len(made)} Bytes", f"{out}: {len(made)} bytes")


def no_paper(how: str) -> NoReturn:
    """End with a sentence on what is missing."""
    fail(
        f"Für Papier fehlt WeasyPrint auf diesem Rechner; installieren: {how}.",
        f"For paper WeasyPrint is missing on this machine; install it: {how}.",
    )
