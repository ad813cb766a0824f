"""Keeps the ledger of LTE data: looks at the counters, adds up, writes it down now and then, tells the core.

The kernel goes on counting while the agent is away, so a killed agent loses nothing. What a power cut can
lose is what was counted since the ledger was written last: `SAVE_S`, or `SAVE_BYTES` and one look more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from notanker.core import budget, calendar
from notanker.core.budget import BudgetSettings, Ledger, Purpose
from notanker.core.events import Counted
from notanker.core.moment import Moment
from notanker.files import replace_file
from notanker.shell import codec
from notanker.shell.counters import Counters
from notanker.shell.logs import Log

TICK_S: Final = 5.0
LOOK_S: Final = 60.0
LOOK_BYTES: Final = 500_000
"""The counters are looked at each minute, and as soon as the interface has moved so much."""
SAVE_S: Final = 300.0
SAVE_BYTES: Final = 1_000_000
MOST_FILE_BYTES: Final = 65_536

Month = tuple[int, str]


class Meter:
    """The ledger and its file.

    Args:
        counters: The kernel's.
        path: Where the ledger is kept.
        settings: When the month begins.
        month: Gives the modem's own count and the date on which it began, None if it told none.
        offset_s: Gives how far local time is ahead of UTC at a moment.
        happened: Called with what the core is to know.
    """

    def __init__(
        self,
        counters: Counters,
        path: Path,
        settings: BudgetSettings,
        month: Callable[[], Month | None],
        offset_s: Callable[[Moment], float],
        happened: Callable[[Counted], None],
        now: Callable[[], Moment],
        log: Log,
    ) -> None:
        self._counters = counters
        self._path = path
        self._settings = settings
        self._month = month
        self._offset_s = offset_s
        self._happened = happened
        self._now = now
        self._log = log
        self._own: Counter[Purpose] = Counter()
        self._ledger: Ledger | None = None
        self._saved = Ledger()
        self._saved_s = 0.0
        self._trouble = ""

    def charge(self, purpose: Purpose, size: int) -> None:
        """Take what our own code has sent or received over LTE, in bytes of IP packets."""
        self._own[purpose] += size

    async def run(self) -> None:
        """Count for ever; at the end, write down what is known."""
        self._ledger = self._saved = await asyncio.to_thread(self._load)
        self._saved_s = self._now().boot_s
        try:
            while True:
                seen = self._seen_bytes()
                await self.look()
                await self._quiet(seen)
        finally:
            self._save(self._now())

    async def look(self) -> None:
        """Look at the counters once, and tell the core what they say."""
        reading = await self._counters.read()
        if self._counters.trouble != self._trouble:
            self._trouble = self._counters.trouble
            self._log.warning("lte_not_counted_by_the_filter", reason=self._trouble)
        if reading is None:
            return
        own, self._own = self._own, Counter()
        now, told = self._now(), self._month()
        if told is not None:
            reading = replace(reading, modem=told[0], modem_since=told[1])
        offset_s = self._offset_s(now)
        month = calendar.month_of(now, offset_s, self._settings.first_day)
        ledger = budget.count(self._ledger or Ledger(), reading, own, month)
        self._ledger = ledger
        if self._worth_saving(ledger, now):
            await asyncio.to_thread(self._save, now)
        self._happened(Counted(ledger, offset_s))

    async def _quiet(self, seen: int) -> None:
        """Wait for the next look: a minute, or less while much is going on."""
        for _ in range(int(LOOK_S / TICK_S)):
            await asyncio.sleep(TICK_S)
            if abs(self._seen_bytes() - seen) >= LOOK_BYTES:
                return

    def _seen_bytes(self) -> int:
        """Return what interface and modem say together: no count, but cheap, and moves with the traffic."""
        month = self._month()
        return self._counters.moved_bytes() + (month[0] if month else 0)

    def _worth_saving(self, ledger: Ledger, now: Moment) -> bool:
        if ledger.month != self._saved.month:
            return True
        grown = ledger.used_bytes - self._saved.used_bytes
        return grown >= SAVE_BYTES or now.boot_s - self._saved_s >= SAVE_S

    def _load(self) -> Ledger:
        try:
            with self._path.open("rb") as stream:
                data = stream.read(MOST_FILE_BYTES)
            return msgspec.json.decode(data, type=Ledger)
        except FileNotFoundError:
            return Ledger()
        except (OSError, msgspec.MsgspecError) as error:
            # Unknown is not zero, but counting must go on; the modem's own count tells what is missing.
            self._log.error("ledger_unreadable", path=str(self._path), reason=str(error))
            return Ledger()

    def _save(self, now: Moment) -> None:
        ledger = self._ledger
        if ledger is None or ledger == self._saved:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, codec.encode(ledger), sync=True)
        except OSError as error:
            self._log.error("ledger_not_written", path=str(self._path), reason=str(error))
        else:
            self._saved, self._saved_s = ledger, now.boot_s
