"""One program, its alerts and its kills, all at moments that are the same for every program."""

import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.alerts.takers import Taker
from tests.contract.support.killer import Tally

AWAY_S: Final = 0.3
"""Between the kill and the next start; systemd waits 0.1 s unless told otherwise."""
CLOSE_S: Final = 2.0
OFFERED_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Moments:
    """When what happens, in seconds from the start.

    Attributes:
        alerts: Of each alert, in order.
        kills: Of each kill, in order: half of them within two seconds after some alert.
        end_s: When it is counted.
    """

    alerts: tuple[float, ...]
    kills: tuple[float, ...]
    end_s: float


def moments(seed: int, alerts: int, kills: int, last_s: float, end_s: float) -> Moments:
    """Throw the dice."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    offered = sorted(chance.uniform(5.0, last_s) for _ in range(alerts))
    close = [at_s + chance.uniform(0.0, CLOSE_S) for at_s in chance.sample(offered, kills // 2)]
    anywhere = [chance.uniform(5.0, last_s + CLOSE_S) for _ in range(kills - len(close))]
    return Moments(tuple(offered), tuple(sorted([*close, *anywhere])), end_s)


@dataclass(frozen=True, slots=True)
class Beaten:
    """What came of it.

    Attributes:
        waiting: Alerts that it still has at the end, and may send yet.
    """

    tally: Tally
    accepted: int
    kills: int
    waiting: int


class _Run:
    def __init__(self, taker: Taker, when: Moments) -> None:
        self._taker, self._when = taker, when
        self._start_s = time.monotonic()
        self._accepted: list[int] = []
        self._kills = 0

    def go(self) -> Beaten:
        offering = threading.Thread(target=self._offer)
        killing = threading.Thread(target=self._kill)
        resending = threading.Thread(target=self._resend)
        for one in (offering, killing, resending):
            one.start()
        for one in (offering, killing, resending):
            one.join()
        waiting = self._taker.waiting()
        tally = Tally()
        tally.add(len(self._when.alerts), self._taker.on_air())
        tally.lost = [mark for mark in tally.lost if int(mark.partition("-")[0]) not in waiting]
        return Beaten(tally, len(self._accepted), self._kills, len(waiting))

    def _sleep_until(self, at_s: float) -> None:
        time.sleep(max(0.0, self._start_s + at_s - time.monotonic()))

    def _offer(self) -> None:
        """Offer each alert until it is accepted, and then never again."""
        for number, at_s in enumerate(self._when.alerts, 1):
            self._sleep_until(at_s)
            while not self._taker.offer(number) and self._left_s() > 0:
                time.sleep(OFFERED_S)
            if self._left_s() > 0:
                self._accepted.append(number)

    def _kill(self) -> None:
        for at_s in self._when.kills:
            self._sleep_until(at_s)
            self._taker.kill()
            self._kills += 1
            time.sleep(AWAY_S)
            self._taker.start()

    def _resend(self) -> None:
        """Repeat all that was accepted, for a source that does so; then wait for the end."""
        every_s = self._taker.resent_s
        while every_s and self._left_s() > every_s:
            time.sleep(every_s)
            for number in list(self._accepted):
                self._taker.offer(number)
        self._sleep_until(self._when.end_s)

    def _left_s(self) -> float:
        return self._start_s + self._when.end_s - time.monotonic()


def beaten(kind: type[Taker], folder: Path, radio_s: float, when: Moments) -> Beaten:
    """Give one program its alerts and its kills."""
    taker = kind(folder, radio_s)
    try:
        taker.open()
        return _Run(taker, when).go()
    finally:
        taker.close()
