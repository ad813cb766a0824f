"""One outage in which the agent is killed again and again, and somebody takes it over by SMS."""

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from bench.alerts.account import account
from bench.alerts.kinds import KINDS
from bench.alerts.outage import Watcher
from bench.alerts.site import Site, chance_of
from bench.met import wait_for
from tests.lab.scene import Scene, mark_of

KILLED_IN: Final = ("silent", "carrier", "router", "half", "telephony", "switch", "vpn", "both")
SYSTEMS: Final = frozenset({"telephony", "switch", "vpn"})
"""Told of by watches of systems, not by the line's own."""
STEP_S: Final = 4
"""What each step of the plan waits for an answer: the chain must have somewhere to go while it is stopped."""
LIFE_S: Final = 3.0
"""Starting takes a second, an outage's detection one to three: a kill falls anywhere into both."""
AWAY_S: Final = 0.3
THINKS_S: Final = 6.0
ALARMED_WITHIN_S: Final = 90.0
HEARD_WITHIN_S: Final = 60.0
QUIET_S: Final = 2 * STEP_S + 1.0
"""So long after the answer the outage goes on: two more steps of the chain would begin by then."""


def hurried(folder: Path) -> None:
    """Let the plan's steps follow one another within seconds."""
    path = folder / "escalation.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^wait_s = \d+$", f"wait_s = {STEP_S}", text), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Row:
    """What one outage gave.

    Attributes:
        kills: How often the agent was killed in it.
        answered: How many answers people gave.
        forgotten: Answers of which the record knows nothing at the end.
        problems: What must not be, in words.
    """

    number: int
    kind: str
    kills: int
    messages: int
    marked: int
    answered: int
    forgotten: int
    problems: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Give it for a JSON file."""
        return asdict(self)


class Killer:
    """Ends the agent as a power cut would, at random moments of its life, and starts it again."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self._scene, self._chance = scene, chance
        self.kills = 0

    def kill(self, times: int, until: Callable[[], bool] = lambda: False) -> None:
        """Kill it so many times, unless that comes first."""
        for _ in range(times):
            time.sleep(self._chance.uniform(0.0, LIFE_S))
            if until():
                return
            self._scene.kill_agent()
            self.kills += 1
            time.sleep(self._chance.uniform(0.0, AWAY_S))
            self._scene.start_agent()


class Person(Thread):
    """Somebody on call who gets an alarm, thinks, and answers."""

    def __init__(self, site: Site, watcher: Watcher, thinks_s: float) -> None:
        super().__init__(daemon=True)
        self._site, self._watcher, self._thinks_s = site, watcher, thinks_s
        self.incident = 0

    def run(self) -> None:
        """Wait for an alarm, and answer it."""
        if not wait_for(self._watcher.alarm, ALARMED_WITHIN_S):
            return
        time.sleep(self._thinks_s)
        alarm: Mapping[str, Any] = self._watcher.alarm() or {}
        self.incident = int(mark_of(alarm["text"]).partition("-")[0])
        self._site.answer(alarm["number"], f"OK {self.incident}")


def killed(site: Site, number: int, seed: int, kills: int) -> Row:
    """Have one outage with about so many kills; the site is calm before it and after it.

    Raises:
        LabError: it does not become calm again.
    """
    chance = chance_of(seed, number)
    name = chance.choice(KILLED_IN)
    watcher, killer = Watcher(site), Killer(site.scene, chance)
    person = Person(site, watcher, chance.uniform(0.0, THINKS_S))
    KINDS[name].begin(site)
    person.start()
    if name in SYSTEMS:
        # What was never well since the agent came up is a finding, and alarms nobody.
        wait_for(lambda: watcher.facts("Opened"), ALARMED_WITHIN_S)
    killer.kill(kills - 2 * (kills // 3), lambda: not person.is_alive())
    person.join(ALARMED_WITHIN_S)
    answered_s = time.monotonic()
    killer.kill(kills // 3)
    wait_for(lambda: _heard(watcher, person.incident), HEARD_WITHIN_S)
    time.sleep(max(0.0, answered_s + QUIET_S - time.monotonic()))
    site.mend()
    killer.kill(kills // 3)
    site.calm()
    return _row(number, name, watcher, killer.kills, person.incident)


def _heard(watcher: Watcher, incident: int) -> bool:
    said = watcher.facts("Acknowledged")
    return any(fact.fields["incident"] == incident for fact in said)


def _row(number: int, name: str, watcher: Watcher, kills: int, incident: int) -> Row:
    found = account(watcher.facts(), watcher.sms())
    forgotten = bool(incident) and not _heard(watcher, incident)
    problems = found.problems
    problems += ["nobody was alarmed"] * (not incident) + ["the answer is forgotten"] * forgotten
    problems += ["more copies than kills"] * (len(found.marked) > kills)
    return Row(
        number=number,
        kind=name,
        kills=kills,
        messages=found.messages,
        marked=len(found.marked),
        answered=int(bool(incident)),
        forgotten=int(forgotten),
        problems=problems,
    )
