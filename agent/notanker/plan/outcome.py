"""What became of the last attempt to accept a plan, and how the plan in force stands: two small files.

The attempt is made by a process of its own, which may be ended at any moment. It leaves word beside the
plans, and whoever shows the box's state (agent, command line, portal) reads it there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from notanker.core.moment import Moment
from notanker.errors import Problem, errors_of
from notanker.plan.files import content_of
from notanker.plan.store import write

OUTCOME: Final = "outcome.json"
STANDING: Final = "standing.json"
MAX_PROBLEMS: Final = 50
"""So many are kept of what was found: who mends fifty runs `notanker plan check` anyway."""
MAX_BYTES: Final = 512 * 1024


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt.

    Attributes:
        accepted: Whether the plan came into force.
        step: The step that refused it; empty if none did.
        source: The folder that it lay in.
        process: Who made the attempt.
        problems: What was found, errors first.
        more: How many more there were.
    """

    accepted: bool
    step: str
    source: str
    at: Moment
    process: int = 0
    problems: tuple[Problem, ...] = ()
    more: int = 0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How the plan in force does: asked anew at each start and each day, for keys expire and disks age.

    Attributes:
        fingerprint: The plan that was asked about.
        good: When it was found good last.
        lapsed: Since when it is not, None while it is.
        problems: What was found.
        contact: When whoever hands out plans signed the latest heartbeat, None without one.
        latest: The number that the heartbeat calls the latest.
    """

    fingerprint: str = ""
    good: Moment | None = None
    lapsed: Moment | None = None
    problems: tuple[Problem, ...] = ()
    contact: Moment | None = None
    latest: int = 0


T = TypeVar("T", Outcome, Standing)


def outcome_of(
    problems: tuple[Problem, ...],
    *,
    accepted: bool,
    step: str,
    source: str,
    at: Moment,
    process: int,
) -> Outcome:
    """Put an attempt into words that fit a small file."""
    serious = errors_of(problems)
    ordered = (*serious, *(problem for problem in problems if problem not in serious))
    return Outcome(
        accepted=accepted,
        step=step,
        source=source,
        at=at,
        process=process,
        problems=ordered[:MAX_PROBLEMS],
        more=max(0, len(ordered) - MAX_PROBLEMS),
    )


def save(store: Path, value: Outcome | Standing) -> None:
    """Write the file of that kind, whole and on the disk.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    name = OUTCOME if isinstance(value, Outcome) else STANDING
    write(store / name, msgspec.json.encode(value))


def outcome(store: Path) -> Outcome | None:
    """Return the last attempt, None if none is told of."""
    return _read(store / OUTCOME, Outcome)


def standing(store: Path) -> Standing | None:
    """Return how the plan in force stood when it was asked last, None if it never was."""
    return _read(store / STANDING, Standing)


def _read(path: Path, kind: type[T]) -> T | None:
    raw = content_of(path, MAX_BYTES)
    try:
        return None if raw is None else msgspec.json.decode(raw, type=kind)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
