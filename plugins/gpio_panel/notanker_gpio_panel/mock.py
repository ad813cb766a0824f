"""gpiozero's mock pins, joined to the lab's emulator of the panel over a socket.

Each output's level goes to the emulator, each input's comes from it, those of all inputs first. A message is
a list: `[{"pin": 17, "level": 1}]`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Final

import msgspec
from gpiozero.pins.mock import MockFactory, MockPin

MAX_BYTES: Final = 4000
CONNECT_S: Final = 5.0


class Level(msgspec.Struct, frozen=True):
    """The level of one pin."""

    pin: int
    level: int


class JoinedPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin whose outputs the emulator sees, and whose inputs it drives."""

    @property
    def number(self) -> int:
        """The GPIO number, out of a name such as `GPIO17`."""
        return int(self.info.name.removeprefix("GPIO"))

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self.factory.tell(Level(self.number, int(value)))

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        # What drives a pin is stronger than its pull.
        self.follow(self.factory.levels.get(self.number))

    def follow(self, level: int | None) -> None:
        """Take the level that the emulator gives, if this is an input that it drives."""
        if level is not None and self.function == "input":
            self.drive_high() if level else self.drive_low()


class JoinedFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Pins that are the emulator's.

    Args:
        path: Its socket.

    Raises:
        OSError: it is not there.
    """

    def __init__(self, path: str) -> None:
        super().__init__(pin_class=JoinedPin)
        self.levels: Final[dict[int, int]] = {}
        self._link: Final = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.settimeout(CONNECT_S)
        self._link.connect(path)
        self._take(self._link.recv(MAX_BYTES))
        self._link.settimeout(None)
        threading.Thread(target=self._listen, name="emulator", daemon=True).start()

    def tell(self, level: Level) -> None:
        """Tell the emulator what a pin does; one that is gone need not know."""
        with contextlib.suppress(OSError):
            self._link.send(msgspec.json.encode([level]))

    def close(self) -> None:
        """Part from the emulator."""
        super().close()
        self._link.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            while data := self._link.recv(MAX_BYTES):
                self._take(data)

    def _take(self, data: bytes) -> None:
        for told in msgspec.json.decode(data, type=list[Level]):
            self.levels[told.pin] = told.level
            for info, pin in self._made():
                if info.name == f"GPIO{told.pin}":
                    pin.follow(told.level)

    def _made(self) -> list[tuple[Any, JoinedPin]]:
        return list(self.pins.items())
