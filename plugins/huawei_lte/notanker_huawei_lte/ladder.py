"""What is done with a modem that answers and gets no data session, or answers nothing. Pure.

| rung | it does | without data for | the modem gets | again at the earliest after |
|---|---|---|---|---|
| redial | data switch off and on | - | - | 1 min |
| restart | its own restart | `restart_after_s` | 60 s | 15 min |
| power | `power_command` | twice that | 60 s | 30 min |

A new session comes before all of them, with each call. A modem that has its data session again starts at the
bottom. After the top one it goes on at the bottom, as soon as the pauses allow.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Rung(StrEnum):
    """What is done."""

    REDIAL = "redial"
    RESTART = "restart"
    POWER = "power"


PAUSE_S: Final = {Rung.REDIAL: 60.0, Rung.RESTART: 900.0, Rung.POWER: 1800.0}
PATIENCE_S: Final = {Rung.REDIAL: 0.0, Rung.RESTART: 60.0, Rung.POWER: 60.0}
"""A HiLink stick needs 20 to 40 s from its restart to its page."""
DEAF_S: Final = 60.0
"""A stick that restarts by itself is back within this."""
HOLD_S: Final = 45.0
"""An SMS whose end is open may still be on its way: so long nothing restarts the modem."""


class Ladder:
    """Where on the ladder a modem is.

    Args:
        can_power: Something is configured that cuts its power.
        restart_after_s: So long a modem may look for its network before it is restarted: no SMS leaves
            meanwhile.
    """

    def __init__(self, *, can_power: bool, restart_after_s: float) -> None:
        self._can_power: Final = can_power
        self._after_s: Final = {
            Rung.REDIAL: 0.0,
            Rung.RESTART: restart_after_s,
            Rung.POWER: 2 * restart_after_s,
        }
        self._next = 0
        self._wait_until_s = float("-inf")
        self._used_s: dict[Rung, float] = {}
        self._deaf_since_s: float | None = None
        self._without_data_since_s: float | None = None

    def answered(self) -> None:
        """Note that the modem answers."""
        self._deaf_since_s = None

    def connected(self) -> None:
        """Note that it has its data session."""
        self._next = 0
        self._without_data_since_s = None

    def without_data(self, now_s: float, open_since_s: float | None) -> Rung | None:
        """Return what to do with a modem that answers and has no data session, None to wait.

        Args:
            open_since_s: When the last SMS was handed over whose end is not known.
        """
        order = tuple(Rung)
        if self._without_data_since_s is None:
            self._without_data_since_s = now_s
        missing_s = now_s - self._without_data_since_s
        for index in [*range(self._next, len(order)), *range(self._next)]:
            long_enough = missing_s >= self._after_s[order[index]]
            if long_enough and self._may(order[index], now_s, open_since_s):
                self._next = (index + 1) % len(order)
                return self._taken(order[index], now_s)
        return None

    def without_answer(self, now_s: float, open_since_s: float | None) -> Rung | None:
        """Return what to do with a modem that does not answer, None to wait."""
        if self._deaf_since_s is None:
            self._deaf_since_s = now_s
        if now_s - self._deaf_since_s < DEAF_S or not self._may(Rung.POWER, now_s, open_since_s):
            return None
        return self._taken(Rung.POWER, now_s)

    def _may(self, rung: Rung, now_s: float, open_since_s: float | None) -> bool:
        if now_s < self._wait_until_s or (rung is Rung.POWER and not self._can_power):
            return False
        held = open_since_s is not None and now_s - open_since_s < HOLD_S
        if held and PATIENCE_S[rung]:
            return False
        used_s = self._used_s.get(rung)
        return used_s is None or now_s - used_s >= PAUSE_S[rung]

    def _taken(self, rung: Rung, now_s: float) -> Rung:
        self._used_s[rung] = now_s
        self._wait_until_s = now_s + PATIENCE_S[rung]
        return rung
