"""Takes from the plugins what their devices say by themselves, and lets them forget it once it is on disk.

    news -> collect -> reports to the outbox, SMS to the inbox, happenings to the record -> on disk -> discard

What is not discarded comes again, so a crash anywhere in between loses nothing; whoever takes it must bear to
be told twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from notanker.core.events import DeviceSaid
from notanker.plugin import Collected, Inbound, PluginError, SendReport
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

LOOK_S: Final = 30.0
"""A device that says nothing by itself is asked so often."""
IN_DOUBT_S: Final = 5.0
"""And so often while somebody waits for a status report, or for the answer of whoever is on call: that is to
stop the escalation within ten seconds."""
AGAIN_S: Final = 5.0
MOST_AGAIN_S: Final = 600.0
"""A plugin that breaks at `collect` is asked less and less often, so that it still can send."""
DEADLINE_S: Final = 30.0
"""An SMS that waits for its turn must not wait long for a device that has nothing to say."""
MOST_ROUNDS: Final = 50
"""A device that does not forget what it was told to forget would be asked without a pause."""
MOST_HAPPENINGS: Final = 20
"""Of one collection; a device that falls to pieces must not fill the journal."""


class Collecting:
    """One plugin's part of it.

    Args:
        plugin: Who is asked.
        report: Takes status reports; ends once what follows from them is on disk.
        inbound: Takes SMS of a plugin; ends once they are on disk.
        happened: Takes what befell the device.
        in_doubt: Tells whether somebody waits for a status report or an answer.
        log: Where changes are logged.
    """

    def __init__(
        self,
        plugin: PluginProcess,
        report: Callable[[tuple[SendReport, ...]], Awaitable[None]],
        inbound: Callable[[str, tuple[Inbound, ...]], Awaitable[None]],
        happened: Callable[[DeviceSaid], None],
        in_doubt: Callable[[], bool],
        log: Log,
    ) -> None:
        self._plugin = plugin
        self._report = report
        self._inbound = inbound
        self._happened = happened
        self._in_doubt = in_doubt
        self._log = log
        self._trouble = ""
        self._failures = 0

    async def run(self) -> None:
        """Collect for ever."""
        while True:
            await self._wait(IN_DOUBT_S if self._in_doubt() else LOOK_S)
            try:
                await self._empty()
            except (PluginError, PluginDown, sqlite3.Error, OSError) as error:
                self._say(str(error))
                await asyncio.sleep(self._pause_s())
                self._plugin.news.set()  # what could not be taken is still there
            else:
                self._failures = 0
                self._say("")

    def _pause_s(self) -> float:
        self._failures += 1
        return min(AGAIN_S * 2.0 ** min(self._failures - 1, 10), MOST_AGAIN_S)

    async def _empty(self) -> None:
        """Take all there is: a store of twenty is emptied at once, not every half minute."""
        for _ in range(MOST_ROUNDS):
            if not await self._collect():
                return

    async def _wait(self, longest_s: float) -> None:
        try:
            async with asyncio.timeout(longest_s):
                await self._plugin.news.wait()
        except TimeoutError:
            pass
        self._plugin.news.clear()

    async def _collect(self) -> bool:
        """Take what there is; say whether the device had anything that it may now forget."""
        found = await self._plugin.call("collect", deadline_s=DEADLINE_S, answer=Collected)
        for happening in found.happenings[:MOST_HAPPENINGS]:
            name = self._plugin.spec.name
            self._happened(DeviceSaid(name, happening.what, happening.reason))
        if found.reports:
            await self._report(found.reports)
        if found.inbound:
            await self._inbound(self._plugin.spec.name, found.inbound)
        names = tuple(_names(found))
        if names:
            await self._plugin.call("discard", names, answer=type(None))
        return bool(names)

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._log.info("collecting", plugin=self._plugin.spec.name, trouble=trouble)


def _names(found: Collected) -> Iterator[str]:
    yield from (report.name for report in found.reports if report.name)
    yield from (sms.name for sms in found.inbound if sms.name)
