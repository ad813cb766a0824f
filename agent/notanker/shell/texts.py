"""Puts what the agent knows into the words of a message."""

from __future__ import annotations

import datetime as dt

from notanker.core import escalation
from notanker.core.facts import Queued
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line
from notanker.plan.messages import Composed, compose
from notanker.plan.model import Plan
from notanker.plan.words import cause_words, duration_words, fallback_words
from notanker.shell.logs import Log


def text_of(queued: Queued, incident: Incident, plan: Plan | None, site: str, log: Log) -> str:
    """Return the text of a message; whatever is wrong with the plan, there is one."""
    of_system = queued.template in (escalation.SYSTEM_ALARM, escalation.SYSTEM_CLEAR)
    template = queued.template if of_system else queued.template.partition("-")[0]
    values = values_of(queued, incident, plan, site)
    composed: Composed = compose(plan, template, queued.language, values)
    for problem in composed.problems:
        log.warning("template_refused", mark=queued.mark, problem=problem.sentence("en"))
    return composed.text


def values_of(queued: Queued, incident: Incident, plan: Plan | None, site: str) -> dict[str, str]:
    """Return what the placeholders stand for.

    While the wall clock cannot be trusted, `{since}` is a span ("seit 40 s") and `{now}` is "jetzt".
    """
    language = queued.language
    line = Line.ISOLATED if queued.template == escalation.ISOLATED else Line.BACKUP
    end = incident.back_since or queued.at
    began = incident.detail.since if incident.system else None
    lasted = duration_words(max(1.0, between_s(incident.opened, queued.at)), language)
    return {
        "site": plan.head.site if plan is not None else site,
        "since": clock_time(began or incident.opened, plan) or lasted,
        "now": clock_time(queued.at, plan) or ("now" if language == "en" else "jetzt"),
        "duration": duration_words(between_s(incident.opened, end), language),
        "cause_internal": cause_words(incident.cause, language, incident.detail),
        "system": cause_words(incident.cause, language, incident.detail),
        "needed_by": _needed_by(incident.detail.needed_by, language),
        "fallback": fallback_words(line, language),
        "incident": str(incident.number),
        "mark": queued.mark,
    }


def _needed_by(count: int, language: str) -> str:
    """Return how many systems are gone with it, nothing for none."""
    if not count:
        return ""
    return f"+{count} {'systems' if language == 'en' else 'Systeme'}"


def clock_time(moment: Moment, plan: Plan | None) -> str:
    """Return the time of day at the site, empty while the wall clock cannot be trusted."""
    if not moment.trusted:
        return ""
    # Heavy, and only wanted once somebody is told something.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = plan.head.timezone if plan is not None else "Europe/Berlin"
    try:
        zone: dt.tzinfo = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone = dt.UTC
    return dt.datetime.fromtimestamp(moment.wall_s, zone).strftime("%H:%M")
