"""Carries out switches, and tells the core what the kernel does of its own accord."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from notanker.core.commands import Cut, Switch
from notanker.core.events import Event, LinkChanged, PathSeen, RouteSeen, SwitchDone
from notanker.core.names import Uplink
from notanker.core.wording import Pair
from notanker.shell import clock, kernel
from notanker.shell.flows import cutting
from notanker.shell.flows.cutting import Left
from notanker.shell.forwarder import Forwarder
from notanker.shell.kernel import Kernel
from notanker.shell.logs import Log

SETTLE_S: Final = 0.05
"""Changes of routes come in bursts; one look after the burst is enough."""
AGAIN_S: Final = 1.0
REMEMBERED: Final = 16
"""So many addresses of an uplink are known, also those that it has lost: flows may still cling to them."""


class Routing:
    """The kernel's side of the site.

    Args:
        table: Reads and writes the kernel's routing.
        interfaces: The interface of each uplink.
        happened: Called with each event.
        link_back: Called when an uplink's interface (re)appears: old sockets may be bound to a dead one.
        log: Where changes are logged.
        forwarder: The box's DNS forwarder, which follows the line.

    Attributes:
        trouble: Why the traffic cannot be moved, None while it can.
    """

    def __init__(
        self,
        table: Kernel,
        interfaces: Mapping[Uplink, str],
        happened: Callable[[Event], None],
        link_back: Callable[[Uplink], None],
        log: Log,
        forwarder: Forwarder | None = None,
    ) -> None:
        self._kernel = table
        self._interfaces = interfaces
        self._happened = happened
        self._link_back = link_back
        self._log = log
        self._forwarder = forwarder
        self._changed = asyncio.Event()
        self._addresses: dict[Uplink, tuple[str, ...]] = {}
        self.trouble: Pair | None = None

    def prepare(self) -> Uplink:
        """Put rules and table in place; return where the traffic goes now."""
        try:
            route = self._kernel.prepare()
            self._remember(self._kernel.addresses())
        except OSError as error:
            self.trouble = (
                f"Die Routen des Kerns lassen sich nicht ändern: {error}",
                f"the kernel's routing cannot be changed: {error}",
            )
            self._log.error("routing_refused", reason=str(error))
            return Uplink.PRIMARY
        self.trouble = None
        self._point(route)
        return route

    async def switch(self, command: Switch) -> None:
        """Move the traffic and tell the core what came of it."""
        begun_s = clock.boot_s()
        try:
            self._kernel.switch(command.to)
        except OSError as error:
            reason = str(error)
        else:
            reason = ""
            self._point(command.to)
        took_ms = (clock.boot_s() - begun_s) * 1000
        self._log.info("switched", to=str(command.to), took_ms=round(took_ms, 2), reason=reason)
        self._happened(SwitchDone(command.to, not reason, took_ms, reason))

    async def cut(self, command: Cut) -> None:
        """Cut what clings to the uplink that was left, in a thread: there may be 100,000 flows."""
        left = Left(
            self._interfaces[command.left], self._addresses.get(command.left, ()), kernel.own_uid()
        )
        begun_s = clock.boot_s()
        done = await asyncio.to_thread(cutting.cut, left)
        took_ms = round((clock.boot_s() - begun_s) * 1000, 1)
        self._log.info(
            "flows_cut", left=str(command.left), flows=done.flows, sockets=done.sockets,
            took_ms=took_ms, refused=done.refused,
        )  # fmt: skip

    def links(self) -> None:
        """Tell the core which links have their carrier right now."""
        for uplink, carrier in self._kernel.carrier().items():
            self._happened(LinkChanged(uplink, carrier))

    def path(self) -> None:
        """Tell the core whether the primary has an address, and what its next hop is."""
        try:
            addressed, hop = self._kernel.primary_path()
        except OSError as error:
            self._log.warning("path_unknown", reason=str(error))
        else:
            self._happened(PathSeen(addressed, hop))

    async def watch(self) -> None:
        """Listen to the kernel until cancelled; what was missed is looked up anew."""
        while True:
            try:
                await kernel.watch(self._interfaces, self._link, self._changed.set)
            except OSError as error:
                self._log.warning("netlink_restarted", reason=str(error))
            await asyncio.sleep(AGAIN_S)
            self.links()
            self._changed.set()

    async def follow(self) -> None:
        """Keep the backup's table and the standing rules right, and tell where the switch points."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_S)
            self._changed.clear()
            self._happened(RouteSeen(self.prepare()))
            self.path()

    def _point(self, to: Uplink) -> None:
        if self._forwarder is not None:
            self._forwarder.point(to)

    def _remember(self, found: Mapping[Uplink, tuple[str, ...]]) -> None:
        """Know the addresses that an uplink has or had, but none that is another's now."""
        for uplink, now in found.items():
            others = {a for other, theirs in found.items() if other is not uplink for a in theirs}
            known = dict.fromkeys((*now, *self._addresses.get(uplink, ())))
            self._addresses[uplink] = tuple(a for a in known if a not in others)[:REMEMBERED]

    def _link(self, uplink: Uplink, carrier: bool) -> None:
        if carrier:
            self._link_back(uplink)
            self._changed.set()
        self._happened(LinkChanged(uplink, carrier))
