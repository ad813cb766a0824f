"""One outage from the cut to the last all-clear, and what it gave."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.alerts.account import account
from bench.alerts.kinds import KINDS, Kind
from bench.alerts.site import Site, boot_of, chance_of
from bench.met import wait_for
from tests.lab.scene import HOTLINE, IT, Fact, mark_of

TOLD_WITHIN_S: Final = 70.0
HEARD_WITHIN_S: Final = 30.0
ANSWERED: Final = 0.4
"""The share of outages that somebody takes over by SMS."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one outage gave; times in seconds, None where it never came to that.

    Attributes:
        named: Whether the first alarm named what was broken.
        text: That alarm.
        detected_s: From the cut until the incident was opened.
        alarm_s: From there to the first alarm at the SMS centre.
        hotline_s: From the cut to the hotline's first message there.
        taken_s: From an answer's arrival at the modem until the incident was acknowledged.
        answered: Whether anybody answered.
        flaps: How often it came back and failed again within its incident.
        incidents: How many were opened.
        messages: How many messages the record has.
        marked: Copies that say so.
        problems: What must not be, in words.
    """

    number: int
    kind: str
    named: bool
    text: str
    detected_s: float | None
    alarm_s: float | None
    hotline_s: float | None
    taken_s: float | None
    answered: bool
    flaps: int
    incidents: int
    messages: int
    marked: int
    problems: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Give it for a JSON file."""
        return asdict(self)


class Watcher:
    """What the record and the SMS centre have had since the outage began."""

    def __init__(self, site: Site) -> None:
        self._scene = site.scene
        self._from = max((fact.position for fact in self._scene.facts()), default=0)
        self._seen = len(self._scene.lab.smsc.messages())
        self.begun_s = time.monotonic()

    def facts(self, *kinds: str) -> list[Fact]:
        """Give the facts of these kinds."""
        return [fact for fact in self._scene.facts(*kinds) if fact.position > self._from]

    def sms(self) -> list[dict[str, Any]]:
        """Give what left."""
        return self._scene.lab.smsc.messages()[self._seen :]

    def alarm(self) -> dict[str, Any] | None:
        """Give the first SMS to those on call; an answer to what somebody texted has no mark."""
        to_it = (one for one in self.sms() if one["number"] in IT)
        return next((one for one in to_it if mark_of(one["text"])), None)

    def notice(self) -> dict[str, Any] | None:
        """Give the hotline's first message."""
        marks = {
            fact.fields["mark"]
            for fact in self.facts("Queued")
            if fact.fields["template"].startswith("T3")
        }
        to_hotline = (one for one in self.sms() if one["number"] in HOTLINE)
        return next((one for one in to_hotline if mark_of(one["text"]) in marks), None)

    def all_told(self) -> bool:
        """Say whether alarm and notice are out, and all else that was queued."""
        left = {mark_of(one["text"]) for one in self.sms()}
        queued = {fact.fields["mark"] for fact in self.facts("Queued")}
        return bool(self.alarm() and self.notice() and queued <= left)


def outage(site: Site, number: int, name: str, seed: int) -> Row:
    """Have one outage; the site is calm before it and after it.

    Raises:
        LabError: it does not become calm again.
    """
    chance, kind = chance_of(seed, number), KINDS[name]
    time.sleep(chance.uniform(0.0, 2.0))  # a moment that no probe has chosen
    watcher = Watcher(site)
    kind.begin(site)
    cut_s = _cut_s(watcher, name)
    told = wait_for(watcher.all_told, TOLD_WITHIN_S)
    answers = told and chance.random() < ANSWERED
    taken_s = _answer(site, watcher, chance.uniform(0.0, 2.0)) if answers else None
    time.sleep(chance.uniform(0.0, 2.0))
    _end(kind, watcher)
    site.mend()
    site.calm()
    return _row(number, name, watcher, cut_s, answered=answers, taken_s=taken_s)


def _cut_s(watcher: Watcher, name: str) -> float:
    # Before the router goes, the loss of mains power must have been seen: the line is cut only then.
    return time.monotonic() if name == "power" else watcher.begun_s


def _end(kind: Kind, watcher: Watcher) -> None:
    time.sleep(max(0.0, watcher.begun_s + kind.lasts_s - time.monotonic()))


def _answer(site: Site, watcher: Watcher, after_s: float) -> float | None:
    """Have somebody take the incident over; give how long that took."""
    time.sleep(after_s)
    alarm = watcher.alarm()
    assert alarm is not None
    incident = mark_of(alarm["text"]).partition("-")[0]
    asked_s = time.monotonic()
    site.answer(alarm["number"], f"Ok {incident}")
    if not wait_for(lambda: watcher.facts("Acknowledged"), HEARD_WITHIN_S):
        return None
    return watcher.facts("Acknowledged")[0].boot_s - boot_of(asked_s)


def _row(
    number: int, name: str, watcher: Watcher, cut_s: float, *, answered: bool, taken_s: float | None
) -> Row:
    facts, alarm, notice = watcher.facts(), watcher.alarm(), watcher.notice()
    opened = [fact for fact in facts if fact.kind == "Opened"]
    opened_s = opened[0].boot_s if opened else None
    text = str(alarm["text"]) if alarm else ""
    found = account(facts, watcher.sms())
    return Row(
        number=number,
        kind=name,
        named=any(word in text for word in KINDS[name].says),
        text=text,
        detected_s=None if opened_s is None else opened_s - boot_of(cut_s),
        alarm_s=_after(alarm, opened_s),
        hotline_s=_after(notice, boot_of(cut_s)),
        taken_s=taken_s,
        answered=answered,
        flaps=_count(facts, "PrimaryLost", "SystemLost"),
        incidents=len(opened),
        messages=found.messages,
        marked=len(found.marked),
        problems=[
            *found.problems,
            *_unheard(answered=answered, taken_s=taken_s),
            *_miscounted(name, facts),
        ],
    )


def _after(sms: dict[str, Any] | None, since_s: float | None) -> float | None:
    if sms is None or since_s is None:
        return None
    return boot_of(sms["monotonic_s"]) - since_s


def _count(facts: Sequence[Fact], *kinds: str) -> int:
    return sum(fact.kind in kinds for fact in facts)


def _unheard(*, answered: bool, taken_s: float | None) -> list[str]:
    return ["an answer was not heard"] if answered and taken_s is None else []


def _miscounted(name: str, facts: Sequence[Fact]) -> list[str]:
    """Say whether one outage was not one incident, or came and went without a count."""
    incidents = _count(facts, "Opened")
    uncounted = name == "flapping" and not _count(facts, "PrimaryLost")
    return [f"{incidents} incidents"] * (incidents != 1) + ["flaps without a count"] * uncounted
