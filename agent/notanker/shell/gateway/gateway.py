"""Keeps the gateway's rules in the kernel, and their addresses fresh."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from notanker.config.model import Config
from notanker.core.budget import Users
from notanker.core.names import Uplink
from notanker.core.state import Site
from notanker.core.wording import Pair
from notanker.plan.hosts import Host, host_of
from notanker.plan.model import Plan
from notanker.shell import clock
from notanker.shell.gateway import nft
from notanker.shell.gateway.names import Names
from notanker.shell.gateway.ruleset import TABLE, Rules, refill, removal, ruleset
from notanker.shell.logs import Log
from notanker.shell.nameservers import Servers
from notanker.shell.settings import interfaces_of, rules_of
from notanker.shell.tasks import AGAIN_S
from notanker.shell.tools import ToolError

FORWARDING: Final = Path("/proc/sys/net/ipv4/ip_forward")
LOOK_S: Final = 60.0
"""So often somebody else's hand on the rules is noticed at the latest."""

SOON_S: Final = 5.0
"""What is wrong is tried, and looked at, again after this."""


def gateway_of(
    config: Config,
    plan: Callable[[], Plan | None],
    site: Callable[[], Site],
    log: Log,
    servers: Servers,
) -> Gateway | None:
    """Return the site's gateway, which asks these servers for names; None where it forwards for nobody."""
    if config.gateway.mode == "solo":
        return None
    return Gateway(
        rules_of(config),
        Names(interfaces_of(config), servers),
        plan,
        lambda: site().route,
        lambda: site().metered.allowance.users is not Users.NONE,
        log,
    )


class Gateway:
    """The site's gateway.

    Args:
        rules: The rules without the plan's places.
        names: Resolves the names in them.
        plan: Gives the plan in force.
        route: Gives the uplink in use.
        allowed: Tells whether the LTE budget still has something for users.
        log: Where changes are logged.

    Attributes:
        trouble: What keeps it from its work, None for nothing.
    """

    def __init__(
        self,
        rules: Rules,
        names: Names,
        plan: Callable[[], Plan | None],
        route: Callable[[], Uplink],
        allowed: Callable[[], bool],
        log: Log,
    ) -> None:
        self._rules = rules
        self._names = names
        self._plan = plan
        self._route = route
        self._allowed = allowed
        self._log = log
        self._news = asyncio.Event()
        self.trouble: Pair | None = None

    def changed(self) -> None:
        """Hear that the plan or the line in use is another."""
        self._names.again()
        self._news.set()

    async def run(self) -> None:
        """Keep the rules right until cancelled."""
        loaded: Rules | None = None
        filled: dict[str, frozenset[str]] = {}
        while True:
            places = places_of(self._plan()) if self._allowed() else ()
            voice = places_of(self._plan(), channel="voice")
            rules = replace(self._rules, places=places, voice=voice)
            self._names.want(frozenset(place.name for place in rules.places if place.name))
            if rules != loaded and await self._load(ruleset(rules, self._names.addresses())):
                loaded, filled = rules, self._names.addresses()
            await self._names.refresh(self._route())
            found = self._names.addresses()
            if rules == loaded and found != filled and await self._load(refill(rules, found)):
                filled = found
            await self._pause(again=rules != loaded or found != filled)
            if loaded is not None and not await _stands():
                loaded = None

    async def _load(self, text: str) -> bool:
        try:
            await nft.load(text)
        except ToolError as error:
            self._tell(_unset(error))
            return False
        self._log.info("gateway_rules_set")
        return True

    async def _pause(self, *, again: bool) -> None:
        """Wait until there is something to do."""
        if not again:
            self._tell(missing(self._names.addresses()))
        due_s = self._names.next_s()
        wait_s = LOOK_S if due_s is None else min(max(due_s - clock.boot_s(), AGAIN_S), LOOK_S)
        try:
            async with asyncio.timeout(SOON_S if again or self.trouble else wait_s):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    def _tell(self, trouble: Pair | None) -> None:
        if trouble is not None and trouble != self.trouble:
            self._log.error("gateway_trouble", reason=trouble[1])
        self.trouble = trouble


def places_of(plan: Plan | None, channel: str = "") -> tuple[Host, ...]:
    """Return where the plan's core services live; with a channel, those alone that serve it."""
    found = (
        host
        for service in (plan.services if plan else ())
        if service.core and (not channel or channel in service.channels)
        for text in service.hosts
        if (host := host_of(text)) is not None
    )
    return tuple(dict.fromkeys(found))


def _unset(error: ToolError) -> Pair:
    return (
        f"gateway: Die Regeln lassen sich nicht setzen: {error}",
        f"gateway: the rules cannot be set: {error}",
    )


def missing(addresses: Mapping[str, frozenset[str]]) -> Pair | None:
    """Return what keeps the gateway from its work although its rules stand, None for nothing."""
    if not _forwards():
        return (
            f"gateway: Der Kern leitet nicht weiter; {FORWARDING} auf 1 setzen (sysctl.d)",
            f"gateway: the kernel does not forward; set {FORWARDING} to 1 (sysctl.d)",
        )
    unknown = ", ".join(sorted(name for name, found in addresses.items() if not found))
    if not unknown:
        return None
    return (
        f"gateway: keine Adresse bekannt für {unknown}",
        f"gateway: no address is known for {unknown}",
    )


def _forwards() -> bool:
    try:
        return FORWARDING.read_bytes().strip() != b"0"
    except OSError:
        return False


async def _stands() -> bool:
    """Tell whether the table is still there: a firewall that is loaded anew takes it away."""
    try:
        await nft.load(f"list table inet {TABLE}\n")
    except ToolError:
        return False
    return True


async def clear_away() -> None:
    """Take the rules of an earlier configuration away, where there may be any."""
    with contextlib.suppress(ToolError):  # without nft there are none
        await nft.load(removal())
