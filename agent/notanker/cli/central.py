"""`notanker central`: run the centre, check its configuration, and what an operator does for its sites."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn

import click

from notanker.cli.central_backup import backup, restore
from notanker.cli.central_people import user
from notanker.cli.exits import OK, WRONG
from notanker.cli.output import fail, json_option, print_json, print_problems, say
from notanker.cli.owner import become_owner
from notanker.errors import NotankerError, errors_of
from notanker.notify import READY, WATCHDOG, notify

if TYPE_CHECKING:
    from notanker_central import CentralConfig
    from notanker_central.operate import Operator

_DATABASE: Final = "notanker.central.database"


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
    default="",
    envvar="NOTANKER_CENTRAL_DATABASE",
    help="Its database instead of the one in central.toml, such as postgresql://user@host/name.",
)
@click.pass_context
def central(context: click.Context, config_path: Path, database: str) -> None:
    """Run the centre: take heartbeats, show the fleet, raise the alarm for silent sites."""
    context.obj = config_path
    context.meta[_DATABASE] = database
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
        _no_master(error)
    except (NotankerError, SQLAlchemyError) as error:
        _no_database(error)


@central.command("check")
@json_option
@click.pass_obj
def check_central(config_path: Path, as_json: bool) -> None:
    """List every problem of central.toml at once."""
    import notanker_central

    _, problems = notanker_central.load(config_path, _database())
    if as_json:
        print_json({"problems": problems})
    else:
        print_problems(problems, err=False)
        click.echo(say(f"{len(problems)} Befunde.", f"{len(problems)} findings."))
    raise SystemExit(WRONG if errors_of(problems) else OK)


@central.command("enrol")
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
    with _operator(config) as operator:
        code = operator.enrol(site)
    show_code(config.keys.url, code.text, code.site, svg)


@central.command("site-key")
@click.argument("site")
@click.pass_obj
def site_key(config_path: Path, site: str) -> None:
    """Make a key for SITE and print it, for whoever carries keys by other means, such as Ansible."""
    with _operator(read_central(config_path)) as operator:
        click.echo(operator.make_key(site))


@central.command("rotate")
@click.argument("site")
@click.pass_obj
def rotate(config_path: Path, site: str) -> None:
    """Have SITE change its key with its next heartbeat; the old one is good until then."""
    with _operator(read_central(config_path)) as operator:
        operator.rotate(site)


@central.command("revoke")
@click.argument("site")
@click.pass_obj
def revoke(config_path: Path, site: str) -> None:
    """End all keys of SITE: nothing of it is taken until it is enrolled again."""
    with _operator(read_central(config_path)) as operator:
        ended = operator.revoke(site)
    click.echo(say(f"{ended} Schlüssel gesperrt.", f"{ended} keys revoked."))


@central.command("site-anew")
@click.argument("site")
@click.pass_obj
def site_anew(config_path: Path, site: str) -> None:
    """Take the new journal of SITE, whose SD card was replaced; the old history stays."""
    with _operator(read_central(config_path)) as operator:
        operator.site_anew(site)


@central.command("new-master-key")
@click.pass_obj
def new_master_key(config_path: Path) -> None:
    """Seal the keys in the database with a new master key; then restart the centre."""
    with _operator(read_central(config_path)) as operator:
        sealed = operator.change_master()
    click.echo(
        say(
            f"{sealed} Schlüssel neu versiegelt. Bitte die Zentrale neu starten.",
            f"{sealed} keys sealed anew. Please restart the centre.",
        )
    )


@central.group("site")
def site_group() -> None:
    """List, add, rename, remove sites."""


@site_group.command("list")
@json_option
@click.pass_obj
def list_sites(config_path: Path, as_json: bool) -> None:
    """List the sites, and whether each has a key."""
    from notanker.cli.sites_shown import rows, shown

    with _operator(read_central(config_path)) as operator:
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
    with _operator(read_central(config_path)) as operator:
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
    with _operator(read_central(config_path)) as operator:
        operator.change(site, told)


@site_group.command("remove")
@click.argument("site")
@click.pass_obj
def remove_site(config_path: Path, site: str) -> None:
    """Take SITE off the list and end its keys; its history stays."""
    with _operator(read_central(config_path)) as operator:
        operator.remove(site)


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


@central.group("plan")
def plan() -> None:
    """Roll emergency plans out in stages, and see who has which."""


@plan.command("roll-out")
@click.argument("sites", nargs=-1)
@click.option("--region", default=None, help="All sites of this region.")
@click.option("--all", "everybody", is_flag=True, help="All sites.")
@click.option("--anyway", is_flag=True, help="Go on though sites have not taken their plan.")
@click.pass_obj
def roll_out(
    config_path: Path, sites: tuple[str, ...], region: str | None, everybody: bool, anyway: bool
) -> None:
    """Release the plans that lie in the depot to SITES, to a region, or to all."""
    import notanker_central

    config = _staged(config_path)
    if not (sites or region or everybody):
        fail("Kein Standort ist gewählt.", "No site is chosen.")
    done = notanker_central.roll_out(config, sites, region, everybody=everybody, anyway=anyway)
    if done.unknown:
        name = done.unknown[0]
        fail(f"Einen Standort {name} gibt es nicht.", f"There is no site {name}.")
    for site, seq in done.released:
        click.echo(say(f"{site}: Plan {seq} freigegeben", f"{site}: plan {seq} released"))
    for site in done.not_ready:
        click.echo(say(f"{site}: kein ganzer Plan", f"{site}: no whole plan"))
    if done.late and not anyway:
        names = ", ".join(one.site for one in done.late[:10])
        fail(
            f"Angehalten: {names} hat den freigegebenen Plan nicht angenommen. Dort nachsehen oder --anyway.",
            f"Stopped: {names} has not taken the plan released to it. Look there, or --anyway.",
        )


@plan.command("status")
@json_option
@click.pass_obj
def plan_status(config_path: Path, as_json: bool) -> None:
    """Show to which sites which plan was released, and who has taken it."""
    import notanker_central

    found = notanker_central.plan_releases(_staged(config_path))
    if as_json:
        print_json({"releases": found})
        return
    words = {
        "taken": ("angenommen", "taken"),
        "waiting": ("noch nicht", "not yet"),
        "silent": ("stumm", "silent"),
        "late": ("nicht angenommen", "not taken"),
    }
    for one in found:
        german, english = words[one.state]
        click.echo(
            say(
                f"{one.site}: Plan {one.seq} freigegeben, {german} (hat {one.has})",
                f"{one.site}: plan {one.seq} released, {english} (has {one.has})",
            )
        )


def _staged(path: Path) -> CentralConfig:
    config = read_central(path)
    become_its_user(config)
    if not config.plans.folder or not config.plans.staged:
        fail(
            "Pläne werden hier nicht in Stufen ausgegeben: [plans] folder und staged = true.",
            "Plans are not rolled out in stages here: [plans] folder and staged = true.",
        )
    return config


def read_central(path: Path) -> CentralConfig:
    """Read central.toml, or end with its problems and status 2."""
    import notanker_central

    config, problems = notanker_central.load(path, _database())
    print_problems(problems)
    if config is None:
        raise SystemExit(WRONG)
    return config


def become_its_user(config: CentralConfig) -> None:
    """Go on as the centre's own user where root calls: whoever opens the centre's database does it first."""
    from notanker_central import keys

    become_owner(keys.master_path(config).parent)


@contextmanager
def _operator(config: CentralConfig) -> Iterator[Operator]:
    """Open the centre's database; what is not possible ends the command with its sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    import notanker_central

    become_its_user(config)
    try:
        with notanker_central.operating(config) as operator:
            yield operator
    except notanker_central.OperatorError as error:
        fail(*error.pair)
    except notanker_central.VaultError as error:
        _no_master(error)
    except (NotankerError, SQLAlchemyError) as error:
        _no_database(error)


def _no_database(error: Exception) -> NoReturn:
    fail(
        f"Die Datenbank der Zentrale ist so nicht zu gebrauchen: {error}.",
        f"The centre's database cannot be used: {error}.",
    )


def _no_master(error: Exception) -> NoReturn:
    fail(
        f"Der Hauptschlüssel passt nicht: {error}. Aus der Sicherung zurückholen; ist er verloren, "
        "brauchen alle Standorte neue Schlüssel (siehe docs/de/central.md).",
        f"The master key does not fit: {error}. Bring it back from the backup; if it is lost, "
        "all sites need new keys (see docs/central.md).",
    )


def _database() -> str:
    """Return what --database says, whichever command is at work."""
    return str(click.get_current_context().meta.get(_DATABASE, ""))


for command in (user, backup, restore):
    central.add_command(command)
