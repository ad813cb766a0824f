"""Log-ins that the modem refused: not tried again so soon, because it locks itself.

Five wrong passwords lock a HiLink modem (108007), and each further try may begin its time anew.
"""

from __future__ import annotations

import time
from typing import Final

from notanker.plugin import PluginError
from notanker_huawei_lte.faults import Locked, Refused

REFUSED_PAUSE_S: Final = 600.0


class LogIns:
    """Remembers what the modem said to the last ones.

    Args:
        locked_pause_s: How long a lock is respected.
    """

    def __init__(self, locked_pause_s: float) -> None:
        self._locked_pause_s: Final = locked_pause_s
        self._refused: tuple[int, float] | None = None
        self._locked_until_s = 0.0

    def check(self, password: str | None) -> None:
        """Say whether a log-in may be tried.

        Raises:
            Refused: the modem refused this password a moment ago.
            Locked: it takes none for a while.
        """
        now_s = time.monotonic()
        if self._refused is not None:
            refused, at_s = self._refused
            if refused == hash(password) and now_s - at_s < REFUSED_PAUSE_S:
                raise Refused("the modem refused this user name or password a moment ago")
            self._refused = None
        if password is not None and now_s < self._locked_until_s:
            raise Locked(self._locked_until_s - now_s, "the modem has locked log-ins for a while")

    def note(self, error: PluginError, password: str | None) -> None:
        """Remember how a log-in failed."""
        now_s = time.monotonic()
        if isinstance(error, Refused):
            self._refused = (hash(password), now_s)  # salted by each process
        if isinstance(error, Locked):
            self._locked_until_s = now_s + self._locked_pause_s
