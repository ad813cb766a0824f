"""Leads one incident of the centre by the rules of the site's core: chain, cadence, all-clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notanker.core import cadence, chain, escalation
from notanker.core.facts import CauseKnown, Fact, Opened, PrimaryBack, PrimaryLost, Resolved
from notanker.core.incident import Incident, after
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Line, Stage
from notanker.core.settings import Telling

HOLD_S: Final = 30.0
"""All sites must be back for so long before it is over: some fall silent again."""
GREW: Final = 1.25
HEALED: Final = 0.5
"""From these shares of what people were told last on, it is news."""


def opening(number: int, gone: int, now: Moment) -> Opened:
    """Return the fact that opens an incident of so many sites."""
    return Opened(now, number, Cause.UNKNOWN, str(gone), Line.ISOLATED)


def lead(
    incident: Incident, gone: int, telling: Telling, now: Moment, offset_s: float | None
) -> tuple[Fact, ...]:
    """Return what follows from so many of its sites being missing now."""
    found = list(_changed(incident, gone, now))
    incident = after(incident, found)
    for rule in (_chain, _cadence):
        said = rule(incident, telling, now, offset_s)
        found += said
        incident = after(incident, said)
    return (*found, *_closing(incident, gone, now))


def _changed(incident: Incident, gone: int, now: Moment) -> Iterator[Fact]:
    if incident.stage is Stage.OPEN and gone == 0:
        yield PrimaryBack(now, incident.number)
    elif incident.stage is Stage.RESTORING and gone:
        yield PrimaryLost(now, incident.number)
    if gone and is_news(_told(incident), gone):
        yield CauseKnown(now, incident.number, Cause.UNKNOWN, str(gone))


def is_news(told: int, gone: int) -> bool:
    """Tell whether people want to know that it is so many now, after they were told another figure."""
    return gone > max(GREW * told, told + 1) or gone <= HEALED * told


def _told(incident: Incident) -> int:
    return int(incident.evidence) if incident.evidence.isdecimal() else 0


def _chain(
    incident: Incident, telling: Telling, now: Moment, offset_s: float | None
) -> tuple[Fact, ...]:
    return chain.facts(incident, telling, escalation.ALARM, now, offset_s)


def _cadence(
    incident: Incident, telling: Telling, now: Moment, offset_s: float | None
) -> tuple[Fact, ...]:
    return cadence.facts(incident, telling, now, offset_s)


def _closing(incident: Incident, gone: int, now: Moment) -> tuple[Fact, ...]:
    back = incident.back_since
    if gone or incident.stage is not Stage.RESTORING or back is None:
        return ()
    if between_s(back, now) < HOLD_S:
        return ()
    return (*escalation.all_clear(incident, now), Resolved(now, incident.number))
