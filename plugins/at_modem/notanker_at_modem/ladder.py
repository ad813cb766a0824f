"""What is done with a modem that does not answer, one rung after the other. Pure.

| rung | it does | the modem gets | again at the earliest after |
|---|---|---|---|
| resync | ESC, then a question | 6 s | - |
| reopen | closes the port and opens it | 5 s | - |
| restart | `AT+CFUN=1,1` | 30 s | 1 min |
| usb_reset | resets the USB device | 30 s | 3 min |
| power | `power_command` | 45 s | 10 min |

A modem that has answered since starts at the bottom again. After the top one it goes on at `reopen`: a modem
that somebody has put back must be found.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec


class Rung(StrEnum):
    """What is done."""

    RESYNC = "resync"
    REOPEN = "reopen"
    RESTART = "restart"
    USB_RESET = "usb_reset"
    POWER = "power"


ORDER: Final[tuple[Rung, ...]] = tuple(Rung)
PAUSE_S: Final = {
    Rung.RESYNC: 0.0,
    Rung.REOPEN: 0.0,
    Rung.RESTART: 60.0,
    Rung.USB_RESET: 180.0,
    Rung.POWER: 600.0,
}
PATIENCE_S: Final = {
    Rung.RESYNC: 0.0,
    Rung.REOPEN: 0.0,
    Rung.RESTART: 30.0,
    Rung.USB_RESET: 30.0,
    Rung.POWER: 45.0,
}
"""How long the modem gets to come back before the next rung."""
HOLD_S: Final = 45.0
"""An SMS whose end is open may still be on its way: so long no rung destroys it."""


class Ladder(msgspec.Struct):
    """Where on the ladder a modem is.

    Attributes:
        can_power: Something is configured that cuts its power.
    """

    can_power: bool = False
    _next: int = 0
    _wait_until_s: float = 0.0
    _used_s: dict[Rung, float] = msgspec.field(default_factory=dict)

    def answered(self) -> bool:
        """Note that the modem answers; say whether that is news."""
        was, self._next = self._next, 0
        return was > 1

    def climb(self, now_s: float, open_since_s: float | None = None) -> Rung | None:
        """Return what to do now, None to wait.

        Args:
            open_since_s: When the last SMS was handed over whose end is not known.
        """
        if now_s < self._wait_until_s:
            return None
        held = open_since_s is not None and now_s - open_since_s < HOLD_S
        for index in [*range(self._next, len(ORDER)), ORDER.index(Rung.REOPEN)]:
            rung: Rung = ORDER[index]
            if self._may(rung, now_s) and not (held and PATIENCE_S[rung]):
                self._next = index + 1
                self._used_s[rung] = now_s
                self._wait_until_s = now_s + PATIENCE_S[rung]
                return rung
        return None

    def come_back(self) -> None:
        """Note that the port is there again: no need to wait any longer."""
        self._wait_until_s = 0.0

    def _may(self, rung: Rung, now_s: float) -> bool:
        if rung is Rung.POWER and not self.can_power:
            return False
        used_s = self._used_s.get(rung)
        return used_s is None or now_s - used_s >= PAUSE_S[rung]
