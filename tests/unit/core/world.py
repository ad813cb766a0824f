"""A world in virtual time around the core: lines that answer or don't, a kernel that switches.

It stands for the shell in tests of the core, and for a field recording in golden traces: nothing sleeps,
and the same seed gives the same life.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from notanker.core import site, state, uplinks
from notanker.core.bearer import Order
from notanker.core.commands import Bear, Beat, Command, Probe, Record, Switch
from notanker.core.events import (
    Answered,
    BearerDone,
    BearerTold,
    BeatDone,
    Event,
    LinkChanged,
    MessageSettled,
    RouteSeen,
    SwitchDone,
    Woken,
)
from notanker.core.facts import Fact, Queued, Settled, Started
from notanker.core.moment import Moment
from notanker.core.names import Carrier, Layer, Outcome, Uplink, Verdict
from notanker.core.settings import (
    Anchor,
    FailoverSettings,
    Pace,
    Recipient,
    Settings,
    Step,
    Telling,
    WatchSettings,
)

ADDRESSES: Final = ("203.0.113.1", "203.0.113.2", "203.0.113.3")
RTT_S: Final = {Uplink.PRIMARY: 0.02, Uplink.BACKUP: 0.06}
MARA: Final = Recipient("mara", "Mara Beispiel", "+493023125110")
JONAS: Final = Recipient("jonas", "Jonas Muster", "+493023125111", "en")
PACES: Final = {
    Layer.ICMP: (Pace(1.0, 0.03), 120.0),
    Layer.DNS: (Pace(2.0, 0.03, 0.5), 1800.0),
    Layer.TCP: (Pace(2.0, 0.03, 1.5), 1800.0),
    Layer.HTTP: (Pace(60.0, 0.03, 1.2), 1800.0),
}
"""The shipped pace of each layer, and how seldom the idle backup is asked."""
BOOTED_S: Final = 1000.0
SETTLE_S: Final = 0.05
HOP: Final = "192.0.2.1"
"""The primary's next hop, a router of the site: it answers while the line behind it is dead."""

F = TypeVar("F", bound=Fact)


def to(*people: Recipient) -> Telling:
    """Return an escalation with one step that tells these people, and never has news of itself."""
    return Telling((Step(1, "it", people, ack="none"),), every_s=math.inf) if people else Telling()


def settings(layers: tuple[Layer, ...] = (Layer.ICMP,), **failover: Any) -> Settings:
    """Return settings with three anchors in each layer."""
    watches = tuple(
        WatchSettings(
            uplink,
            layer,
            tuple(Anchor(layer, address) for address in ADDRESSES),
            PACES[layer][0],
            idle_s=PACES[layer][1] if uplink is Uplink.BACKUP else PACES[layer][0].calm_s,
            patience_s=2.5 if uplink is Uplink.BACKUP else 0.91,
        )
        for uplink in Uplink
        for layer in layers
    )
    return Settings(
        site="musterhafen",
        watches=watches,
        failover=FailoverSettings(**{"wait_to_restore_s": 5.0, **failover}),
        telling=to(MARA),
    )


@dataclass
class World:
    """The world: `dead` lines and anchors are silent, `loss` is the share of packets lost.

    Attributes:
        addresses: Where the systems are, by id.
        silent: Addresses of systems that do not answer.
        captive: Lines on which somebody else's page answers, and echo requests are dropped.
        refused: Why the kernel refuses every switch, empty while it does not.
        session: Whether the modem has a data session; it dials in `dial_s`.
        undialled: Why it does nothing that it is told, empty while it does.
        blocked: Carriers that bring nothing to the centre; all of them while it is away.
        route: Where the kernel sends the traffic.
        facts: The journal.
        done: Every command with the time it came at.
    """

    config: Settings = field(default_factory=settings)
    now_s: float = BOOTED_S
    seed: int = 1
    dead: set[Uplink] = field(default_factory=set)
    unplugged: set[Uplink] = field(default_factory=set)
    captive: set[Uplink] = field(default_factory=set)
    dead_anchors: set[str] = field(default_factory=set)
    dead_paths: set[tuple[Uplink, str]] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    addresses: dict[str, str] = field(default_factory=dict)
    expires_s: float | None = None
    dead_layers: set[tuple[Uplink, Layer]] = field(default_factory=set)
    loss: dict[Uplink, float] = field(default_factory=dict)
    refused: str = ""
    blocked: set[Carrier] = field(default_factory=lambda: {Carrier.SMS})
    route: Uplink = Uplink.PRIMARY
    facts: list[Fact] = field(default_factory=list)
    done: list[tuple[float, Command]] = field(default_factory=list)
    sms_s: float = 1.0
    session: bool = True
    dial_s: float = 2.0
    undialled: str = ""
    boots: int = 1
    booted_s: float = 0.0

    def __post_init__(self) -> None:
        """Start the agent."""
        self.random = random.Random(self.seed)  # noqa: S311 - a dice, not a key
        self.queue: list[tuple[float, int, Event]] = []
        self.order = itertools.count()
        self.restart()

    def moment(self) -> Moment:
        """Return the present moment; wall time is virtual time plus a day in 2026."""
        wall_s = 1_790_000_000.0 + self.now_s
        return Moment(self.now_s - self.booted_s, wall_s, trusted=True, boot=f"b{self.boots}")

    def restart(self) -> None:
        """Let the process die and come back: only kernel and journal are left."""
        self.queue.clear()
        self.state = state.start(self.config, self.moment(), self.route, self.facts)
        self.facts.append(Started(self.moment(), self.route, "0.1.0"))
        known = {fact.mark for fact in self.of(Settled)}
        for fact in self.of(Queued):
            if fact.mark not in known:  # the outbox takes up what was on its way
                self.carry(fact)
        for uplink in Uplink:
            self.happen(LinkChanged(uplink, uplink not in self.unplugged))
        self.happen(BearerTold(self.session))

    def reboot(self, seconds: float) -> None:
        """Take the power away for so long: the kernel forgets its rule and begins to count anew."""
        self.now_s += seconds
        self.booted_s = self.now_s - 20.0
        self.boots += 1
        self.route = Uplink.PRIMARY
        self.restart()

    def lose_journal(self) -> None:
        """Take the disk away: nothing written before is there any more."""
        self.facts.clear()

    def run(self, seconds: float) -> None:
        """Live on for so long."""
        end_s = self.now_s + seconds
        while True:
            wake_s = max(self.now_s, self.wake_s())
            if self.queue and self.queue[0][0] <= min(wake_s, end_s):
                at_s, _, event = heapq.heappop(self.queue)
                self.now_s = max(self.now_s, at_s)
                self.happen(RouteSeen(self.route) if isinstance(event, RouteSeen) else event)
            elif wake_s <= end_s:
                self.now_s = wake_s
                self.happen(Woken())
            else:
                self.now_s = end_s
                return

    def wake_s(self) -> float:
        """Return when the core wants to be woken; the shell never does so within a millisecond."""
        wish_s = site.next_wake_s(self.state, self.moment()) + self.booted_s
        return wish_s if wish_s > self.now_s else self.now_s + 0.001

    def happen(self, event: Event) -> None:
        """Let one event happen now."""
        self.state, commands = site.step(self.state, event, self.moment())
        for command in commands:
            self.do(command)

    def pull(self, uplink: Uplink) -> None:
        """Pull a line's cable."""
        self.unplugged.add(uplink)
        self.happen(LinkChanged(uplink, carrier=False))

    def plug(self, uplink: Uplink) -> None:
        """Plug the cable in again."""
        self.unplugged.discard(uplink)
        self.happen(LinkChanged(uplink, carrier=True))

    def meddle(self, uplink: Uplink) -> None:
        """Let somebody else add or delete the policy rule; the kernel is looked at shortly after."""
        self.route = uplink
        self.later(SETTLE_S, RouteSeen(uplink))

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
                if not self.refused:
                    self.route = to
                self.later(0.001, SwitchDone(to, not self.refused, 1.0, self.refused))
            case Record(fact=fact):
                self.facts.append(fact)
                if isinstance(fact, Queued):
                    self.carry(fact)
            case Beat(over=over, carrier=carrier):
                heard = over not in self.dead | self.unplugged and carrier not in self.blocked
                self.later(0.1, BeatDone(over, heard, carrier))
            case _:
                self.dial(command)

    def dial(self, command: Command) -> None:
        """Have the modem bring its data session up, or tear it down."""
        if isinstance(command, Bear):
            if not self.undialled:
                self.session = command.order is Order.BRING_UP
            done = not self.undialled
            self.later(
                self.dial_s, BearerDone(command.order, done, self.dial_s * 1000, self.undialled)
            )

    def carry(self, fact: Queued) -> None:
        """Let the modem carry a message."""
        self.later(self.sms_s, MessageSettled(fact.mark, fact.incident, Outcome.SENT, 1))

    def probe(self, probe: Probe) -> None:
        """Answer a probe after the line's round trip, or not."""
        uplink, anchor = probe.uplink, probe.anchor
        if uplink is None or anchor.address not in ADDRESSES or anchor.layer not in PACES:
            self.ask_system(probe)
            return
        silent = (
            uplink in self.dead | self.unplugged
            or (uplink is Uplink.BACKUP and not self.session)
            or (uplink in self.captive and anchor.layer is Layer.ICMP)
            or anchor.address in self.dead_anchors
            or (uplink, anchor.address) in self.dead_paths
            or (uplink, anchor.layer) in self.dead_layers
            or self.random.random() < self.loss.get(uplink, 0.0)
        )
        if not silent:
            foreign = uplink in self.captive and anchor.layer is Layer.HTTP
            answer = Answered(probe.number, uplinks.CAPTIVE if foreign else "")
            self.later(RTT_S[uplink] * self.random.uniform(1.0, 1.1), answer)

    def ask_system(self, probe: Probe) -> None:
        """Answer for a system: on the site after a millisecond, else after the line's round trip."""
        uplink = probe.uplink
        away = uplink is not None and uplink in self.dead | self.unplugged
        if away and probe.anchor.address != HOP:
            return
        if probe.anchor.address not in self.silent:
            took_s = 0.001 if uplink is None else RTT_S[uplink]
            self.later(took_s, Answered(probe.number, expires_s=self.expires_s))

    def verdict(self, uplink: Uplink = Uplink.PRIMARY) -> Verdict:
        """Return what the core says of an uplink."""
        return uplinks.verdict(self.state.judges, uplink)

    def switches(self) -> list[tuple[float, Uplink]]:
        """Return when traffic was moved where."""
        return [(at_s, c.to) for at_s, c in self.done if isinstance(c, Switch)]

    def probes(self, uplink: Uplink) -> int:
        """Return how many probes went out over an uplink."""
        return sum(isinstance(c, Probe) and c.uplink is uplink for _, c in self.done)

    def of(self, kind: type[F]) -> list[F]:
        """Return the facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def told(self) -> list[tuple[str, str]]:
        """Return who was told what."""
        return [(fact.contact, fact.template) for fact in self.of(Queued)]


def settled(**values: Any) -> World:
    """Return a world in which both lines have proven themselves and all is calm."""
    world = World(**values)
    world.run(4)
    both = (world.verdict(Uplink.PRIMARY), world.verdict(Uplink.BACKUP))
    assert both == (Verdict.UP, Verdict.UP)
    return world
