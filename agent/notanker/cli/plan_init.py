"""`notanker plan init`: a plan to begin with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from notanker.cli.output import fail, language, say_aloud
from notanker.cli.plan_options import FILE
from notanker.errors import LANGUAGES, Language
from notanker.shell import clock


@click.command("init")
@click.argument("folder", type=FILE)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Default: that of the terminal.")
def init_plan(folder: Path, lang: Language | None) -> None:
    """Write a commented plan to begin with into FOLDER, which must be new or empty."""
    from notanker.plan.skeleton import MARKS, skeleton

    tongue: Language = lang or language()
    today = dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC).date()
    files = skeleton(tongue, today)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            fail(
                f"{folder} ist nicht leer; einen neuen Ordner nennen.",
                f"{folder} is not empty; name a new folder.",
            )
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{folder}: {reason}.", f"{folder}: {reason}.")
    mark = MARKS[tongue]
    say_aloud(
        f"{len(files)} Dateien in {folder}. Alles mit „{mark}“ ausfüllen; "
        f"„notanker plan check {folder}“ sagt, was fehlt.",
        f"{len(files)} files in {folder}. Fill in all that is marked '{mark}'; "
        f"'notanker plan check {folder}' says what is missing.",
    )
