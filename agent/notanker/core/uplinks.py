"""Judges a whole uplink out of its layers; `cause` says why it does not work.

A line is down when any layer is: ping may answer while nothing that people use does. How bad it is
decides between two bad lines: one whose DNS is blocked still beats one that carries nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from notanker.core.detector import Judge
from notanker.core.names import Layer, Uplink, Verdict

Watch = tuple[Uplink, Layer]

BADNESS: Final[Mapping[Layer, int]] = {
    Layer.ICMP: 4,
    Layer.TCP: 2,
    Layer.DNS: 2,
    Layer.HTTP: 1,
}
OTHER: Final[Mapping[Uplink, Uplink]] = {
    Uplink.PRIMARY: Uplink.BACKUP,
    Uplink.BACKUP: Uplink.PRIMARY,
}
DEAD: Final = 4
"""From this badness on an uplink is of no use at all."""

CAPTIVE: Final = "captive_portal"
"""The refusal that an HTTP probe reports when somebody else's page answers."""


class Backup(StrEnum):
    """What the failover machine needs to know of the backup uplink."""

    USABLE = "usable"
    PENDING = "pending"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Both uplinks in the words of the failover machine."""

    primary: Verdict
    backup: Backup


def shared(judges: Mapping[Watch, Judge]) -> frozenset[Layer]:
    """Return the layers that are dead over both uplinks while echoes come back over both.

    Then the anchors are dead, or the service is dead everywhere: no line is to blame, and none helps.
    """
    down = [watch for watch, judge in judges.items() if judge.verdict is Verdict.DOWN]
    # Asked several times with each event; most of the time nothing is down at all.
    if not down:
        return frozenset()
    echoes = [judges.get((uplink, Layer.ICMP)) for uplink in Uplink]
    if not all(echo is not None and echo.verdict is Verdict.UP for echo in echoes):
        return frozenset()
    return frozenset(layer for uplink, layer in down if (OTHER[uplink], layer) in down)


def verdict(judges: Mapping[Watch, Judge], uplink: Uplink) -> Verdict:
    """Return the verdict on an uplink: down if any layer of its own is, up if every one is proven."""
    nobodys = shared(judges)
    verdicts = [
        judge.verdict
        for (of, layer), judge in judges.items()
        if of is uplink and layer not in nobodys
    ]
    if Verdict.DOWN in verdicts:
        return Verdict.DOWN
    if not verdicts or Verdict.UNKNOWN in verdicts:
        return Verdict.UNKNOWN
    return Verdict.UP


def badness(judges: Mapping[Watch, Judge], uplink: Uplink) -> int:
    """Return how much of the uplink is broken, 0 for nothing."""
    nobodys = shared(judges)
    return sum(
        BADNESS[layer]
        for (of, layer), judge in judges.items()
        if of is uplink and judge.verdict is Verdict.DOWN and layer not in nobodys
    )


def outlook(judges: Mapping[Watch, Judge]) -> Outlook:
    """Sum up both uplinks."""
    primary = verdict(judges, Uplink.PRIMARY)
    return Outlook(primary, _backup(judges, primary))


def _backup(judges: Mapping[Watch, Judge], primary: Verdict) -> Backup:
    mine = badness(judges, Uplink.BACKUP)
    theirs = badness(judges, Uplink.PRIMARY)
    worse = mine >= theirs if primary is Verdict.DOWN else mine >= DEAD
    if mine and worse:
        return Backup.DEAD
    return Backup.USABLE if _proven(judges) else Backup.PENDING


def _proven(judges: Mapping[Watch, Judge]) -> bool:
    """Tell whether some layer of the backup is up, and none waits for an answer it should have by now.

    An anchor that is silent does no harm: the next one's answer shows that the line works.
    """
    mine = [judge for (uplink, _), judge in judges.items() if uplink is Uplink.BACKUP]
    up = [judge for judge in mine if judge.verdict is Verdict.UP]
    return bool(up) and all(judge.unanswered_s is None for judge in up)
