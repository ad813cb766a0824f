"""`notanker central enrol`, `rotate`, `revoke` and the like: the keys of the sites."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

import click

from notanker.cli.central_open import operating, read_central
from notanker.cli.output import say


@click.command("enrol")
@click.argument("site")
@click.option(
    "--svg",
    # Opened by whoever called, before the centre's user goes on.
    type=click.File("wb", lazy=False),
    help="Write the code as a QR picture, too.",
)
@click.pass_obj
def enrol(config_path: Path, site: str, svg: BinaryIO | None) -> None:
    """Make a code for SITE: good once, for an hour. There it is typed after `notanker enrol`."""
    from notanker.cli.enrol_code import show_code

    config = read_central(config_path)
    with operating(config) as operator:
        code = operator.enrol(site)
    show_code(config.keys.url, code.text, code.site, svg)


@click.command("site-key")
@click.argument("site")
@click.pass_obj
def site_key(config_path: Path, site: str) -> None:
    """Make a key for SITE and print it, for whoever carries keys by other means, such as Ansible."""
    with operating(read_central(config_path)) as operator:
        click.echo(operator.make_key(site))


@click.command("rotate")
@click.argument("site")
@click.pass_obj
def rotate(config_path: Path, site: str) -> None:
    """Have SITE change its key with its next heartbeat; the old one is good until then."""
    with operating(read_central(config_path)) as operator:
        operator.rotate(site)


@click.command("revoke")
@click.argument("site")
@click.pass_obj
def revoke(config_path: Path, site: str) -> None:
    """End all keys of SITE: nothing of it is taken until it is enrolled again."""
    with operating(read_central(config_path)) as operator:
        ended = operator.revoke(site)
    click.echo(say(f"{ended} Schlüssel gesperrt.", f"{ended} keys revoked."))


@click.command("site-anew")
@click.argument("site")
@click.pass_obj
def site_anew(config_path: Path, site: str) -> None:
    """Take the new journal of SITE, whose SD card was replaced; the old history stays."""
    with operating(read_central(config_path)) as operator:
        operator.site_anew(site)


@click.command("new-master-key")
@click.pass_obj
def new_master_key(config_path: Path) -> None:
    """Seal the keys in the database with a new master key; then restart the centre."""
    with operating(read_central(config_path)) as operator:
        sealed = operator.change_master()
    click.echo(
        say(
            f"{sealed} Schlüssel neu versiegelt. Bitte die Zentrale neu starten.",
            f"{sealed} keys sealed anew. Please restart the centre.",
        )
    )


KEY_COMMANDS: Final = (enrol, site_key, rotate, revoke, site_anew, new_master_key)
