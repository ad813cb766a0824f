"""`notanker central site`: which sites there are."""

from __future__ import annotations

from pathlib import Path

import click

from notanker.cli.central_open import operating, read_central
from notanker.cli.output import fail, json_option, print_json, say


@click.group("site")
def site_group() -> None:
    """List, add, rename, remove sites."""


@site_group.command("list")
@json_option
@click.pass_obj
def list_sites(config_path: Path, as_json: bool) -> None:
    """List the sites, and whether each has a key."""
    from notanker.cli.sites_shown import rows, shown

    with operating(read_central(config_path)) as operator:
        found = rows(operator.listed())
    if as_json:
        print_json({"sites": found})
    else:
        click.echo("\n".join(shown(found)) or say("Noch kein Standort.", "No site yet."))


@site_group.command("add")
@click.argument("site")
@click.option("--name", help="What people call it; else its id.")
@click.option("--region", help="Where the board lists it.")
@click.option("--interval", "interval_s", type=click.FloatRange(1, 86400))
@click.option("--grace", "grace_s", type=click.FloatRange(1, 86400))
@click.pass_obj
def add_site(config_path: Path, /, site: str, **values: object) -> None:
    """Add SITE: its id has small letters, digits, dots and dashes."""
    from notanker_central.config import site_of

    made = site_of(site, {name: value for name, value in values.items() if value is not None})
    if made is None:
        fail(
            f"„{site}“ geht nicht als Kennung: Kleinbuchstaben, Ziffern, . und -, höchstens 63.",
            f"'{site}' is no id: small letters, digits, dots and dashes; 63 characters at the most.",
        )
    with operating(read_central(config_path)) as operator:
        operator.add(made)


@site_group.command("rename")
@click.argument("site")
@click.option("--name", help="What people call it.")
@click.option("--region", help="Where the board lists it.")
@click.option("--interval", "interval_s", type=click.FloatRange(1, 86400))
@click.option("--grace", "grace_s", type=click.FloatRange(1, 86400))
@click.pass_obj
def rename_site(config_path: Path, /, site: str, **values: object) -> None:
    """Change what SITE is called, and how long it may be silent."""
    told = {name: value for name, value in values.items() if value is not None}
    with operating(read_central(config_path)) as operator:
        operator.change(site, told)


@site_group.command("remove")
@click.argument("site")
@click.pass_obj
def remove_site(config_path: Path, site: str) -> None:
    """Take SITE off the list and end its keys; its history stays."""
    with operating(read_central(config_path)) as operator:
        operator.remove(site)
