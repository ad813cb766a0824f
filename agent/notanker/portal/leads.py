"""What only leads may see: one page, for who types the code. No cookie, no script, nothing that stays behind.

The code comes in the body of a POST, so it is in no address, no history and no log; the answer is the page
itself, which no browser keeps. Wrong codes are counted, in memory and for a while, by where they come from.
"""

from __future__ import annotations

import hmac
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from notanker.portal.crowd import household_of
from notanker.portal.files import read

MIN_CODE: Final = 8
"""Shorter codes are not taken: 60 tries a minute for a year are 3e7, eight digits are 1e8."""
MAX_CODE: Final = 64
TRIES: Final = 5
WINDOW_S: Final = 600.0
TRIES_OF_ALL: Final = 60
WINDOW_OF_ALL_S: Final = 60.0
MOST_HOUSES: Final = 512

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tries:
    """Wrong codes of late, by where they came from. Nothing of this is written anywhere."""

    _houses: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _all: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def open(self, address: str, now_s: float) -> bool:
        """Tell whether one more try is looked at."""
        with self._lock:
            mine = self._houses.get(household_of(address), deque())
            _forget(mine, now_s - WINDOW_S)
            _forget(self._all, now_s - WINDOW_OF_ALL_S)
            return len(mine) < TRIES and len(self._all) < TRIES_OF_ALL

    def wrong(self, address: str, now_s: float) -> None:
        """Count a wrong code."""
        with self._lock:
            house = household_of(address)
            self._houses.setdefault(house, deque()).append(now_s)
            self._houses.move_to_end(house)
            self._all.append(now_s)
            while len(self._houses) > MOST_HOUSES:
                self._houses.popitem(last=False)


def code_of(file: Path | None) -> str:
    """Return the leads' code; empty if there is none that is worth the name."""
    raw = read(file) if file is not None else None
    code = (raw or b"").decode("utf-8", "replace").strip()
    return code if MIN_CODE <= len(code) <= MAX_CODE else ""


def opens(given: str, code: str) -> bool:
    """Tell whether the code is right; how long that takes tells nothing. Spaces and case don't count."""
    one, other = (_plain(text).encode() for text in (given[:MAX_CODE], code))
    return bool(code) and hmac.compare_digest(one, other)


def tell(result: str) -> None:
    """Leave word of a try, and nothing of who it was."""
    log.warning("leads_page_%s", result)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _forget(tries: deque[float], before_s: float) -> None:
    while tries and tries[0] < before_s:
        tries.popleft()
