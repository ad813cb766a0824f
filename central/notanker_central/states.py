"""What the board says of a site: five states, out of the newest beat and the dead man's switch."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from notanker.core.heartbeat import Beat
from notanker.core.names import Line


class State(StrEnum):
    """The state of a site as the centre sees it."""

    OK = "ok"
    BACKUP = "backup"
    ISOLATED = "isolated"
    SILENT = "silent"
    NEVER = "never"


WORST_FIRST: Final = (State.ISOLATED, State.SILENT, State.BACKUP, State.NEVER, State.OK)

# During the hold-off traffic still runs over the primary line, during the wait to restore over the backup.
_OF_LINE: Final = {
    Line.PRIMARY: State.OK,
    Line.HOLD_OFF: State.OK,
    Line.ISOLATED: State.ISOLATED,
    Line.BACKUP: State.BACKUP,
    Line.WAIT_TO_RESTORE: State.BACKUP,
}


def state_of(beat: Beat) -> State:
    """Return the state that a beat just received puts its site in."""
    return _OF_LINE[beat.line]


def rank_of(state: State) -> int:
    """Return the place in a list that begins with the worst: 0 is the worst."""
    return WORST_FIRST.index(state)
