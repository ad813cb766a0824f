"""`notanker central backup` and `restore`: copies of the centre's database, and the way back."""

from __future__ import annotations

import time
from pathlib import Path

import click

from notanker.cli.central_open import read_central
from notanker.cli.output import fail, say


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--keep-days",
    type=click.FloatRange(0, 36500),
    default=14.0,
    show_default=True,
    help="Older copies in FOLDER are removed, once the new one is whole.",
)
@click.pass_obj
def backup(config_path: Path, folder: Path, keep_days: float) -> None:
    """Copy the database into FOLDER while the centre runs; the master key is not in the copy."""
    from notanker_central.backup import BackupError, back_up

    url = read_central(config_path).database.url
    try:
        made = back_up(url, folder, keep_days, _now_s())
    except BackupError as error:
        fail(*error.pair)
    click.echo(say(f"Gesichert: {made}", f"Copied: {made}"))


@click.command("restore")
@click.argument("copy", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore(config_path: Path, copy: Path) -> None:
    """Put COPY in the database's place. Stop the centre first; the sites send again what is missing."""
    from notanker_central.backup import BackupError
    from notanker_central.backup import restore as bring_back

    url = read_central(config_path).database.url
    try:
        before = bring_back(url, copy, _now_s())
    except BackupError as error:
        fail(*error.pair)
    click.echo(say(f"{copy} ist in Kraft.", f"{copy} is in force."))
    if before is not None:
        click.echo(say(f"Die bisherige Datenbank: {before}", f"The database until now: {before}"))


def _now_s() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)
