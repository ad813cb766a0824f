"""Cuts what clings to a line that was left, and nothing else.

Kept are: flows to near networks; sockets bound to an interface; the agent's own; sockets whose packets the
kernel still sends by the line they began with (by rules of the administrator's); and translated flows that
forget by themselves, because they do not answer to the old line's address any more.

Cut are: the box's other sockets of the old line's addresses, with their flows; flows of others that are
translated to such an address.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from notanker.shell.flows.conntrack import OWN_ZONES, Address, Conntrack, Flow
from notanker.shell.flows.routes import Near, Routes, parsed
from notanker.shell.flows.sockets import Socket, Sockets

Choice = Callable[[Conntrack], Iterable[Flow]]

_AT_ONCE: Final = 256
LONGEST_S: Final = 20.0
"""What is not cut by then has timed out by itself, or the next cut comes first."""


@dataclass(frozen=True, slots=True)
class Left:
    """The line that was left.

    Attributes:
        interface: Its interface.
        addresses: Its addresses, also those it had until just now.
        uid: The user whose sockets are never touched, 0 for none.
    """

    interface: str
    addresses: tuple[str, ...]
    uid: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What was cut, and what the kernel refused, empty for nothing."""

    flows: int = 0
    sockets: int = 0
    refused: tuple[str, ...] = ()


def cut(left: Left) -> Done:
    """Cut it. Takes about 15 µs for each flow of the line, and waits: call it in a thread."""
    return _Cut(left).run()


class _Cut:
    """One cut; parts that the kernel refuses do not keep the others from their work."""

    def __init__(self, left: Left) -> None:
        self._left = left
        self._addresses = parsed(left.addresses)
        self._index = _index_of(left.interface)
        self._end_s = time.monotonic() + LONGEST_S
        self._flows = 0
        self._sockets = 0
        self._refused: list[str] = []

    def run(self) -> Done:
        with self._tolerant(), contextlib.closing(Routes()) as routes:
            near = {version: routes.near(version) for version in (4, 6)}
            # Others' flows first: they lose packets until they are cut, and need no look at sockets.
            for address in self._addresses:
                self._cut_flows(_translated(address, near[address.version]))
        for address in self._addresses:
            with self._tolerant():
                self._cut_sockets(address)
        return Done(self._flows, self._sockets, tuple(dict.fromkeys(self._refused)))

    @contextlib.contextmanager
    def _tolerant(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._refused.append(error.strerror or str(error))

    def _cut_sockets(self, address: Address) -> None:
        with contextlib.closing(Sockets()) as sockets, contextlib.closing(Routes()) as routes:
            found = [item for item in sockets.of(address) if self._is_stale(item, address, routes)]
            if found:
                with self._tolerant():
                    self._sockets += sockets.destroy(found)
                self._cut_flows(_of_sockets(address, found))

    def _is_stale(self, found: Socket, address: Address, routes: Routes) -> bool:
        if found.interface or (self._left.uid and found.uid == self._left.uid):
            return False
        by = routes.leaves_by(address, found.remote, found.uid, found.mark)
        return not self._index or by != self._index

    def _cut_flows(self, choose: Choice) -> None:
        with contextlib.closing(Conntrack()) as reader, contextlib.closing(Conntrack()) as writer:
            flows = iter(choose(reader))
            while some := list(itertools.islice(flows, _AT_ONCE)):
                self._flows += writer.delete(some)
                time.sleep(0)  # the loop's thread may want its turn
                if time.monotonic() > self._end_s:
                    raise TimeoutError(
                        errno.ETIMEDOUT, f"more flows than {LONGEST_S:g} s suffice for"
                    )


def _translated(address: Address, near: Near) -> Choice:
    """Choose the flows of others that hide behind the address."""

    def is_stale(flow: Flow) -> bool:
        if flow.home != address.packed or not flow.translated or flow.zone in OWN_ZONES:
            return False
        return flow.remote not in near

    return lambda table: filter(is_stale, table.answering_to(address))


def _of_sockets(address: Address, sockets: Iterable[Socket]) -> Choice:
    """Choose the flows of these sockets."""
    stale = {(item.remote, item.key) for item in sockets}
    return lambda table: (
        flow for flow in table.answering_to(address) if (flow.remote, flow.key) in stale
    )


def _index_of(interface: str) -> int:
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        return 0
