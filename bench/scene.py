"""One lab with one peer in it, ready to be measured."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow
from threading import Lock

from bench import rulewatch
from bench.keepalived import SWITCH
from bench.measure import wait_for
from bench.peers import Peer
from bench.rulewatch import RuleWatch

from notanker_lab import Lab, control
from notanker_lab.traffic import Recording

_QUIET = ("udp4",)
_BUSY = ("udp4", "udp6", "tcp4", "tcp6")
_building = Lock()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a row works with.

    Attributes:
        rules: The switch in the kernel, as netlink tells of it.
        short: Whether to be quick.
    """

    lab: Lab
    peer: Peer
    rules: RuleWatch
    short: bool

    def users(self, *, busy: bool = False) -> Recording:
        """Start the users' echoes, and give the peer's probes a random phase to what follows."""
        recording = self.lab.traffic.start(_BUSY if busy else _QUIET)
        time.sleep(1 + randbelow(2000) / 1000)
        return recording

    def wait_for_route(self, uplink: str, timeout_s: float) -> bool:
        """Wait until the kernel sends traffic to ``uplink``; say whether it came to that."""
        return wait_for(lambda: self.rules.route() == uplink, timeout_s)


@contextmanager
def scene(peer: Peer, prefix: str, *, short: bool) -> Iterator[Scene]:
    """Build a lab, start the peer in it, and take both down at the end.

    Raises:
        LabError: lab or peer does not come up.
    """
    lab = Lab(prefix)
    with _building:  # `ip netns add` prepares a folder that all labs share
        lab.start()
    try:
        rules = _watch(lab)
        peer.start(lab)
        yield Scene(lab, peer, rules, short)
    except Exception as error:
        error.add_note(peer.said())
        raise
    finally:
        lab.close()


def _watch(lab: Lab) -> RuleWatch:
    path = lab.tmp / "rules.txt"
    line: Sequence[str] = [sys.executable, "-P", str(Path(rulewatch.__file__)), str(path)]
    lab.popen("site", [*line, str(SWITCH)])
    control.wait_until(path.exists, 10, "the watcher of the kernel's rules is ready")
    return RuleWatch(path)
