"""Sends the probes that the core asks for, and tells what came of them."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import h11

from notanker.core.commands import Probe
from notanker.core.detector import LATE_S
from notanker.core.names import Layer, Uplink
from notanker.core.settings import Anchor
from notanker.core.uplinks import CAPTIVE
from notanker.shell.probes import dns, http
from notanker.shell.probes.attempt import Attempt, Connect, Query
from notanker.shell.probes.icmp import EchoSocket
from notanker.shell.probes.sockets import family_of

MOST_AT_ONCE: Final = 200
"""More probes than these under way at once are refused: something is badly wrong then."""

NO_CONTENT: Final = 204


class Prober:
    """Runs probes over all uplinks.

    Args:
        interfaces: The interface of each uplink.
        answered: Called with a probe's number and "" or the reason of a refusal.
    """

    def __init__(
        self, interfaces: Mapping[Uplink, str], answered: Callable[[int, str], None]
    ) -> None:
        self._interfaces = interfaces
        self._answered = answered
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts: set[Attempt] = set()
        self._echoes = {
            (uplink, family): EchoSocket(interface, family, answered)
            for uplink, interface in interfaces.items()
            for family in (socket.AF_INET, socket.AF_INET6)
        }

    def send(self, probe: Probe) -> None:
        """Send one probe; never blocks, never raises."""
        if probe.anchor.layer is Layer.ICMP:
            family = family_of(probe.anchor.address)
            self._echoes[probe.uplink, family].send(probe.number, probe.anchor.address)
        elif len(self._tasks) + len(self._attempts) >= MOST_AT_ONCE:
            self._answered(probe.number, "too many probes under way")
        elif probe.anchor.layer is Layer.HTTP:
            task = asyncio.get_running_loop().create_task(self._read_page(probe))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._ask(probe)

    def drain(self) -> None:
        """Take in answers that have arrived, before anybody counts them as missing."""
        for echo in self._echoes.values():
            echo.drain()
        for attempt in tuple(self._attempts):
            attempt.look()

    def reopen(self, uplink: Uplink) -> None:
        """Forget the sockets of an uplink: its interface may be another one by now."""
        for (of, _), echo in self._echoes.items():
            if of is uplink:
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

    def _ask(self, probe: Probe) -> None:
        kind = Connect if probe.anchor.layer is Layer.TCP else Query
        try:
            question = kind(self._interfaces[probe.uplink], probe.anchor)
        except OSError as error:
            self._answered(probe.number, error.strerror or type(error).__name__)
        except dns.DnsError as error:
            self._answered(probe.number, str(error))
        else:
            told = partial(self._answered, probe.number)
            self._attempts.add(Attempt(question, told, LATE_S, self._attempts.discard))

    async def _read_page(self, probe: Probe) -> None:
        interface = self._interfaces[probe.uplink]
        try:
            async with asyncio.timeout(LATE_S):
                refusal = await _ask_http(interface, probe.anchor)
        except TimeoutError:
            return  # silence is what the core counts by itself
        except OSError as error:
            # asyncio puts address and port into its own words; the kernel's are the same each time
            refusal = os.strerror(error.errno) if error.errno else type(error).__name__
        except (h11.ProtocolError, ValueError) as error:
            refusal = str(error)
        self._answered(probe.number, refusal)


async def _ask_http(interface: str, anchor: Anchor) -> str:
    peer = http.Peer(interface, anchor.address, anchor.port, anchor.host or anchor.address)
    answer = await http.request(peer, "GET", anchor.query)
    return "" if answer.status == NO_CONTENT else CAPTIVE
