"""Asks the modem's plugin how it does, and has its data session brought up when it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from notanker.core.status import ModemStatus
from notanker.plugin import PluginError, UplinkState
from notanker.shell.clock import Clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

ASK_EVERY_S: Final = 30.0
SOON_S: Final = 5.0


def modem_words(status: ModemStatus) -> str:
    """Return the modem's state as evidence: `not connected, -112 dBm`."""
    words = {True: "connected", False: "not connected", None: ""}[status.connected]
    signal = "no signal" if status.signal_dbm is None else f"{status.signal_dbm:.0f} dBm"
    return ", ".join(filter(None, (words, signal)))


class Modem:
    """The backup's modem.

    Args:
        plugin: Who speaks with it.
        changed: Called when its state is known anew.
    """

    def __init__(
        self,
        plugin: PluginProcess,
        changed: Callable[[ModemStatus], None],
        clock: Clock,
        log: Log,
    ) -> None:
        self._plugin = plugin
        self._changed = changed
        self._clock = clock
        self._log = log
        self.status = ModemStatus(plugin.spec.name)

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                await asyncio.sleep(await self._round())
            except (PluginError, PluginDown):
                await asyncio.sleep(SOON_S)

    async def _round(self) -> float:
        state = await self._plugin.call("state", answer=UplinkState)
        self.status = ModemStatus(
            plugin=self._plugin.spec.name,
            operator=state.operator,
            signal_dbm=state.signal_dbm,
            connected=state.connected,
            told=self._clock.now(),
        )
        self._changed(self.status)
        if state.data_switch is False or state.connected is False:
            self._log.info("modem_bring_up", plugin=self._plugin.spec.name)
            await self._plugin.call("bring_up", answer=type(None))
            return SOON_S
        return ASK_EVERY_S
