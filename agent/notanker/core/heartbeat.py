"""The heartbeat: what a site tells the centre, and what the centre answers.

State travels as the newest beat; history travels as events, which stay in the site's journal until the
centre says "stored up to n".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.budget import Band
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line, Uplink, Verdict
from notanker.core.status import IncidentStatus, Status

FORMAT: Final = 1
EVENTS_PER_BEAT: Final = 100
"""At most so many events ride in one beat; the rest follows in the next."""
MOST_ORDERS: Final = 5
"""At most so many orders ride in one answer; the rest follows in the next."""
MOST_OPEN: Final = 10
"""At most so many open incidents are named in a beat."""


@dataclass(frozen=True, slots=True)
class BeatEvent:
    """One row of the site's journal: its position, kind, time, and fields as JSON text."""

    position: int
    kind: str
    at: Moment
    fields: str


@dataclass(frozen=True, slots=True)
class BeatCause:
    """Why there is an incident, in short.

    Attributes:
        name: The broken system's own name, German and English; empty if it is none of the plan's.
        needed_by: How many systems need it.
    """

    evidence: str
    confidence: Confidence
    name: tuple[str, str]
    since: Moment | None
    needed_by: int


@dataclass(frozen=True, slots=True)
class BeatIncident:
    """An open incident, and who has it; empty while nobody does."""

    number: int
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class CentreOrder:
    """What somebody wants of the site. It rides in each answer until a beat says what became of it.

    Attributes:
        id: The centre never uses one twice.
        kind: `acknowledge`, `release`, `withdraw` or `fetch`; a site refuses what it does not know.
        incident: Which one; of `fetch`, the number of the plan.
        contact: Who it was: a contact of the plan, or whoever sat at the centre's board.
        how: `centre` or `link`.
        at_s: When the person was told what he answers, wall seconds.
        template: Which text is released or withdrawn, and `version` in which words.
    """

    id: int
    kind: str
    incident: int
    contact: str
    how: str
    at_s: float
    template: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What became of an order. One that was not taken has a reason: `had`, `resolved`, `stale`, `unknown`.

    A release has those of `drafts.Refusal` instead, and `other_words`; `kind` is not known to this version.
    """

    id: int
    taken: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BeatBox:
    """How the box itself does; None for what it has no sensor for, or does not look at yet.

    Attributes:
        on_mains: Whether it has mains power; False on its battery.
        card_worn_pct: How much of the SD card's life is used.
        drilled: When the last drill was.
    """

    on_mains: bool | None = None
    battery_pct: int | None = None
    temperature_c: int | None = None
    card_worn_pct: int | None = None
    disk_free_mib: int | None = None
    sinr_db: int | None = None
    drilled: Moment | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat.

    Attributes:
        counter: Grows with every beat and is never used twice by a site, power cut or not.
        over: The uplink that this beat travels by.
        interval_s: When the next beat is due at the latest, so the centre knows when to worry.
        incident: Number of the open incident, None if there is none.
        known: What more is known of its cause.
        lte_used_bytes: LTE data used this month, None if it was not counted.
        lte_limit_bytes: The month's budget, None for none.
        lte_band: How much of it is used: plenty, warned, scarce or spent.
        lte_proven: When the backup was proven last, None if that is not known.
        degraded: Names of plugins that are given up for now.
        journal: Position of the last event in the site's journal.
        open: All open incidents, that of the line first.
        answers: What became of the centre's orders.
        box: How the box itself does.
        same: What seldom changes (`ABOUT`) is left out: it is as in the last beat that the centre stored.
    """

    site: str
    counter: int
    sent: Moment
    over: Uplink
    interval_s: float
    version: str
    line: Line
    line_since: Moment
    primary: Verdict
    backup: Verdict
    cause: Cause | None = None
    incident: int | None = None
    known: BeatCause | None = None
    operator: str = ""
    signal_dbm: float | None = None
    lte_used_bytes: int | None = None
    lte_limit_bytes: int | None = None
    lte_band: Band = Band.PLENTY
    lte_proven: Moment | None = None
    plan_seq: int = 0
    plan_fingerprint: str = ""
    degraded: tuple[str, ...] = ()
    findings: int = 0
    journal: int = 0
    events: tuple[BeatEvent, ...] = ()
    open: tuple[BeatIncident, ...] = ()
    answers: tuple[OrderAnswer, ...] = ()
    box: BeatBox | None = None
    same: bool = False
    format: int = FORMAT


ABOUT: Final = (
    "version", "operator", "lte_limit_bytes", "plan_seq", "plan_fingerprint",
    "cause", "incident", "known", "degraded", "open",
)  # fmt: skip
"""What seldom changes, and is long: it rides along when it has changed, and now and then."""


@dataclass(frozen=True, slots=True)
class Ack:
    """The centre's answer, given only after the beat is on its disk.

    Attributes:
        counter: The beat's counter.
        stored_to: Every event of this site up to this position is stored at the centre.
        orders: What is wanted of the site, the oldest first.
        herald: The site is one of the few that tell people by SMS if the centre falls mute.
    """

    counter: int
    stored_to: int
    orders: tuple[CentreOrder, ...] = ()
    herald: bool = False


def beat_of(
    status: Status,
    *,
    counter: int,
    over: Uplink,
    interval_s: float,
    version: str,
    journal: int,
    events: tuple[BeatEvent, ...] = (),
    answers: tuple[OrderAnswer, ...] = (),
) -> Beat:
    """Make the beat that tells the status."""
    verdicts = {item.uplink: item.verdict for item in status.uplinks}
    modem, budget = status.modem, status.budget
    return Beat(
        site=status.site,
        counter=counter,
        sent=status.written,
        over=over,
        interval_s=interval_s,
        version=version,
        line=status.line,
        line_since=status.line_since,
        primary=verdicts.get(Uplink.PRIMARY, Verdict.UNKNOWN),
        backup=verdicts.get(Uplink.BACKUP, Verdict.UNKNOWN),
        cause=status.incident.cause if status.incident else None,
        incident=status.incident.number if status.incident else None,
        known=_known(status.incident) if status.incident else None,
        operator=modem.operator if modem else "",
        signal_dbm=modem.signal_dbm if modem else None,
        lte_used_bytes=budget.used_bytes if budget else None,
        lte_limit_bytes=budget.limit_bytes if budget else None,
        lte_band=budget.band if budget else Band.PLENTY,
        lte_proven=next((item.proven for item in status.uplinks if item.proven), None),
        plan_seq=status.plan.seq,
        plan_fingerprint=status.plan.fingerprint,
        degraded=tuple(p.name for p in status.plugins if p.health == "degraded"),
        findings=len(status.findings) + status.plan.findings,
        journal=journal,
        events=events,
        open=tuple(_open(status)),
        answers=answers,
    )


def completed(beat: Beat, earlier: Beat | None) -> Beat:
    """Return the beat with what it left out, taken from the one before it; blank if there is none."""
    if not beat.same:
        return beat
    if earlier is None:
        return replace(beat, same=False)
    return replace(beat, same=False, **{name: getattr(earlier, name) for name in ABOUT})


def _open(status: Status) -> Iterator[BeatIncident]:
    for one in (status.incident, *status.further)[:MOST_OPEN]:
        if one is not None:
            held = "" if one.acknowledged is None else one.acknowledged_by or "?"
            yield BeatIncident(one.number, held)


def _known(incident: IncidentStatus) -> BeatCause:
    detail = incident.detail
    return BeatCause(
        evidence=incident.evidence,
        confidence=detail.confidence,
        name=detail.name if detail.system else ("", ""),
        since=detail.since,
        needed_by=detail.needed_by,
    )
