"""What is true of an incident at this moment, as far as messages say it.

A message may lie in the outbox for hours: no network, too many in this hour, a modem that starts anew. The
incident goes on meanwhile. So its words are made again right before it is handed over, and one that has been
overtaken by events is not said any more:

    alarm, question, conference   somebody has it since; a question also where all works again on probation
    any news                      the incident is over, or this outage of it is
    all-clear                     it has broken again, or its reader has heard of nothing
    what is to be released, or switched by hand        nothing is left to be

Each of these has its reason in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from notanker.core import drafts, escalation
from notanker.core.facts import Acknowledged, Queued, Resolved
from notanker.core.incident import Incident
from notanker.core.merging import WITHDRAWN
from notanker.core.moment import Moment
from notanker.core.names import Line, Outcome, Stage, Uplink

if TYPE_CHECKING:
    from notanker.core.state import Site

TAKEN: Final = "withdrawn: somebody had it before it could be sent"
BACK: Final = "withdrawn: it worked again before anybody could be asked"
PART: Final = "withdrawn: it turned out to be a part of another incident"
NOTHING_LEFT: Final = "withdrawn: nothing was left to be done when it could be sent"
CALLS: Final = frozenset({*escalation.ALARMS, escalation.ASK, escalation.BRIDGE})
"""What calls people: nobody comes running for what somebody has."""


def overtaken(site: Site, incident: Incident, mark: str, now: Moment) -> str:
    """Return why a message is not said any more, empty while there is something in it that is so.

    Args:
        site: The state.
        incident: What it is about.
        mark: The message's.
        now: The present.
    """
    place = next((n for n, told in enumerate(incident.told) if told.queued.mark == mark), None)
    if place is None:
        return ""
    queued = incident.told[place].queued
    if (is_left := _LEFT.get(queued.template)) is not None:
        return "" if is_left(site, queued, now) else NOTHING_LEFT
    if place < incident.before:
        return escalation.AGAIN
    if queued.template in escalation.CLEAR:
        return "" if _has_heard(incident, queued) else WITHDRAWN
    if incident.stage is Stage.RESOLVED:
        return PART if _is_part(incident) else WITHDRAWN
    return _called(incident, queued)


def line(site: Site, incident: Incident, template: str) -> Line:
    """Return where the traffic goes, as a message of that template says it: nothing that is not yet so."""
    state = site.failover.line
    if site.route is Uplink.BACKUP and state is not Line.ISOLATED:
        return Line.BACKUP
    if incident.stage is Stage.RESTORING or incident.system:
        return Line.PRIMARY if site.route is Uplink.PRIMARY and state is Line.PRIMARY else state
    alone = state is Line.ISOLATED or bool(site.refused) or template == escalation.ISOLATED
    return Line.ISOLATED if alone else Line.HOLD_OFF


def variant(incident: Incident, template: str) -> str:
    """Return the template that says it as it is: down again after an all-clear, or back and on probation."""
    alarm = escalation.ALARM if template == escalation.ISOLATED else template
    if incident.stage is Stage.RESTORING and template not in _AS_IT_IS:
        called = template in CALLS
        return f"{escalation.of(incident, escalation.ALARM if called else escalation.UPDATE)}-back"
    if incident.reopened and template in escalation.ALARMS:
        return f"{alarm}-again"
    return alarm


_AS_IT_IS: Final = frozenset(
    {*escalation.CLEAR, *escalation.BESIDE, escalation.ASK, escalation.TAKEN}
    | {f"{escalation.TAKEN}-system"}
)
"""What says the same of a line that is back on probation as of one that is down."""


def _called(incident: Incident, queued: Queued) -> str:
    if queued.template in CALLS and incident.acknowledged is not None:
        return TAKEN if _taken_since(incident, queued) else ""
    asks = queued.template == escalation.ASK
    return BACK if asks and incident.stage is Stage.RESTORING else ""


def _taken_since(incident: Incident, queued: Queued) -> bool:
    """Tell whether somebody said that he has it after this was to be said; what came later is news to him."""
    for fact in reversed(incident.facts):
        if isinstance(fact, Acknowledged):
            return True
        if isinstance(fact, Queued) and fact.mark == queued.mark:
            return False
    return False


def _has_heard(incident: Incident, clear: Queued) -> bool:
    """Tell whether its reader may have had anything of the incident before it."""
    owed = {person.contact for person in escalation.owed(incident)}
    return clear.contact in owed or any(
        told.queued.contact == clear.contact
        for told in escalation.alerts(incident)
        if told.outcome is not Outcome.FAILED and told.queued.template not in escalation.CLEAR
    )


def _is_part(incident: Incident) -> bool:
    return any(isinstance(fact, Resolved) and fact.into for fact in reversed(incident.facts))


def _to_release(site: Site, queued: Queued, now: Moment) -> bool:
    telling = site.settings.telling
    return bool(drafts.releasable(site.incidents, telling, queued.contact, now))


def _to_switch(site: Site, queued: Queued, _: Moment) -> bool:
    on = queued.template == escalation.SWITCH_ON
    mine = (one for one in site.announced if one.incident == queued.incident)
    return any(one.on is on and not one.done for one in mine)


_LEFT: Final[Mapping[str, Callable[[Site, Queued, Moment], bool]]] = {
    drafts.ASK: _to_release,
    escalation.SWITCH_ON: _to_switch,
    escalation.SWITCH_OFF: _to_switch,
}
"""What is asked of people beside the alarm: whether it is still to be done."""
