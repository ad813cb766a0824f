"""Judges an incident's figures: each beside what was agreed, and who says so.

A figure that was never reached is missed once its time is over, and open until then. What ended before its
time was over is not judged: nobody need acknowledge what mended itself in a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.core.escalation import ALARMS
from notanker.core.facts import Acknowledged, Switched
from notanker.core.incident import Incident, Told
from notanker.core.moment import Moment, between_s
from notanker.core.names import ON_ITS_WAY, Uplink
from notanker.core.wording import Pair

TOLD_S: Final = 60.0
"""The hotline's lead and the people on call are to know within a minute, without anybody's doing."""
TAKEN_OVER_S: Final = 5.0
"""From the verdict to the traffic on the backup, as long as that is ready."""
HOTLINE: Final = frozenset({"T3", "T3-system"})
SHIPPED: Final[Pair] = ("Vorgabe von notanker", "notanker's own")


@dataclass(frozen=True, slots=True)
class Target:
    """What was agreed.

    Attributes:
        limit_s: None where the plan's words are no span of time; then `said` has them.
        source: Who says so.
        subject: Which service or system it is about.
    """

    limit_s: float | None
    source: Pair = SHIPPED
    subject: Pair = ("", "")
    said: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """All that an incident is judged against.

    Attributes:
        told: How soon the first of those on call is alarmed, and `hotline` how soon its lead is told.
        acknowledged: None where nobody is asked to.
        services: How soon each core service must run again that the incident hits.
        system: How soon the broken system must.
        plan: Version of the plan that says so, empty without one.
    """

    told: Target = Target(TOLD_S)
    hotline: Target = Target(TOLD_S)
    taken_over: Target = Target(TAKEN_OVER_S)
    acknowledged: Target | None = None
    services: tuple[Target, ...] = ()
    system: Target | None = None
    plan: str = ""


SHIPPED_TARGETS: Final = Targets()


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure beside its target.

    Attributes:
        was_s: None if it did not come to that (yet).
        met: None where nothing can be said: not over yet, or over before its time.
    """

    what: Pair
    was_s: float | None
    limit_s: float | None
    met: bool | None
    source: Pair
    said: str = ""


def judgements(incident: Incident, targets: Targets, until: Moment) -> tuple[Judgement, ...]:
    """Return each figure of the incident beside its target, as things stood at that moment."""
    return tuple(_judged(incident, targets, until))


def told_s(incident: Incident) -> float | None:
    """Return the seconds from the opening to the first alarm that left, None if none did."""
    return _first_s(incident, [one for one in incident.told if one.queued.template in ALARMS])


def hotline_told_s(incident: Incident) -> float | None:
    """Return the seconds from the opening to the first notice to the hotline that left, None if none did."""
    return _first_s(incident, _to_hotline(incident))


def _to_hotline(incident: Incident) -> list[Told]:
    return [one for one in incident.told if one.queued.template in HOTLINE]


def _first_s(incident: Incident, told: list[Told]) -> float | None:
    sent = (one.settled for one in told if one.outcome in ON_ITS_WAY and one.settled)
    return min((between_s(incident.opened, at) for at in sent), default=None)


def acknowledged_s(incident: Incident) -> float | None:
    """Return the seconds from the first message to "I have it", None if nobody said so."""
    if incident.acknowledged is None:
        return None
    return max(0.0, between_s(asked_at(incident) or incident.opened, incident.acknowledged))


def asked_at(incident: Incident) -> Moment | None:
    """Return when somebody was told first of the outage of the moment, None if nobody was."""
    return next((told.queued.at for told in incident.current), None)


def acknowledgements(incident: Incident) -> dict[str, Acknowledged]:
    """Return who said "I have it", each with the first time; the panel's button is nobody's (empty)."""
    said: dict[str, Acknowledged] = {}
    for fact in incident.facts:
        if isinstance(fact, Acknowledged):
            said.setdefault(fact.contact, fact)
    return said


def taken_over_s(incident: Incident) -> float | None:
    """Return the seconds from the opening to the traffic on the backup, None if it never was."""
    for fact in incident.facts:
        if isinstance(fact, Switched) and fact.ok and fact.to is Uplink.BACKUP:
            return max(0.0, between_s(incident.opened, fact.at))
    return None


def back_s(incident: Incident) -> float | None:
    """Return the seconds until line or system was well again, None if it is not.

    Counted from the opening, without the time after an all-clear that did not hold.
    """
    if incident.back_since is None:
        return None
    return between_s(incident.opened, incident.back_since) - incident.well_s


def _judged(incident: Incident, targets: Targets, until: Moment) -> Iterator[Judgement]:
    opened, known_s = incident.opened, between_s(incident.opened, until)
    first = ("erste Meldung abgegeben", "first message sent")
    yield _judge(first, told_s(incident), targets.told, known_s)
    if _to_hotline(incident):
        hotline = ("Hotline benachrichtigt", "hotline told")
        yield _judge(hotline, hotline_told_s(incident), targets.hotline, known_s)
    if targets.acknowledged is not None and (asked := asked_at(incident)) is not None:
        waited_s = known_s - between_s(opened, asked)
        said_s = acknowledged_s(incident)
        yield _judge(("quittiert", "acknowledged"), said_s, targets.acknowledged, waited_s)
    yield from (_of_line if not incident.system else _of_system)(incident, targets, known_s)


def _of_line(incident: Incident, targets: Targets, known_s: float) -> Iterator[Judgement]:
    over_s, returned_s = taken_over_s(incident), back_s(incident)
    if over_s is not None or returned_s is None:
        what = ("Ersatzanbindung übernimmt", "backup uplink takes over")
        yield _judge(what, over_s, targets.taken_over, known_s)
    again_s = min((s for s in (over_s, returned_s) if s is not None), default=None)
    for target in targets.services:
        german, english = target.subject
        what = (f"{german}: Internet wieder da", f"{english}: internet is back")
        yield _judge(what, again_s, target, known_s)


def _of_system(incident: Incident, targets: Targets, known_s: float) -> Iterator[Judgement]:
    for target in filter(None, (targets.system, *targets.services)):
        german, english = target.subject
        what = (f"{german}: läuft wieder", f"{english}: runs again")
        yield _judge(what, back_s(incident), target, known_s)


def _judge(what: Pair, was_s: float | None, target: Target, known_s: float) -> Judgement:
    return Judgement(
        what,
        was_s,
        target.limit_s,
        _met(was_s, target.limit_s, known_s),
        target.source,
        target.said,
    )


def _met(was_s: float | None, limit_s: float | None, known_s: float) -> bool | None:
    if limit_s is None:
        return None
    if was_s is None:
        return False if known_s > limit_s else None
    return was_s <= limit_s
