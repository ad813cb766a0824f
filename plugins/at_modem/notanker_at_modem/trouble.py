"""Tells of a port that is away: once, however often it is looked for in vain."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from notanker_at_modem.heard import Heard

LASTING_S: Final = 10.0
"""What passes sooner is one line in the log, when it is over."""

_log: Final = logging.getLogger(__name__)


class Trouble:
    """One trouble at a time, from its first sign to its end."""

    def __init__(self, heard: Heard, now: Callable[[], float]) -> None:
        self._heard: Final = heard
        self._now: Final = now
        self._reason = ""
        self._since_s = 0.0
        self._logged = False

    def meet(self, reason: str) -> None:
        """Meet it, for the first time or again. The record hears of it at once, the log of what lasts."""
        if not self._reason:
            self._heard.happened("port_gone", reason)
            self._since_s, self._logged = self._now(), False
        self._reason = reason
        if not self._logged and self._now() - self._since_s >= LASTING_S:
            self._logged = True
            _log.warning("%s", reason)

    def end(self, port: str) -> None:
        """Tell that it is over, if there was any."""
        if self._reason:
            away_s = self._now() - self._since_s
            _log.warning("%s; back at %s after %.0f s", self._reason, port, away_s)
            self._heard.happened("port_back", port)
        self._reason = ""
