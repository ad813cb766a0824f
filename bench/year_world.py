"""A site's life in virtual time around the very same core: `core.site.step`, event by event.

Lines lose probes, anchors fall silent, the kernel switches within a millisecond. Nothing sleeps.
"""

import copy
import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench import year_skip
from bench.year_lines import LTE_LOSS, Episode, Line

from notanker.config.asking import AnchorConfig
from notanker.config.model import BackupConfig, Config, PrimaryConfig, SiteConfig
from notanker.core import site, state
from notanker.core.commands import Command, Probe, Record, Switch
from notanker.core.events import Answered, Event, FellSilent, SwitchDone, Woken
from notanker.core.facts import Fact
from notanker.core.moment import Moment
from notanker.core.names import Uplink
from notanker.core.passive import BUSY_S, STALL_S
from notanker.core.settings import Settings
from notanker.shell.settings import settings_of

RTT_S: Final = {Uplink.PRIMARY: 0.02, Uplink.BACKUP: 0.06}
SWITCH_S: Final = 0.001
KINDS: Final = ("icmp", "dns", "tcp", "http")


def shipped(kinds: Sequence[str] = KINDS) -> Settings:
    """Return the settings as shipped, with three anchors of each kind."""
    config = Config(
        site=SiteConfig(id="musterhafen"),
        primary=PrimaryConfig(interface="eth0"),
        backup=BackupConfig(interface="lte0"),
        anchor=tuple(
            AnchorConfig(kind=kind, address=f"203.0.113.{n}")  # type: ignore[arg-type]  # of KINDS
            for kind in kinds
            for n in (1, 2, 3)
        ),
    )
    return settings_of(config, None)


@dataclass
class Coin:
    """Loses each probe of one layer over one uplink with the same chance, by itself.

    It tells beforehand how many go through until the next one is lost: so whole stretches can be skipped.
    """

    loss: float
    dice: random.Random
    left: int = 0

    def __post_init__(self) -> None:
        self._draw()

    def lost(self) -> bool:
        """Toss once."""
        if self.left:
            self.left -= 1
            return False
        self._draw()
        return True

    def pass_by(self, probes: int) -> None:
        """Let so many probes through that are known to be answered."""
        self.left -= probes

    def _draw(self) -> None:
        if self.loss <= 0:
            self.left = 1 << 62
        else:
            self.left = int(math.log(1.0 - self.dice.random()) / math.log1p(-self.loss))


@dataclass
class Life:
    """One site.

    Attributes:
        skipping: Whether stretches in which nothing can happen are skipped.
        busy: Whether users' traffic is always on its way, so that the counters tell of each cut.
        switches: When traffic was moved where.
        probes: How many probes have gone out, skipped ones included.
        events: How many events the core has really taken.
    """

    line: Line
    episodes: Sequence[Episode] = ()
    settings: Settings = field(default_factory=shipped)
    seed: int = 1
    skipping: bool = True
    busy: bool = False
    now_s: float = 0.0
    route: Uplink = Uplink.PRIMARY
    switches: list[tuple[float, Uplink]] = field(default_factory=list)
    probes: int = 0
    events: int = 0

    def __post_init__(self) -> None:
        self.state = state.start(self.settings, self._moment(), self.route)
        self.queue: list[tuple[float, int, Event]] = []
        self.order = 0
        self.coins = {
            (watch.uplink, watch.layer): Coin(
                self.line.loss if watch.uplink is Uplink.PRIMARY else LTE_LOSS,
                random.Random(f"{self.seed} {watch.uplink} {watch.layer}"),  # noqa: S311 - a dice
            )
            for watch in self.settings.watches
        }
        self.dice = random.Random(f"{self.seed} episodes")  # noqa: S311 - a dice, not a key
        self.coming = list(reversed(self.episodes))
        self.present: list[Episode] = []
        self.facts: list[Fact] = []
        for episode in self.episodes:
            self._tell(episode)
        self._take(Woken())

    def fork(self, seed: int) -> "Life":
        """Return another life with the same past; the core's state is immutable and shared."""
        other = copy.copy(self)
        other.queue, other.switches, other.facts = list(self.queue), [], []
        other.dice = random.Random(f"{seed} episodes")  # noqa: S311 - a dice, not a key
        other.coins = {watch: copy.copy(coin) for watch, coin in self.coins.items()}
        other.coming, other.present = [], []
        return other

    def add(self, episode: Episode) -> None:
        """Let something more go wrong; nothing else may be on its way."""
        self.coming = [episode]
        self._tell(episode)

    def _tell(self, episode: Episode) -> None:
        """Let the counters tell of a cut, as soon as the listener would."""
        length_s = min(episode.end_s - episode.start_s, STALL_S + BUSY_S)
        if self.busy and episode.loss >= 1 and episode.anchor is None and length_s > STALL_S:
            for uplink in episode.uplinks:
                if uplink is Uplink.PRIMARY:
                    seconds = episode.start_s + length_s - self.now_s
                    self.later(seconds, FellSilent(uplink, episode.start_s))

    def run(self, until_s: float) -> None:
        """Live on until then."""
        while True:
            wake_s = max(self.now_s, site.next_wake_s(self.state, self._moment()))
            if self.queue and self.queue[0][0] <= min(wake_s, until_s):
                self.now_s, _, event = heapq.heappop(self.queue)
                self._take(event)
            elif wake_s <= until_s:
                # The shell is never woken twice within a millisecond.
                self.now_s = wake_s if wake_s > self.now_s else self.now_s + 0.001
                self._take(Woken())
            else:
                self.now_s = until_s
                return
            if self.skipping and not self.queue:
                self._skip(until_s)

    def later(self, seconds: float, event: Event) -> None:
        """Let an event happen after so long."""
        self.order += 1
        heapq.heappush(self.queue, (self.now_s + seconds, self.order, event))

    def _moment(self) -> Moment:
        return Moment(self.now_s, self.now_s)

    def _take(self, event: Event) -> None:
        self.events += 1
        self.state, commands = site.step(self.state, event, self._moment())
        for command in commands:
            self._do(command)

    def _do(self, command: Command) -> None:
        if isinstance(command, Probe):
            self.probes += 1
            # Without the plan's systems there is nothing to ask but the lines.
            if command.uplink is not None and not self._lost(command, command.uplink):
                self.later(RTT_S[command.uplink], Answered(command.number))
        elif isinstance(command, Switch):
            self.route = command.to
            self.switches.append((self.now_s, command.to))
            self.later(SWITCH_S, SwitchDone(command.to, True, 1.0))
        elif isinstance(command, Record):
            self.facts.append(command.fact)

    def _lost(self, probe: Probe, uplink: Uplink) -> bool:
        self._keep_present()
        place = int(probe.anchor.address[-1]) - 1
        lost = self.coins[uplink, probe.anchor.layer].lost()
        for episode in self.present:
            if uplink in episode.uplinks and episode.anchor in (None, place):
                lost = lost or episode.loss >= 1 or self.dice.random() < episode.loss
        return lost

    def _keep_present(self) -> None:
        if self.present:
            self.present = [episode for episode in self.present if episode.end_s > self.now_s]
        while self.coming and self.coming[-1].start_s <= self.now_s:
            episode = self.coming.pop()
            if episode.end_s > self.now_s:
                self.present.append(episode)

    def _skip(self, until_s: float) -> None:
        """Skip what repeats itself, up to the next thing that goes wrong."""
        self._keep_present()
        if self.present:
            return
        if self.coming:
            until_s = min(until_s, self.coming[-1].start_s)
        sure = {watch: coin.left for watch, coin in self.coins.items()}
        self.state, skipped = year_skip.skip(self.state, sure, RTT_S, until_s)
        for watch, count in skipped.items():
            self.coins[watch].pass_by(count)
            self.probes += count
