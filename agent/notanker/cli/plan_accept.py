"""`notanker plan accept` and `recheck`: what comes into force, and whether it still may be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import print_problems, say_aloud
from notanker.cli.plan_options import (
    FILE,
    bounded_option,
    keep_within_bounds,
    store_option,
    time_if_trusted,
    trust_of,
    trust_options,
)
from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.plan.outcome import Outcome, Standing
    from notanker.plan.trust.checking import Trust


@click.command("accept")
@click.argument("folder", type=FILE)
@store_option
@bounded_option
@trust_options
def accept_plan(folder: Path, store: Path, bounded: bool, **trusted: Any) -> None:
    """Take the plan in FOLDER into force: copy, check signatures and files, render, look at it, switch."""
    if bounded:
        keep_within_bounds()
    from notanker.cli.plan_view import viewed
    from notanker.plan import outcome
    from notanker.plan.accept import accept

    trust, at = trust_of(store, **trusted), clock.Clock().now()
    accepted = accept(folder, store, trust, time_if_trusted(), viewed)
    print_problems(accepted.problems)
    told = outcome.outcome_of(
        accepted.problems,
        accepted=accepted.fresh,
        step=accepted.stopped,
        source=str(folder),
        at=at,
        process=os.getpid(),
    )
    _leave_word(store, told)
    recheck_in_force(folder, store, trust)
    raise SystemExit(OK if accepted.fresh else WRONG)


@click.command("recheck")
@click.argument("folder", type=FILE)
@store_option
@bounded_option
@trust_options
def recheck_plan(folder: Path, store: Path, bounded: bool, **trusted: Any) -> None:
    """Check anew the plan in force, and hear the heartbeat that lies in FOLDER."""
    if bounded:
        keep_within_bounds()
    standing = recheck_in_force(folder, store, trust_of(store, **trusted))
    print_problems(standing.problems if standing else ())
    raise SystemExit(OK if standing and standing.good and not standing.lapsed else WRONG)


def recheck_in_force(folder: Path, store: Path, trust: Trust | None) -> Standing | None:
    """Check the plan in force, leave word of it, and return it; None where that is not possible."""
    from notanker.plan.recheck import recheck

    try:
        standing = recheck(folder, store, trust, clock.Clock().now())
    except OSError as error:
        _not_written(store, error)
        return None
    _leave_word(store, standing)
    return standing


def _leave_word(store: Path, word: Outcome | Standing) -> None:
    from notanker.plan.outcome import save

    try:
        save(store, word)
    except (
        OSError
    ) as error:  # a full disk: whoever started this hears of it by the word that is missing
        _not_written(store, error)


def _not_written(store: Path, error: OSError) -> None:
    reason = error.strerror or str(error)
    say_aloud(f"{store}: nicht geschrieben: {reason}.", f"{store}: not written: {reason}.")
