"""Bytes of a modem into lines and prompts, whatever pieces they come in. No I/O, no clock.

A modem ends its lines with CR LF; some leave one of them out, double one, or put NULs in between (3GPP TS
27.007, 4.1; V.250, 5.7). So either of them ends a line and empty lines say nothing. The prompt of an SMS is
the one thing that has no end: `>`, with a space after it or without.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

MAX_LINE: Final = 4096
"""A PDU has 350 characters, a list of networks some 2000; what is longer is noise."""

_END: Final = re.compile(rb"[\r\n]")
# Noise of a line that a modem powers up on. ESC and SUB are echoed with a PDU.
_NOISE: Final = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f\xff"


class Line(msgspec.Struct, frozen=True):
    """One line, without its end. Octets above 127 stay what they are (as in Latin-1)."""

    text: str


class Prompt(msgspec.Struct, frozen=True):
    """The modem waits for a PDU."""


class LineReader:
    """Cuts what comes in into lines.

    Attributes:
        prompts: Whether a `>` at the start of a line is a prompt now. Only after `AT+CMGS`: elsewhere
            a text may begin with it.
    """

    def __init__(self) -> None:
        self.prompts = False
        self._rest = b""

    def feed(self, octets: bytes) -> list[Line | Prompt]:
        """Take what was read and return what is whole by now."""
        *whole, self._rest = _END.split(self._rest + octets.translate(None, _NOISE))
        found: list[Line | Prompt] = []
        for piece in whole:
            found += self._of_line(piece[:MAX_LINE])
        # A line without end is cut off, not kept: what follows up to its end is noise as well.
        self._rest = self._rest[:MAX_LINE]
        if self.prompts and self._rest.lstrip().startswith(b">"):
            self._rest = self._rest.lstrip()[1:]
            found.append(self._prompt())
        return found

    def forget(self) -> None:
        """Drop half a line: the connection is another one."""
        self._rest = b""
        self.prompts = False

    @property
    def at_prompt(self) -> bool:
        """Whether a prompt seems to be open that nobody has asked for."""
        return self._rest.strip() == b">"

    def _of_line(self, piece: bytes) -> list[Line | Prompt]:
        # One read may bring the prompt and an echo or a message behind it.
        if self.prompts and piece.lstrip().startswith(b">"):
            rest = piece.lstrip()[1:]
            return [self._prompt(), *([Line(rest.decode("latin-1"))] if rest.strip() else [])]
        return [Line(piece.decode("latin-1"))] if piece.strip() else []

    def _prompt(self) -> Prompt:
        self.prompts = False
        return Prompt()
