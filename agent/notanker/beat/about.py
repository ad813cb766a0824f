"""What of a beat seldom changes (`core.heartbeat.ABOUT`), packed."""

from __future__ import annotations

from typing import Final, TypedDict

from notanker.beat import shapes
from notanker.beat.flags import CAUSES, CONFIDENCES, known
from notanker.beat.texts import as_bytes, as_text, short
from notanker.core.heartbeat import MOST_OPEN, Beat, BeatCause, BeatIncident
from notanker.core.moment import Moment
from notanker.core.names import Cause


class Told(TypedDict):
    """The fields of a beat that it holds."""

    version: str
    operator: str
    lte_limit_bytes: int | None
    plan_seq: int
    plan_fingerprint: str
    cause: Cause | None
    incident: int | None
    known: BeatCause | None
    degraded: tuple[str, ...]
    open: tuple[BeatIncident, ...]


NONE: Final = Told(
    version="", operator="", lte_limit_bytes=None, plan_seq=0, plan_fingerprint="", cause=None,
    incident=None, known=None, degraded=(), open=(),
)  # fmt: skip


def pack(beat: Beat) -> tuple[object, ...]:
    """Return what is encoded."""
    why = None if beat.known is None else _known(beat.known)
    degraded = [short(name) for name in beat.degraded[: shapes.MOST_DEGRADED]]
    held = [(one.number, short(one.acknowledged_by)) for one in beat.open[:MOST_OPEN]]
    cause = None if beat.cause is None else CAUSES.index(beat.cause)
    record = (
        short(beat.version), beat.plan_seq, as_bytes(beat.plan_fingerprint), short(beat.operator),
        beat.lte_limit_bytes, cause, beat.incident, why, degraded or None, held or None,
    )  # fmt: skip
    size = len(record)
    while record[size - 1] is None:
        size -= 1
    return record[:size]


def unpack(found: shapes.About) -> Told:
    """Return the fields."""
    return Told(
        version=found.version,
        operator=found.operator,
        lte_limit_bytes=found.limit_bytes,
        plan_seq=found.plan_seq,
        plan_fingerprint=as_text(found.fingerprint),
        cause=None if found.cause is None else known(CAUSES, found.cause),
        incident=found.incident,
        known=None if found.known is None else _why(found.known),
        degraded=found.degraded or (),
        open=tuple(BeatIncident(one.number, one.acknowledged_by) for one in found.open or ()),
    )


def _known(why: BeatCause) -> tuple[object, ...]:
    names = (short(why.name[0]), short(why.name[1]))
    record = (short(why.evidence), CONFIDENCES.index(why.confidence), *names, why.needed_by)
    if why.since is None:
        return record
    return (*record, round(why.since.wall_s), why.since.trusted)


def _why(found: shapes.Known) -> BeatCause:
    since = None
    if found.since_s is not None:
        since = Moment(0.0, float(found.since_s), found.since_trusted)
    names = (found.german, found.english)
    confidence = known(CONFIDENCES, found.confidence)
    return BeatCause(found.evidence, confidence, names, since, found.needed_by)
