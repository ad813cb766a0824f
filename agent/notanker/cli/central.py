"""`notanker central`: run the centre, check its configuration, make keys, take a site's new journal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import fail, json_option, print_json, print_problems, say
from notanker.errors import errors_of

if TYPE_CHECKING:
    from notanker_central import CentralConfig


@click.group(invoke_without_command=True)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("/etc/notanker/central.toml"),
    envvar="NOTANKER_CENTRAL_CONFIG",
    show_default=True,
    help="The centre's configuration.",
)
@click.pass_context
def central(context: click.Context, config_path: Path) -> None:
    """Run the centre: take heartbeats, show the fleet, raise the alarm for silent sites."""
    context.obj = config_path
    if context.invoked_subcommand is not None:
        return
    import notanker_central
    from notanker_central.logs import open_log

    open_log()
    config = read_central(config_path)
    try:
        notanker_central.serve(config)
    except OSError as error:
        fail(
            f"Die Zentrale kann nicht lauschen oder ihre Datenbank nicht nutzen: {error}.",
            f"The centre cannot listen, or use its database: {error}.",
        )


@central.command("check")
@json_option
@click.pass_obj
def check_central(config_path: Path, as_json: bool) -> None:
    """List every problem of central.toml at once."""
    import notanker_central

    _, problems = notanker_central.load(config_path)
    if as_json:
        print_json({"problems": problems})
    else:
        print_problems(problems, err=False)
        click.echo(say(f"{len(problems)} Befunde.", f"{len(problems)} findings."))
    raise SystemExit(WRONG if errors_of(problems) else OK)


@central.command("site-key")
def site_key() -> None:
    """Make a key for a new site: the first line is the site's, the second goes into central.toml."""
    from notanker_central import make_site_key

    key, digest = make_site_key()
    click.echo(key)
    click.echo(f'key_sha256 = "{digest}"')


@central.command("site-anew")
@click.argument("site")
@click.pass_obj
def site_anew(config_path: Path, site: str) -> None:
    """Take the new journal of SITE, whose SD card was replaced; the old history stays."""
    import notanker_central

    if not notanker_central.site_anew(read_central(config_path), site):
        fail(f"Einen Standort {site} gibt es nicht.", f"There is no site {site}.")


@central.command("sms-in")
@click.pass_obj
def sms_in(config_path: Path) -> None:
    """Hand the text on standard input to the running centre: an SMS in which a site's beat is."""
    from notanker_central.doors.sms import MOST_BYTES, TAKEN
    from notanker_central.sms_in import hand_in

    text = sys.stdin.buffer.read(MOST_BYTES)
    try:
        result = hand_in(read_central(config_path).listen, text)
    except OSError as error:
        fail(f"Die Zentrale antwortet nicht: {error}.", f"The centre does not answer: {error}.")
    if result != TAKEN:
        fail(
            f"Die Zentrale hat die SMS nicht angenommen ({result}).",
            f"The centre did not take this SMS ({result}).",
        )


def read_central(path: Path) -> CentralConfig:
    """Read central.toml, or end with its problems and status 2."""
    import notanker_central

    config, problems = notanker_central.load(path)
    print_problems(problems)
    if config is None:
        raise SystemExit(WRONG)
    return config
