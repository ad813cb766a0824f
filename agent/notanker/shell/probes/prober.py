"""Sends the probes that the core asks for, and tells what came of them."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import h11

from notanker.core.commands import Probe
from notanker.core.detector import LATE_S
from notanker.core.names import Layer, Uplink
from notanker.core.settings import Anchor
from notanker.core.uplinks import CAPTIVE
from notanker.errors import NotankerError
from notanker.shell import spending
from notanker.shell.probes import dns, http, sip, tls
from notanker.shell.probes.attempt import Attempt, Connect, Query, Question
from notanker.shell.probes.icmp import EchoSocket, echo_bytes
from notanker.shell.probes.lookup import Names, is_address
from notanker.shell.probes.sockets import family_of

MOST_AT_ONCE: Final = 200
"""More probes than these under way at once are refused: something is badly wrong then."""
SERVER_ERROR: Final = 500
Work = Callable[[Probe], Awaitable[None]]

SMALL: Final[Mapping[Layer, Callable[[str, Anchor], Question]]] = {
    Layer.TCP: Connect,
    Layer.DNS: Query,
}
"""Questions of one packet each; the others are conversations."""


class Prober:
    """Runs probes over all uplinks, and to what is on the site itself.

    Args:
        interfaces: The interface of each uplink.
        answered: Called with a probe's number and "" or the reason of a refusal.
        shown: Called instead with a probe's number and when the certificate ends that it was shown.
        resolvers: Who is asked for a system's name, over that uplink and no other.
        charge: Called with what a question over the backup has cost, in bytes of IP packets.
    """

    def __init__(
        self,
        interfaces: Mapping[Uplink, str],
        answered: Callable[[int, str], None],
        shown: Callable[[int, float], None] = lambda _number, _expires_s: None,
        resolvers: Mapping[Uplink, tuple[str, ...]] = MappingProxyType({}),
        charge: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._interfaces = interfaces
        self._answered = answered
        self._shown = shown
        self._charge = charge
        self._names = Names(interfaces, resolvers)
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts: set[Attempt] = set()
        self._echoes = {
            (interface, family): EchoSocket(interface, family, self._echoed(interface, family))
            for interface in interfaces.values()
            for family in (socket.AF_INET, socket.AF_INET6)
        }

    def send(self, probe: Probe) -> None:
        """Send one probe; never blocks, never raises."""
        layer, known = probe.anchor.layer, is_address(probe.anchor.address)
        if known and layer is Layer.ICMP:
            self._echo(probe)
        elif len(self._tasks) + len(self._attempts) >= MOST_AT_ONCE:
            self._answered(probe.number, "too many probes under way")
        elif not known:
            self._begin(probe, self._look_up)
        elif layer in SMALL:
            self._ask(probe)
        else:
            self._begin(probe, self._converse)

    def drain(self) -> None:
        """Take in answers that have arrived, before anybody counts them as missing."""
        for echo in self._echoes.values():
            echo.drain()
        for attempt in tuple(self._attempts):
            attempt.look()

    def reopen(self, uplink: Uplink) -> None:
        """Forget the sockets of an uplink: its interface may be another one by now."""
        for (of, _), echo in self._echoes.items():
            if of == self._interfaces[uplink]:
                echo.close()

    async def close(self) -> None:
        """End all probes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for attempt in tuple(self._attempts):
            attempt.close()
        for echo in self._echoes.values():
            echo.close()

    def _interface(self, probe: Probe) -> str:
        """Return what a probe leaves by; on the site itself that may be up to the kernel."""
        if probe.uplink is None:
            return probe.anchor.interface
        return self._interfaces[probe.uplink]

    def _echo(self, probe: Probe) -> None:
        key = self._interface(probe), family_of(probe.anchor.address)
        echo = self._echoes.get(key)
        if echo is None:
            echo = self._echoes[key] = EchoSocket(*key, self._answered)
        echo.send(probe.number, probe.anchor.address)
        if self._metered(key[0]):
            self._charge(echo_bytes(key[1]))

    def _metered(self, interface: str) -> bool:
        return interface == self._interfaces.get(Uplink.BACKUP)

    def _echoed(self, interface: str, family: socket.AddressFamily) -> Callable[[int, str], None]:
        """Return who hears of replies: over the backup they cost as much as the requests."""
        if not self._metered(interface):
            return self._answered

        def heard(number: int, refusal: str) -> None:
            self._charge(0 if refusal else echo_bytes(family))
            self._answered(number, refusal)

        return heard

    def _ask(self, probe: Probe) -> None:
        try:
            question = SMALL[probe.anchor.layer](self._interface(probe), probe.anchor)
        except OSError as error:
            self._answered(probe.number, error.strerror or type(error).__name__)
        except dns.DnsError as error:
            self._answered(probe.number, str(error))
        else:
            told = partial(self._answered, probe.number)
            over = partial(self._over, self._interface(probe))
            self._attempts.add(Attempt(question, told, LATE_S, over))

    def _over(self, interface: str, attempt: Attempt) -> None:
        self._attempts.discard(attempt)
        if self._metered(interface):
            self._charge(attempt.cost_bytes)

    def _begin(self, probe: Probe, work: Work) -> None:
        task = asyncio.get_running_loop().create_task(self._bounded(probe, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bounded(self, probe: Probe, work: Work) -> None:
        payer = self._charge if self._metered(self._interface(probe)) else None
        try:
            async with asyncio.timeout(LATE_S):
                with spending.on_account(payer):
                    await work(probe)
        except TimeoutError:
            return  # silence is what the core counts by itself
        except OSError as error:
            # asyncio puts address and port into its own words; the kernel's are the same each time
            refusal = os.strerror(error.errno) if error.errno else type(error).__name__
        except (h11.ProtocolError, NotankerError, ValueError) as error:
            refusal = str(error)
        else:
            return
        self._answered(probe.number, refusal)

    async def _look_up(self, probe: Probe) -> None:
        """Send the probe to the address that its name has over that uplink."""
        self.send(replace(probe, anchor=await self._names.looked_up(probe)))

    async def _converse(self, probe: Probe) -> None:
        interface, anchor = self._interface(probe), probe.anchor
        if anchor.layer is Layer.TLS:
            ends_s = await tls.expires_s(interface, anchor.address, anchor.port, anchor.host)
            self._shown(probe.number, ends_s)
        else:
            ask = _ask_http if anchor.layer is Layer.HTTP else _ask_sip
            self._answered(probe.number, await ask(interface, anchor))


async def _ask_http(interface: str, anchor: Anchor) -> str:
    peer = http.Peer(interface, anchor.address, anchor.port, anchor.host or anchor.address)
    answer = await http.request(peer, "GET", anchor.query)
    if anchor.status:
        return "" if answer.status == anchor.status else CAPTIVE
    return "" if answer.status < SERVER_ERROR else f"HTTP status {answer.status}"


async def _ask_sip(interface: str, anchor: Anchor) -> str:
    server = sip.Server(
        interface, anchor.address, anchor.port, anchor.transport or "udp", anchor.query
    )
    status = await sip.ask(server)
    return "" if status < SERVER_ERROR else f"SIP status {status}"
