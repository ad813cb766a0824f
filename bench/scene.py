"""One lab with one peer in it, ready to be measured."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow
from threading import Lock

from bench import routewatch
from bench.met import wait_for
from bench.peers.peer import Peer
from bench.routewatch import RouteWatch

from notanker_lab import Lab, control
from notanker_lab.faults import Faults
from notanker_lab.traffic import Recording

QUIET = ("udp4",)
BUSY = ("udp4", "udp6", "tcp4", "tcp6")
_REST_S = 90.0
_FORWARDERS = ("site", "router", "lte")
_building = Lock()


@dataclass(frozen=True, slots=True)
class Length:
    """How long the long rows last, in seconds.

    Attributes:
        loss20_s: 20 % loss.
        watch_s: What must not move traffic: a dead anchor, slowness.
        calm_s: The calm site.
    """

    loss20_s: float = 60.0
    watch_s: float = 30.0
    calm_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a row works with.

    Attributes:
        routes: Where the kernel sends users' traffic, as netlink tells of it.
    """

    lab: Lab
    peer: Peer
    routes: RouteWatch
    length: Length

    @property
    def faults(self) -> Faults:
        """What can be broken."""
        return self.lab.faults

    def users(
        self, flows: Sequence[str] = QUIET, *, ns: str = "site", tcp_interval_s: float = 0.1
    ) -> Recording:
        """Start the users' echoes, and give the peer's probes a random phase to what follows."""
        recording = self.lab.traffic.start(flows, tcp_interval_s=tcp_interval_s, ns=ns)
        self.any_moment()
        return recording

    def any_moment(self) -> None:
        """Let the peer's probes come to a phase that nobody chose."""
        time.sleep(1 + randbelow(2000) / 1000)

    def wait_for_lte(self, timeout_s: float | None = None) -> bool:
        """Wait until the kernel sends traffic by LTE; say whether it came to that."""
        timeout_s = self.peer.patience_s if timeout_s is None else timeout_s
        return wait_for(lambda: self.routes.way() == "lte", timeout_s)

    def wait_for_primary(self, timeout_s: float) -> bool:
        """Wait until the kernel sends traffic by the primary; say whether it came to that."""
        return wait_for(lambda: self.routes.way() == "primary", timeout_s)

    def switches(self, since_s: float) -> int:
        """Count how often users' traffic was moved since then."""
        return len(self.routes.changes(since_s))

    def start(self) -> None:
        """Start the peer, and wait until it is at rest."""
        self.peer.launch()
        self.rest()

    def rest(self) -> None:
        """Wait until traffic goes by the primary and the peer is at rest.

        Raises:
            LabError: it does not come to that.
        """
        on_primary = lambda: self.routes.way() == "primary"  # noqa: E731
        control.wait_until(on_primary, _REST_S, "traffic goes by the primary")
        self.peer.rest()


@contextmanager
def scene(peer: Peer, prefix: str, length: Length, nat: str) -> Iterator[Scene]:
    """Build a lab, put the peer in place without starting it, and take both down at the end.

    Args:
        peer: Who is measured.
        prefix: Begins the names of the lab's namespaces.
        length: How long the long rows last.
        nat: How router, stick and site hide a LAN behind the site; "" where there is none.

    Raises:
        LabError: lab or peer does not come up.
    """
    lab = Lab(prefix, lan=bool(nat))
    with _building:  # `ip netns add` prepares a folder that all labs share
        lab.start()
    try:
        routes = _watch(lab)
        for ns in _FORWARDERS if nat else ():
            lab.topology.nat(ns, nat)
        peer.prepare(lab)
        yield Scene(lab, peer, routes, length)
    except Exception as error:
        error.add_note(peer.said())
        raise
    finally:
        lab.close()


def _watch(lab: Lab) -> RouteWatch:
    path = lab.tmp / "routes.txt"
    lab.popen("site", [sys.executable, "-P", str(Path(routewatch.__file__)), str(path)])
    control.wait_until(path.exists, 10, "the watcher of the kernel's routes is ready")
    return RouteWatch(path)
