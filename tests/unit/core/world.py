"""A world in virtual time around the core: lines that answer or don't, a kernel that switches.

It stands for the shell in tests of the core, and for a field recording in golden traces: nothing sleeps,
and the same seed gives the same life.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from notanker.core import site
from notanker.core.commands import Beat, Command, Probe, Record, Switch
from notanker.core.events import (
    Answered,
    BeatDone,
    Event,
    LinkChanged,
    MessageSettled,
    SwitchDone,
    Woken,
)
from notanker.core.facts import Fact, Queued
from notanker.core.moment import Moment
from notanker.core.names import Layer, Outcome, Uplink
from notanker.core.settings import Anchor, FailoverSettings, Pace, Recipient, Settings, WatchSettings

ADDRESSES = ("203.0.113.1", "203.0.113.2", "203.0.113.3")
RTT_S = {Uplink.PRIMARY: 0.02, Uplink.BACKUP: 0.06}
PERSON = Recipient("mara", "Mara Beispiel", "+493023125110")


def settings(
    layers: tuple[Layer, ...] = (Layer.ICMP,), **failover: float
) -> Settings:
    """Return settings with three anchors in each layer."""
    watches = tuple(
        WatchSettings(
            uplink,
            layer,
            tuple(Anchor(layer, address) for address in ADDRESSES),
            Pace(0.5, 0.03) if layer is Layer.ICMP else Pace(5.0, 0.1),
            idle_s=30.0 if uplink is Uplink.BACKUP else 0.5,
        )
        for uplink in Uplink
        for layer in layers
    )
    return Settings(
        site="musterhafen",
        watches=watches,
        failover=FailoverSettings(**{"wait_to_restore_s": 5.0, **failover}),
        recipients=(PERSON,),
    )


Answer = Callable[["World", Probe], float | str | None]
"""Seconds until the answer, a refusal, or None for silence."""


@dataclass
class World:
    """The world: `dead` lines and anchors are silent, `loss` is the share of packets lost."""

    config: Settings = field(default_factory=settings)
    now_s: float = 1000.0
    seed: int = 1
    dead: set[Uplink] = field(default_factory=set)
    dead_anchors: set[str] = field(default_factory=set)
    dead_layers: set[tuple[Uplink, Layer]] = field(default_factory=set)
    loss: dict[Uplink, float] = field(default_factory=dict)
    route: Uplink = Uplink.PRIMARY
    facts: list[Fact] = field(default_factory=list)
    done: list[tuple[float, Command]] = field(default_factory=list)
    sms_s: float = 1.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.queue: list[tuple[float, int, Event]] = []
        self.order = itertools.count()
        self.state = site.start(self.config, self.moment(), self.route, self.facts)

    def moment(self) -> Moment:
        """Return the present moment; wall time is boot time plus a day in 2026."""
        return Moment(self.now_s, 1_790_000_000.0 + self.now_s, trusted=True, boot="b1")

    def restart(self) -> None:
        """Let the process die and come back: only kernel and journal are left."""
        self.queue.clear()
        self.state = site.start(self.config, self.moment(), self.route, self.facts)

    def run(self, seconds: float) -> None:
        """Live on for so long."""
        end_s = self.now_s + seconds
        while True:
            wake_s = max(self.now_s, site.next_wake_s(self.state, self.moment()))
            if self.queue and self.queue[0][0] <= min(wake_s, end_s):
                at_s, _, event = heapq.heappop(self.queue)
                self.now_s = max(self.now_s, at_s)
                self.happen(event)
            elif wake_s <= end_s:
                self.now_s = wake_s
                self.happen(Woken())
            else:
                self.now_s = end_s
                return

    def happen(self, event: Event) -> None:
        """Let one event happen now."""
        self.state, commands = site.step(self.state, event, self.moment())
        for command in commands:
            self.do(command)

    def carrier(self, uplink: Uplink, *, up: bool) -> None:
        """Pull or plug a cable."""
        self.dead ^= {uplink} if (uplink in self.dead) is up else set()
        self.happen(LinkChanged(uplink, up))

    def later(self, seconds: float, event: Event) -> None:
        """Let an event happen after so long."""
        heapq.heappush(self.queue, (self.now_s + seconds, next(self.order), event))

    def do(self, command: Command) -> None:
        """Do what the core wants, as kernel, modem and centre would."""
        self.done.append((self.now_s, command))
        match command:
            case Probe():
                self.probe(command)
            case Switch(to=to):
                self.route = to
                self.later(0.001, SwitchDone(to, True, 1.0))
            case Record(fact=Queued() as fact):
                self.facts.append(fact)
                settled = MessageSettled(fact.mark, fact.incident, Outcome.SENT, 1)
                self.later(self.sms_s, settled)
            case Record(fact=fact):
                self.facts.append(fact)
            case Beat(over=over):
                self.later(0.1, BeatDone(over, over not in self.dead))
            case _:
                pass

    def probe(self, probe: Probe) -> None:
        """Answer a probe after the line's round trip, or not."""
        uplink, anchor = probe.uplink, probe.anchor
        silent = (
            uplink in self.dead
            or anchor.address in self.dead_anchors
            or (uplink, anchor.layer) in self.dead_layers
            or self.random.random() < self.loss.get(uplink, 0.0)
        )
        if not silent:
            self.later(RTT_S[uplink] * self.random.uniform(1.0, 1.1), Answered(probe.number))

    def switches(self) -> list[tuple[float, Uplink]]:
        """Return when traffic was moved where."""
        return [(at_s, c.to) for at_s, c in self.done if isinstance(c, Switch)]

    def of(self, kind: type[Fact]) -> list[Fact]:
        """Return the facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]
