"""The settings that a modem needs, and how to notice that it has lost them.

Modems differ in what they accept, so each setting is a list of forms, the best first; one of them has to be
taken only where nothing works without. All of them are gone after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from notanker_at_modem.answers import store
from notanker_at_modem.engine import Answer
from notanker_at_modem.refusals import failure

Ask = Callable[[str], Answer]

BASIC: Final = (
    ("ATE0", "AT"),
    ("AT+CMEE=1", "AT"),
)
"""Before the SIM is looked at."""

_DELIVER_AND_REPORT: Final = (
    # Reports come directly (ds=1): some modems announce stored ones in the wrong memory.
    "AT+CNMI=2,1,0,1,0",
    "AT+CNMI=2,1,0,1",
    "AT+CNMI=1,1,0,1,0",
    "AT+CNMI=1,1,0,1",
    "AT+CNMI=2,1,0,2,0",
    "AT+CNMI=2,1,0,2",
    "AT+CNMI=1,1,0,2",
    "AT+CNMI=2,1,0,0,0",
    "AT+CNMI=1,1,0,0,0",
    "AT+CNMI=2,1",
    "AT+CNMI=1,1",
)
_PDU_MODE: Final = "AT+CMGF=0"
_WISHES: Final = (
    ("AT+CSMS=0",),  # with phase 2+ (1) each direct report wants an answer of its own
    _DELIVER_AND_REPORT,
    ('AT+CSCS="GSM"', 'AT+CSCS="IRA"'),
    ("AT+COPS=3,0",),
    ("AT+CTZR=0",),
)


class Memories(msgspec.Struct, frozen=True):
    """Where SMS are kept.

    Attributes:
        chosen: Where they come in; "" if the modem does not let one choose.
        readable: All that can be listed.
    """

    chosen: str = ""
    readable: tuple[str, ...] = ()

    @property
    def reports(self) -> bool:
        """Whether reports have a memory of their own."""
        return "SR" in self.readable


def apply_basics(ask: Ask) -> None:
    """Set what every command needs.

    Raises:
        Retry: the modem does not take it.
    """
    for forms in BASIC:
        _first_taken(ask, forms)


def apply(ask: Ask, wanted: str) -> Memories:
    """Set what SMS need; return where they are kept.

    Args:
        wanted: The option `memory`.

    Raises:
        Retry: there is no PDU mode now, so there are no SMS; a modem that has just started may need a
            few seconds more.
    """
    answer = ask(_PDU_MODE)
    if not answer.ok:
        raise failure(answer.end, "the modem is not ready for SMS")
    for forms in _WISHES:
        _first_taken(ask, forms)
    return _choose_memory(ask, wanted)


def is_lost(ask: Ask) -> bool:
    """Say whether the modem has lost its settings: it is in text mode, as after a restart."""
    answer = ask("AT+CMGF?")
    modes = [line.partition(":")[2].strip() for line in answer.lines if "+CMGF:" in line]
    if answer.ok and modes and modes[0] != "0":
        return True
    answer = ask("AT+CNMI?")
    modes = [line.partition(":")[2].strip() for line in answer.lines if "+CNMI:" in line]
    # Nothing is announced any more: <mt> is 0.
    return bool(answer.ok and modes and modes[0].replace(" ", "").split(",")[1:2] == ["0"])


def _first_taken(ask: Ask, forms: tuple[str, ...]) -> bool:
    return any(ask(form).ok for form in forms)


def _choose_memory(ask: Ask, wanted: str) -> Memories:
    offered = store.memories_of(ask("AT+CPMS=?").lines)
    readable = offered[0] if offered else set()
    for memory in ("ME", "SM") if wanted == "auto" else (wanted,):
        if readable and memory not in readable:
            continue
        for form in (f'"{memory}","{memory}","{memory}"', f'"{memory}","{memory}"', f'"{memory}"'):
            answer = ask(f"AT+CPMS={form}")
            rooms = store.rooms_of(answer.lines)
            if answer.ok and (not rooms or rooms[0].total != 0):
                names = {memory, *(readable & {"ME", "SM", "SR"})}
                return Memories(memory, tuple(sorted(names, key=lambda name: name != memory)))
    return Memories()
