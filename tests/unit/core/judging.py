"""A judge alone, driven probe by probe: no site around it, time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from notanker.core import detector
from notanker.core.detector import Judge
from notanker.core.names import Layer, Uplink, Verdict
from notanker.core.settings import Anchor, Pace, WatchSettings


def watch(anchors: int = 3, uplink: Uplink = Uplink.PRIMARY) -> WatchSettings:
    """Return the shipped pace over so many anchors."""
    return WatchSettings(
        uplink=uplink,
        layer=Layer.ICMP,
        anchors=tuple(Anchor(Layer.ICMP, f"203.0.113.{n + 1}") for n in range(anchors)),
        pace=Pace(calm_s=0.5, burst_s=0.03),
        idle_s=0.5 if uplink is Uplink.PRIMARY else 30.0,
    )


@dataclass
class Bench:
    """One judge and its clock."""

    settings: WatchSettings = field(default_factory=watch)
    now_s: float = 0.0
    number: int = 0

    def __post_init__(self) -> None:
        self.judge: Judge = detector.start(self.settings, self.now_s)

    def verdict(self) -> Verdict:
        return self.judge.verdict

    def send(self) -> detector.Outstanding:
        """Go to the next probe's time and send it."""
        while True:
            self.now_s = max(self.now_s, detector.next_wake_s(self.judge, self.settings))
            self.number += 1
            self.judge, probe = detector.wake(self.judge, self.settings, self.now_s, self.number)
            if probe is not None:
                return probe

    def wait(self, seconds: float) -> None:
        """Let time pass without sending: only what is overdue is counted."""
        self.now_s += seconds
        hold_s = self.judge.next_s
        self.judge, _ = detector.wake(
            _not_before(self.judge, self.now_s + 1e9), self.settings, self.now_s, 0
        )
        self.judge = _not_before(self.judge, hold_s)

    def lose(self, times: int = 1) -> None:
        """Send probes that nobody answers, each until its time is over."""
        for _ in range(times):
            self.send()
            self.wait(1.0)

    def win(self, times: int = 1, rtt_s: float = 0.02) -> None:
        """Send probes that are answered after the round trip."""
        for _ in range(times):
            probe = self.send()
            self.now_s += rtt_s
            self.judge = detector.answer(self.judge, self.settings, probe.number, self.now_s)

    def proven(self) -> Bench:
        """Answer until the line is up."""
        while self.verdict() is not Verdict.UP:
            self.win()
        return self

    @property
    def evidence(self) -> float:
        return detector.down_evidence(self.judge, self.settings)

    @property
    def interval_s(self) -> float:
        return detector.interval_s(self.judge, self.settings)


def _not_before(judge: Judge, at_s: float) -> Judge:
    return replace(judge, next_s=at_s)
