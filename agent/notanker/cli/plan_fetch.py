"""`notanker plan fetch`: ask the configured sources for a newer plan, and take it into force."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from notanker.cli.exits import OK, UNWELL, WRONG
from notanker.cli.output import (
    config_option,
    fail,
    json_option,
    language,
    print_json,
    print_problems,
    read_config,
    say,
    say_aloud,
)
from notanker.cli.owner import become_owner
from notanker.cli.plan_accept import recheck_in_force
from notanker.cli.plan_options import bounded_option, keep_within_bounds, time_if_trusted
from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.config.model import Config
    from notanker.shell.sources.errand import Errand, Way
    from notanker.shell.sources.report import Report

RESULTS = {
    "accepted": ("übernommen", "accepted"),
    "unchanged": ("nichts Neues", "nothing new"),
    "absent": ("nicht da", "not there"),
    "older": ("älter als der geltende", "older than the one in force"),
    "waits": ("wartet auf die Hauptleitung", "waits for the primary line"),
    "refused": ("abgelehnt", "refused"),
    "failed": ("nicht geholt", "not fetched"),
}
MAX_ERRAND_BYTES = 1_000_000


@click.command("fetch")
@config_option
@json_option
@bounded_option
@click.option("--errand", is_flag=True, hidden=True, help="Read what to do from standard input.")
def fetch_plan(config_path: Path, as_json: bool, bounded: bool, errand: bool) -> None:
    """Ask the sources of [[plan.sources]] for a newer plan, in their order, and take it into force."""
    if bounded:
        keep_within_bounds()
    if errand:
        job = _given()
    else:
        config = read_config(config_path)
        job = _own(config)
        become_owner(config.paths.state)
    report = _fetched(job)
    if as_json:
        print_json(report)
    else:
        _print(report)
    well = all(one.result not in ("refused", "failed") for one in report.sources)
    raise SystemExit(OK if well else UNWELL)


def _given() -> Errand:
    from notanker.shell.sources.errand import decode

    try:
        return decode(sys.stdin.buffer.read(MAX_ERRAND_BYTES))
    except msgspec.MsgspecError as error:
        return fail(f"Kein Auftrag: {error}.", f"No errand: {error}.")


def _own(config: Config) -> Errand:
    from notanker.shell.sources.errand import errand_of

    errand = errand_of(config, _way(config))
    if errand is None:
        fail(
            "In notanker.toml steht keine Quelle; [[plan.sources]] eintragen.",
            "There is no source in notanker.toml; write [[plan.sources]].",
        )
    return errand


def _way(config: Config) -> Way:
    """Return the line that traffic takes now, as the agent says; whoever calls by hand pays for LTE."""
    from notanker.cli.show import fresh_status
    from notanker.core.names import Line
    from notanker.shell.sources.errand import Way

    now = fresh_status(config.paths.status)
    if now is None:
        return Way()
    uplink = config.backup if now.line is Line.BACKUP else config.primary
    return Way(interface=uplink.interface, resolvers=uplink.resolvers)


def _fetched(errand: Errand) -> Report:
    from notanker.cli.plan_view import viewed
    from notanker.shell.sources import report
    from notanker.shell.sources.arrivals import Arrivals
    from notanker.shell.sources.fetch import Job, fetch

    try:
        folder = Arrivals(errand.arrivals)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{errand.arrivals}: {reason}.", f"{errand.arrivals}: {reason}.", WRONG)
    job = Job(errand, folder, clock.Clock().now(), time_if_trusted(), viewed)
    found = fetch(job)
    try:
        report.save(errand.arrivals, found)
    except OSError as error:  # a full disk: whoever started this misses the word
        reason = error.strerror or str(error)
        say_aloud(f"{errand.arrivals}: {reason}.", f"{errand.arrivals}: {reason}.")
    recheck_in_force(errand.arrivals, errand.store, job.trust)
    return found


def _print(report: Report) -> None:
    english = language() == "en"
    for one in report.sources:
        cost = ""
        if one.wire_bytes:
            cost = say(f", {one.wire_bytes} Bytes Leitung", f", {one.wire_bytes} bytes of line")
        files = say(f", {one.files} Dateien", f", {one.files} files") if one.files else ""
        click.echo(f"{one.source}: {RESULTS[one.result][english]}{files}{cost}")
        print_problems(one.problems, err=False)
