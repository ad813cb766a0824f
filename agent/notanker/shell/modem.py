"""Asks the modem's plugin how it does, and has it carry out the core's orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from notanker.core.bearer import Order
from notanker.core.commands import Bear
from notanker.core.events import BearerDone, BearerTold
from notanker.core.status import ModemStatus
from notanker.plugin import PluginError, UplinkState
from notanker.shell.clock import Clock
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_supervisor import PluginProcess

ASK_EVERY_S: Final = 30.0
SOON_S: Final = 5.0
ORDER_S: Final = 40.0
"""An order that takes longer has failed; the child is ended, and whoever waits for it goes on."""


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
        happened: Called with what the core is to know.
    """

    def __init__(
        self,
        plugin: PluginProcess,
        changed: Callable[[ModemStatus], None],
        happened: Callable[[BearerTold | BearerDone], None],
        clock: Clock,
        log: Log,
    ) -> None:
        self._plugin = plugin
        self._changed = changed
        self._happened = happened
        self._clock = clock
        self._log = log
        self._soon = asyncio.Event()
        self.status = ModemStatus(plugin.spec.name)
        self.month: tuple[int, str] | None = None

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            self._soon.clear()
            pause_s = ASK_EVERY_S
            try:
                await self._ask()
            except (PluginError, PluginDown):
                self._happened(BearerTold(None))
                pause_s = SOON_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._soon.wait()
            except TimeoutError:
                continue

    async def bear(self, command: Bear) -> None:
        """Carry out an order and tell the core what came of it."""
        begun_s = self._clock.now().boot_s
        reason = ""
        try:
            await self._plugin.call(command.order.value, deadline_s=ORDER_S, answer=type(None))
        except (PluginError, PluginDown) as error:
            reason = str(error)
        took_ms = (self._clock.now().boot_s - begun_s) * 1000
        self._log.info(
            "bearer", order=command.order.value, took_ms=round(took_ms, 1), reason=reason
        )
        if not reason:
            up = command.order is Order.BRING_UP
            self.status = replace(self.status, connected=up)
        self._happened(BearerDone(command.order, not reason, took_ms, reason))
        self._changed(self.status)
        self._soon.set()

    async def _ask(self) -> None:
        state = await self._plugin.call("state", answer=UplinkState)
        self.status = ModemStatus(
            plugin=self._plugin.spec.name,
            operator=state.operator,
            signal_dbm=state.signal_dbm,
            connected=state.connected,
            told=self._clock.now(),
        )
        self.month = None if state.month_bytes is None else (state.month_bytes, state.month_since)
        self._happened(BearerTold(_connected(state)))
        self._changed(self.status)


def _connected(state: UplinkState) -> bool | None:
    """Return whether there is a data session: none while its switch is off, whatever else is said."""
    return False if state.data_switch is False else state.connected
