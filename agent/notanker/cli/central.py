"""`notanker central`: run the centre, check its configuration, and what an operator does for its sites."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from notanker.cli.central_backup import backup, restore
from notanker.cli.central_keys import KEY_COMMANDS
from notanker.cli.central_open import DATABASE, database, no_database, no_master, read_central
from notanker.cli.central_people import user
from notanker.cli.central_plans import plan
from notanker.cli.central_sites import site_group
from notanker.cli.exits import OK, WRONG
from notanker.cli.output import fail, json_option, print_json, print_problems, say
from notanker.errors import NotankerError, errors_of
from notanker.notify import READY, WATCHDOG, notify


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
@click.option(
    "--database",
    "database_url",
    default="",
    envvar="NOTANKER_CENTRAL_DATABASE",
    help="Its database instead of the one in central.toml, such as postgresql://user@host/name.",
)
@click.pass_context
def central(context: click.Context, config_path: Path, database_url: str) -> None:
    """Run the centre: take heartbeats, show the fleet, raise the alarm for silent sites."""
    context.obj = config_path
    context.meta[DATABASE] = database_url
    if context.invoked_subcommand is not None:
        return
    import notanker_central
    from notanker_central.logs import open_log

    open_log()
    config = read_central(config_path)
    with _told_by_a_sentence():
        notanker_central.serve(config, lambda _ports: notify(READY), lambda: notify(WATCHDOG))


@central.command("worker")
@click.pass_obj
def worker(config_path: Path) -> None:
    """Store what receivers and sites put into the RabbitMQ cluster; any number side by side."""
    import notanker_central
    from notanker_central.logs import open_log

    open_log()
    config = read_central(config_path)
    if not config.bus.nodes:
        fail(
            "In central.toml fehlt der Cluster: unter [bus] nodes angeben.",
            "central.toml names no cluster: set nodes under [bus].",
        )
    with _told_by_a_sentence():
        notanker_central.work(config, lambda: notify(READY))


@contextmanager
def _told_by_a_sentence() -> Iterator[None]:
    """End what cannot start or go on with a sentence; systemd tries again."""
    from sqlalchemy.exc import SQLAlchemyError

    import notanker_central

    try:
        yield
    except OSError as error:
        fail(
            f"Die Zentrale kann nicht lauschen oder ihre Datenbank nicht nutzen: {error}.",
            f"The centre cannot listen, or use its database: {error}.",
        )
    except notanker_central.VaultError as error:
        no_master(error)
    except (NotankerError, SQLAlchemyError) as error:
        no_database(error)


@central.command("check")
@json_option
@click.pass_obj
def check_central(config_path: Path, as_json: bool) -> None:
    """List every problem of central.toml at once."""
    import notanker_central

    _, problems = notanker_central.load(config_path, database())
    if as_json:
        print_json({"problems": problems})
    else:
        print_problems(problems, err=False)
        click.echo(say(f"{len(problems)} Befunde.", f"{len(problems)} findings."))
    raise SystemExit(WRONG if errors_of(problems) else OK)


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


for command in (*KEY_COMMANDS, site_group, plan, user, backup, restore):
    central.add_command(command)
