"""Simulates a fleet for minutes: each site beats once a minute with something new in its journal; by UDP.

Every beat travels from a socket of its own, so each answer is known to be whose. A site tells its events anew
until the centre has confirmed them, as sites do; at the end it goes on until all are confirmed. Prints
figures as JSON. ``load_soak.py '{"ports": [8443], "sites": 100000, "seconds": 600, "interval_s": 60}'``
"""

import collections
import json
import resource
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.fleet import Site

SOCKETS: Final = 12_000
"""Seven seconds of 100,000 sites: a beat that nobody answers must not keep the next from being sent."""
PATIENCE_S: Final = 2.0
"""A site waits so long, and says it again with the next beat (at once here, at the end)."""
MOST_EVENTS: Final = 8
END_S: Final = 60.0


@dataclass
class Soak:
    """The fleet and what came of it."""

    fleet: list[Site]
    links: list[socket.socket]
    under_way: dict[int, tuple[Site, int, float]] = field(default_factory=dict)
    answered: int = 0
    unanswered: int = 0
    sent: int = 0
    heard_s: float = 0.0
    pause_s: float = 0.0
    paused_s: float = 0.0
    took_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free = collections.deque(self.links)
        self.by_number = {link.fileno(): link for link in self.links}
        self.poll = select.epoll()
        for link in self.links:
            self.poll.register(link, select.EPOLLIN)

    def say(self, site: Site, now_s: float) -> bool:
        """Send a site's beat. False if no socket is free."""
        if not self.free:
            return False
        link = self.free.popleft()
        record = site.telling(MOST_EVENTS)
        link.send(site.seal(record))
        self.under_way[link.fileno()] = (site, site.counter, now_s)
        self.sent += 1
        return True

    def hear(self, wait_s: float) -> None:
        """Take the answers that have come."""
        for number, _ in self.poll.poll(wait_s):
            now_s = time.monotonic()
            try:
                answer = self.by_number[number].recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                continue
            if (waiting := self.under_way.get(number)) is None:
                continue  # it came after all, when nobody waited any more
            site, counter, asked_s = waiting
            ack = site.open(answer, counter)
            if ack is None:
                continue
            site.stored_to = max(site.stored_to, ack.stored_to)
            self.answered += 1
            self.took_s.append(now_s - asked_s)
            if now_s - self.heard_s > self.pause_s:
                self.pause_s, self.paused_s = now_s - self.heard_s, self.heard_s
            self.heard_s = now_s
            self._release(number)

    def forget(self, now_s: float) -> list[Site]:
        """Give up what is not answered for too long; return whose it was."""
        late = [n for n, (_, _, asked) in self.under_way.items() if now_s - asked > PATIENCE_S]
        sites = [self.under_way[number][0] for number in late]
        for number in late:
            self._release(number)
        self.unanswered += len(late)
        return sites

    def _release(self, number: int) -> None:
        del self.under_way[number]
        self.free.append(self.by_number[number])


def run(ports: list[int], sites: int, seconds: float, interval_s: float) -> dict[str, Any]:
    """Let the fleet live, and return what came of it."""
    soak = Soak([Site(number) for number in range(sites)], _links(ports))
    print("begin", flush=True)
    begun = looked_s = soak.heard_s = time.monotonic()
    said, behind_s = 0, 0.0
    again: collections.deque[Site] = collections.deque()
    while (now := time.monotonic()) < begun + seconds:
        due = int((now - begun) / interval_s * sites)
        while said < due:
            site = soak.fleet[said % sites]
            site.position += 1
            if not soak.say(site, now):
                site.position -= 1
                break
            said += 1
        behind_s = max(behind_s, (due - said) * interval_s / sites)
        soak.hear(0.002)
        if now - looked_s > 0.2:
            looked_s = now
            again.extend(soak.forget(now))
    pause = {"pause_s": soak.pause_s, "paused_at_s": soak.paused_s - begun}
    _finish(soak, again)
    took = sorted(soak.took_s)
    return {
        "sent": soak.sent,
        "answered": soak.answered,
        "unanswered": soak.unanswered,
        **pause,
        "behind_s": behind_s,
        "p50_ms": took[len(took) // 2] * 1e3,
        "p99_ms": took[len(took) * 99 // 100] * 1e3,
        "positions": sum(site.position for site in soak.fleet),
        "unconfirmed": sum(site.position - site.stored_to for site in soak.fleet),
    }


def _finish(soak: Soak, again: collections.deque[Site]) -> None:
    """Let each site that still has something unconfirmed say it, until nobody has."""
    deadline = time.monotonic() + END_S
    while (now := time.monotonic()) < deadline:
        soak.hear(0.01)
        again.extend(soak.forget(now))
        if not soak.under_way and not again:
            again.extend(site for site in soak.fleet if site.stored_to < site.position)
            if not again:
                return
        while again and soak.say(again[0], now):
            again.popleft()


def _links(ports: list[int]) -> list[socket.socket]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    links = []
    for number in range(min(SOCKETS, hard - 100)):
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        link.connect(("127.0.0.1", ports[number % len(ports)]))
        link.setblocking(False)
        links.append(link)
    return links


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))), flush=True)
