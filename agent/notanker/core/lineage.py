"""What a message is to its incident: an alarm, news, the end; and what its recipient has of it already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notanker.core.escalation import ALARM, BRIDGE, CLEAR, ISOLATED, LATER
from notanker.core.incident import Incident, Told
from notanker.core.marks import incident_of, place_of
from notanker.core.moment import Moment
from notanker.core.names import ON_ITS_WAY, Outcome


class Kind(StrEnum):
    """What a message is to its incident."""

    ALARM = "alarm"
    UPDATE = "update"
    CLEAR = "clear"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a channel is told of a message beside its text.

    Attributes:
        at_s: When it was put into the outbox, wall seconds; None while nobody knew the time.
        earlier: Marks and times of what this recipient has of the incident by this channel, oldest first.
        language: Of its text.
    """

    at_s: float | None = None
    earlier: tuple[tuple[str, float], ...] = ()
    language: str = "de"


def kind_of(template: str) -> Kind:
    """Return what a message of that template is."""
    if template in CLEAR:
        return Kind.CLEAR
    return Kind.UPDATE if template in LATER or template == BRIDGE else Kind.ALARM


def rank_of(template: str) -> int:
    """Return how long a message can wait: the line's alarm not at all, news after all alarms.

    Between them a system's alarm and what others in the house are told, as they were queued: whoever can
    mend it comes first.
    """
    if template in LATER:
        return 2
    return 0 if template in (ALARM, ISOLATED, BRIDGE) else 1


def of(incidents: Iterable[Incident], mark: str, channel: str) -> Lineage:
    """Return the lineage of that message, as the incident's own record has it."""
    number = incident_of(mark)
    incident = next((one for one in incidents if one.number == number), None)
    told = incident.told if incident is not None else ()
    own = next((one for one in told if one.queued.mark == mark), None)
    if own is None:
        return Lineage()
    earlier = (
        (one.queued.mark, one.queued.at.wall_s)
        for one in told
        if _before(one, own, channel) and one.queued.at.trusted
    )
    return Lineage(_at_s(own.queued.at), tuple(earlier), own.queued.language)


def heard(incidents: Iterable[Incident], mark: str) -> bool:
    """Tell whether the recipient of that message may have got an earlier one of its incident."""
    number = incident_of(mark)
    for incident in incidents:
        if incident.number == number:
            own = next((one for one in incident.told if one.queued.mark == mark), None)
            return own is not None and any(_before(one, own) for one in incident.told)
    return True  # nobody knows


def _before(one: Told, own: Told, channel: str = "") -> bool:
    left = one.outcome in ON_ITS_WAY or one.outcome is Outcome.UNKNOWN
    mine = one.queued.contact == own.queued.contact and channel in ("", one.channel)
    return left and mine and place_of(one.queued.mark) < place_of(own.queued.mark)


def _at_s(at: Moment) -> float | None:
    return at.wall_s if at.trusted else None
