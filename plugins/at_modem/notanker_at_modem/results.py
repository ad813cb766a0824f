"""Final result codes: what ends an answer (V.250, 6.3; 3GPP TS 27.007, 9.2; TS 27.005, 3.2.5)."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

import msgspec


class Kind(Enum):
    """How an answer ends."""

    OK = "ok"
    ERROR = "error"
    CME = "cme"
    CMS = "cms"
    CONNECT = "connect"
    CALL = "call"
    """The end of a call, which may also come by itself."""


class End(msgspec.Struct, frozen=True):
    """The end of an answer.

    Attributes:
        code: The number behind `+CME ERROR:` or `+CMS ERROR:`, None if there is none.
        words: What stands there instead.
    """

    kind: Kind
    code: int | None = None
    words: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.kind in (Kind.OK, Kind.CONNECT)

    def __str__(self) -> str:
        """Return it as a modem writes it."""
        if self.kind in (Kind.CME, Kind.CMS):
            return f"+{self.kind.name} ERROR: {self.words if self.code is None else self.code}"
        return self.words or self.kind.name


# An error with nothing behind its colon is half a line; with a space behind it, it is all that comes.
_NUMBERED: Final = re.compile(r"\s*\+(CM[ES]) ERROR:(.+)", re.ASCII)
_OWN_ERROR: Final = re.compile(r"MODEM ERROR: (\d+)", re.ASCII)
_ERRORS: Final = frozenset({"ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"})
ENDS_OF_CALLS: Final = frozenset({"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"})


def end_of(line: str) -> End | None:
    """Return the final result code that the line is; None if it is none."""
    if numbered := _NUMBERED.fullmatch(line):
        words = numbered[2].strip()
        code = int(words) if words.isascii() and words.isdigit() and len(words) < 6 else None
        return End(Kind[numbered[1]], code, "" if code is not None else words)
    word = line.strip()
    if word == "OK":
        return End(Kind.OK)
    if word in _ERRORS or _OWN_ERROR.fullmatch(word):
        return End(Kind.ERROR, words=word)
    if word in ENDS_OF_CALLS:
        return End(Kind.CALL, words=word)
    if word == "CONNECT" or word.startswith("CONNECT "):
        return End(Kind.CONNECT, words=word)
    return None
