"""What a modem says of a voice call: `+CLCC`, the ends of V.250, and two vendors' own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

import msgspec

from notanker.plugin import Rung
from notanker_at_modem.results import ENDS_OF_CALLS

AT_ONCE_S: Final = 2.0
"""No telephone is found, rings and is refused in less; a call that ends sooner has not rung."""


class State(IntEnum):
    """The states of `+CLCC` that a call of ours can have (3GPP TS 27.007, 7.18)."""

    ACTIVE = 0
    HELD = 1
    DIALLING = 2
    ALERTING = 3


# Index, direction (0: ours), state, mode (0: voice).
_LISTED: Final = re.compile(r"\+CLCC:\s*\d+,0,(\d),0\b", re.ASCII)
_KNOWN: Final = frozenset(int(state) for state in State)
_STATES: Final = {
    "^ORIG:": State.DIALLING,
    "^CONF:": State.ALERTING,
    "^CONN:": State.ACTIVE,
    "VOICE CALL: BEGIN": State.ACTIVE,
}
_ENDS: Final = ("^CEND:", "VOICE CALL: END", *sorted(ENDS_OF_CALLS))


def listed_of(lines: Iterable[str]) -> State | None:
    """Return the state of the call of ours that `+CLCC` lists; None if it lists none."""
    found = (_LISTED.match(line.strip()) for line in lines)
    states = [int(one[1]) for one in found if one]
    return State(states[0]) if states and states[0] in _KNOWN else None


def tells(said: str) -> bool:
    """Say whether this is about a voice call."""
    return said.startswith((*_STATES, *_ENDS))


class Progress(msgspec.Struct):
    """How far a call of ours has come. Each source may be missing: what one does not tell another may.

    Attributes:
        began_s: When it was dialled.
        alerted_s: Since when it has rung; None: nobody said that it does.
        answered: Somebody or something took it.
        over: It goes on no longer.
        word: What ended it, as it was said.
        listed: `+CLCC` has shown it.
    """

    began_s: float
    alerted_s: float | None = None
    answered: bool = False
    over: bool = False
    word: str = ""
    listed: bool = False

    def hear(self, said: str, now_s: float) -> None:
        """Take what the modem says by itself."""
        state = next((state for begin, state in _STATES.items() if said.startswith(begin)), None)
        if state is not None:
            self._is(state, now_s)
        elif said.startswith(_ENDS):
            # The first word is the network's; what follows tells the same once more.
            self.over, self.word = True, self.word or said

    def look(self, state: State | None, now_s: float) -> None:
        """Take what `+CLCC` lists."""
        if state is None:
            self.over = self.over or self.listed
        else:
            self.listed = True
            self._is(state, now_s)

    def _is(self, state: State, now_s: float) -> None:
        if state in (State.ACTIVE, State.HELD):
            self.answered = True
        if state is not State.DIALLING and self.alerted_s is None:
            self.alerted_s = now_s


def outcome(progress: Progress, ended_s: float) -> Rung:
    """Return what became of a call, and claim no more than somebody has said."""
    rang_s = 0.0 if progress.alerted_s is None else ended_s - progress.alerted_s
    if progress.answered:
        return Rung(how="answered", rang_s=rang_s, reason=progress.word)
    if progress.alerted_s is not None or progress.word == "NO ANSWER":
        return Rung(how="rang", rang_s=rang_s, reason=progress.word)
    if progress.word == "BUSY":
        return Rung(how="busy", reason=progress.word)
    if progress.listed or (progress.over and ended_s - progress.began_s < AT_ONCE_S):
        return Rung(how="failed", reason=progress.word or "the telephone was not found")
    return Rung(how="unknown", reason=progress.word or "the modem does not tell whether it rang")
