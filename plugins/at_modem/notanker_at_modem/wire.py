"""The octets to and from a modem: a serial device, a TCP connection, RFC 2217.

pyserial opens all of them. It reports a cable that was pulled in four ways (SerialException, OSError,
termios.error, which is none, and an empty read), and its time-outs do not hold on all of them; so octets go
through `poll` with a deadline here, and all four are `Gone`.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import termios
import time
from pathlib import Path
from typing import Any, Final

import serial

from notanker_at_modem import holders
from notanker_at_modem.gone import Gone, Held

CHUNK_BYTES: Final = 4096
WRITE_S: Final = 5.0
QUEUE_S: Final = 1.0
_TICK_S: Final = 0.02
_BROKEN: Final = (OSError, termios.error, serial.SerialException, ValueError, TypeError)
"""`serial.SerialException` is an OSError; the last two are what pyserial raises on a closed port."""


class Wire:
    """One open way to a modem.

    Attributes:
        port: How it was opened.
    """

    def __init__(self, port: str, speed: int = 115200) -> None:
        """Open it.

        Raises:
            Held: another program has it.
            Gone: it is not there.
        """
        self.port: Final = port
        try:
            self._serial: Final[Any] = _opened(port, speed)
        except _BROKEN as error:
            raise _why_not(port, error) from None
        self._fd: Final[int | None] = None if port.startswith("rfc2217:") else self._serial.fileno()

    def fileno(self) -> int | None:
        """Return the descriptor to watch, None where there is none (RFC 2217)."""
        return self._fd

    def read(self, wait_s: float) -> bytes:
        """Return what comes in within the time, b"" if nothing does.

        Raises:
            Gone: the other end is not there any more.
        """
        try:
            return self._read(max(0.0, wait_s))
        except _BROKEN as error:
            raise Gone(f"{self.port} is gone ({_words(error)})") from None

    def write(self, octets: bytes) -> None:
        """Write all of it.

        Raises:
            Gone: the other end is not there, or takes nothing.
        """
        end_s = time.monotonic() + WRITE_S
        try:
            while octets:
                octets = octets[self._write(octets) :]
                if octets and time.monotonic() > end_s:
                    raise Gone(f"{self.port} takes nothing")
        except _BROKEN as error:
            raise Gone(f"{self.port} is gone ({_words(error)})") from None

    def close(self) -> None:
        """Give it back; a port that is gone has nothing to say about it."""
        try:
            self._serial.close()
        except _BROKEN:
            return

    def _read(self, wait_s: float) -> bytes:
        if self._fd is None:
            return self._read_queue(time.monotonic() + wait_s)
        if not _ready(self._fd, select.POLLIN, wait_s):
            return b""
        try:
            octets = os.read(self._fd, CHUNK_BYTES)
        except BlockingIOError:
            return b""
        if not octets:
            raise OSError(errno.EIO, "end of file")
        return octets

    def _read_queue(self, end_s: float) -> bytes:
        """Read what pyserial's own thread has queued: RFC 2217 has no descriptor for it."""
        # Its time-out is never changed: each change is a negotiation with the other end.
        while not (waiting := self._serial.in_waiting):
            if time.monotonic() >= end_s:
                return b""
            time.sleep(_TICK_S / 4)
        octets: bytes = self._serial.read(waiting)
        if not octets:
            raise OSError(errno.EIO, "end of file")
        return octets

    def _write(self, octets: bytes) -> int:
        if self._fd is None:
            return int(self._serial.write(octets) or 0)
        if not _ready(self._fd, select.POLLOUT, WRITE_S):
            return 0
        try:
            return os.write(self._fd, octets)
        except BlockingIOError:
            time.sleep(_TICK_S)
            return 0


def _ready(fd: int, what: int, wait_s: float) -> bool:
    poll = select.poll()
    poll.register(fd, what)
    # Rounded up: a wait of less than a millisecond must not become none, in a loop that would be a busy one.
    return bool(poll.poll(int(wait_s * 1000 + 0.999)))


def _opened(port: str, speed: int) -> Any:
    if "://" in port:
        return serial.serial_for_url(port, baudrate=speed, timeout=QUEUE_S)
    if not stat.S_ISCHR(Path(port).stat().st_mode):
        raise OSError(errno.ENOTTY, "no serial device")
    return serial.Serial(port, baudrate=speed, timeout=0, exclusive=True)


def _why_not(port: str, error: Exception) -> Gone:
    number = getattr(error, "errno", None)
    if number in (errno.EWOULDBLOCK, errno.EBUSY) or "exclusively lock" in str(error):
        return Held(f"{port} is held by {holders.words(port)}", 5.0)
    if number == errno.EACCES:
        return Gone(f"{port} may not be opened: the agent's user needs the group dialout", 5.0)
    return Gone(f"{port} cannot be opened ({_words(error)})")


def _words(error: Exception) -> str:
    number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    return os.strerror(number) if isinstance(number, int) else type(error).__name__
