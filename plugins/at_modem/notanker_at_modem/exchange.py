"""One command and its answer, told apart from everything else on the line. No I/O, no clock.

    bytes -> LineReader -> Exchange -> answer        lines of this command, and what ended it
                                    -> said          what the modem says by itself (URCs)
                                    -> stale         the late answer of an earlier command

With echo on, the echo says whose answer follows. With echo off, whoever asks after a command that was
never answered must ask for something that only the new answer can hold (`engine.Engine.resync`).
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from notanker_at_modem import unsolicited
from notanker_at_modem.lines import Line, Prompt
from notanker_at_modem.results import End, Kind, end_of

MAX_LINES: Final = 2000
"""A store of 255 SMS is 510 lines."""
MAX_QUOTED_LINES: Final = 12


class Hearing(msgspec.Struct):
    """Gathers what a modem says by itself; PDUs that follow their header, texts over several lines.

    Attributes:
        said: Each as one text; lines of one saying are parted by a newline.
    """

    said: list[str] = msgspec.field(default_factory=list)
    _open: list[str] = msgspec.field(default_factory=list)

    def takes(self, line: str, wanted: tuple[str, ...] = ()) -> bool:
        """Take the line if it is unsolicited; `wanted` begins the answer that somebody waits for."""
        if self._open and self._goes_on(line):
            return True
        if line.lstrip().startswith(wanted) or not unsolicited.is_unsolicited(line):
            return False
        if line.startswith(unsolicited.WITH_PDU) or _is_open(line):
            self._open = [line]
        else:
            self._said(line.strip())
        return True

    def end(self) -> None:
        """Let go of what never came to its end."""
        if self._open:
            self._said("\n".join(self._open))
            self._open = []

    def _goes_on(self, line: str) -> bool:
        text = self._open[0].startswith("+CUSD")
        if not text and not _PDU.fullmatch(line.strip()):
            self.end()  # the PDU got lost: this line is another's
            return False
        self._open.append(line)
        if not (text and _is_open("\n".join(self._open)) and len(self._open) < MAX_QUOTED_LINES):
            self.end()
        return True

    def _said(self, what: str) -> None:
        if len(self.said) < MAX_LINES:
            self.said.append(what)


_PDU: Final = re.compile(r"[0-9A-Fa-f]{2,}", re.ASCII)


def _is_open(line: str) -> bool:
    return line.startswith("+CUSD") and line.count('"') % 2 == 1


class Exchange:
    """One command under way.

    Attributes:
        lines: What was answered so far.
        end: What ended the answer, None while it goes on.
        prompted: The modem asked for the PDU.
        echoed: The command came back.
        stale: Lines of an earlier command's answer.
        restarted: The modem has been started in between: most likely there will be no answer.
    """

    def __init__(
        self, command: str, wanted: tuple[str, ...] = (), hearing: Hearing | None = None
    ) -> None:
        self.command: Final = command
        self.wanted: Final = wanted
        self.hearing: Final = Hearing() if hearing is None else hearing
        self.lines: list[str] = []
        self.end: End | None = None
        self.prompted = False
        self.echoed = False
        self.stale: list[str] = []
        self.restarted = False
        # What comes back are octets; see `lines.Line`.
        self._echo: Final = command.encode("utf-8", "replace").decode("latin-1").strip()
        self._others = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self.end is not None or self.prompted

    def feed(self, item: Line | Prompt) -> None:
        """Take one line or prompt."""
        if isinstance(item, Prompt):
            self.prompted = True
        elif not self._is_echo(item.text):
            self._line(item.text)

    def _line(self, line: str) -> None:
        if self.hearing.takes(line, () if self._others else self.wanted):
            self.restarted = self.restarted or unsolicited.tells_start(line)
            return
        end = end_of(line)
        if end is not None and end.kind is Kind.CALL and not self.command.startswith("ATD"):
            self.hearing.said.append(line.strip())
        elif self._others:
            self.stale.append(line)
            self._others = end is None
        elif end is not None:
            self.end = end
        elif len(self.lines) < MAX_LINES:
            self.lines.append(line)

    def _is_echo(self, line: str) -> bool:
        """Take an echo: of this command, or of one that was never answered."""
        if self._echo and line.strip() == self._echo:
            self.echoed, self._others = True, False
            return True
        # The answer of an earlier command begins; its end will not be ours.
        if line[:2] in ("AT", "at") and not self.lines and not self.echoed:
            self._others = True
            self.stale.append(line)
            return True
        return False


def wanted_of(command: str) -> tuple[str, ...]:
    """Return how the answers to a command begin: `AT+CSQ;+CREG?` is answered by `+CSQ:` and `+CREG:`.

    The same line may come by itself at any time; here it counts as the answer.
    """
    if command[:2].upper() != "AT":
        return ()
    names = (_NAME.match(one) for one in command[2:].upper().split(";"))
    return tuple(f"{name[0]}:" for name in names if name)


_NAME: Final = re.compile(r"[+^*%$!][A-Z0-9]+", re.ASCII)
