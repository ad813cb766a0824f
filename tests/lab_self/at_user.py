"""A host at the port of the AT emulator."""

import os
import select
import termios
import time
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from notanker_lab import at_gsm7, at_pdu

NUMBER = "+491713920011"


def submit(text: str = "Test", *, report: bool = True, copy: bool = False) -> bytes:
    """Write a SUBMIT by hand: TP-MR 7, seven bits, validity of a day."""
    codes = at_gsm7.septets(text)
    first = 0x11 | (0x20 if report else 0) | (0x04 if copy else 0)
    data = bytes([len(codes)]) + at_gsm7.pack(codes)
    return bytes([first, 7]) + at_pdu.address(NUMBER) + b"\0\0\xa7" + data


class Terminal:
    """A host at a port."""

    def __init__(self, port: Path) -> None:
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._fd, termios.TCSANOW)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._fd)

    def write(self, text: str) -> None:
        os.write(self._fd, text.encode("latin-1"))

    def read(self, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        """Give what comes, up to ``until`` or to the end of the time."""
        got, end_s = b"", time.monotonic() + within_s
        while until.encode() not in got and time.monotonic() < end_s:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end_s - time.monotonic()))
            got += os.read(self._fd, 4096) if ready else b""
        return got.decode("latin-1")

    def ask(self, command: str, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        self.write(command + "\r")
        return self.read(until, within_s)

    def hand_over(self, pdu: bytes, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        """Send an SMS; give what comes after the prompt."""
        self.ask(f"AT+CMGS={len(pdu)}", "> ")
        self.write("00" + pdu.hex().upper() + "\x1a")
        return self.read(until, within_s)
