"""What can be wrong with a site as the centre sees it, and what the last beat foretold of it."""

from __future__ import annotations

from enum import StrEnum

from notanker.core.budget import Band
from notanker.core.heartbeat import Beat
from notanker.core.names import Cause, Line, Verdict


class Kind(StrEnum):
    """What an alarm is about.

    `silent`: no beats. `proof`: beats arrive over the primary line, but nothing proves the backup.
    `deaf`: the centre hears nobody at all, so it blames itself.
    """

    SILENT = "silent"
    PROOF = "proof"
    DEAF = "deaf"


class Hint(StrEnum):
    """What the last beat of a silent site said: it tells a power cut from a line from a clock."""

    NONE = ""
    POWER = "power"
    ISOLATED = "isolated"
    SPENT = "spent"
    BACKUP = "backup"
    CLOCK = "clock"


def hint_of(beat: Beat | None) -> Hint:
    """Return what the last beat foretold, the strongest first."""
    if beat is None:
        return Hint.NONE
    if beat.cause is Cause.OWN_POWER:
        return Hint.POWER
    if beat.line is Line.ISOLATED or Verdict.UP not in (beat.primary, beat.backup):
        return Hint.ISOLATED
    if beat.line in (Line.BACKUP, Line.WAIT_TO_RESTORE):
        return Hint.SPENT if beat.lte_band is Band.SPENT else Hint.BACKUP
    return Hint.NONE if beat.sent.trusted else Hint.CLOCK
