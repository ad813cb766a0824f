"""Puts what the agent knows into the words of a message."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from notanker.config.zones import zone
from notanker.core import announcing, chain, drafts, escalation, truth
from notanker.core.facts import Queued
from notanker.core.incident import Incident, Incidents
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line
from notanker.core.settings import Telling
from notanker.errors import Problem
from notanker.plan.messages import Composed, compose
from notanker.plan.model import Plan, dialled
from notanker.plan.words import cause_words, duration_words, fallback_words
from notanker.shell.logs import Log


@dataclass(frozen=True, slots=True)
class Context:
    """What a text is made from beside the incident.

    Attributes:
        plan: The plan in force.
        site: What the site is called where there is none.
        telling: Who is told what and when.
        line: Where the traffic goes, None where the template alone says it.
        incidents: All that are at hand: what is asked for may be about several.
    """

    plan: Plan | None
    site: str
    telling: Telling = field(default_factory=Telling)
    line: Line | None = None
    incidents: Incidents = field(default_factory=Incidents)


def text_of(
    queued: Queued,
    incident: Incident,
    context: Context,
    log: Log,
    refused: Callable[[Problem], None] = lambda _: None,
) -> str:
    """Return the text of a message; whatever is wrong with the plan, there is one.

    Args:
        queued: The message.
        incident: What it is about.
        context: The rest that it is made from.
        log: Where it is logged that the plan's own words could not be used.
        refused: Is told why they could not.
    """
    template = truth.variant(incident, queued.template)
    values = values_of(queued, incident, context)
    if template == drafts.ASK and values["count"]:
        template = f"{template}-many"
    composed: Composed = compose(context.plan, template, queued.language, values)
    for problem in composed.problems:
        log.warning("template_refused", mark=queued.mark, problem=problem.sentence("en"))
        refused(problem)
    return composed.text


def plain(queued: Queued, site: str) -> str:
    """Return the least that can be said, where the words of plan and product have failed."""
    german = queued.language != "en"
    alarm, other = ("STÖRUNG", "MELDUNG") if german else ("OUTAGE", "NOTICE")
    word = alarm if queued.template in escalation.ALARMS else other
    return f"{word} {site[:60]}. {'Nr' if german else 'No'} {queued.mark}"


def values_of(queued: Queued, incident: Incident, context: Context) -> dict[str, str]:
    """Return what the placeholders stand for.

    While the wall clock cannot be trusted, `{since}` is a span ("seit 40 s") and `{now}` is "jetzt".
    """
    language, plan = queued.language, context.plan
    isolated = queued.template == escalation.ISOLATED
    line = context.line or (Line.ISOLATED if isolated else Line.BACKUP)
    end = incident.back_since or queued.at
    began = incident.detail.since if incident.system else None
    lasted_s = max(1.0, between_s(incident.since, queued.at))
    return {
        "site": plan.head.site if plan is not None else context.site,
        "since": clock_time(began or incident.since, plan)
        or duration_words(lasted_s, language, dative=True),
        "now": clock_time(queued.at, plan) or ("now" if language == "en" else "jetzt"),
        "duration": duration_words(between_s(incident.opened, end) - incident.well_s, language),
        "cause_internal": cause_words(incident.cause, language, incident.detail),
        "system": cause_words(incident.cause, language, incident.detail),
        "needed_by": _needed_by(incident.detail.needed_by, language),
        "fallback": fallback_words(line, language),
        "outages": str(incident.flaps + 1),
        "incident": str(incident.number),
        "mark": queued.mark,
        **_next(queued, incident, context),
        **(_to_switch(incident, context) if queued.template in escalation.BESIDE else {}),
        **(_to_release(queued, context) if queued.template == drafts.ASK else {}),
    }


def _to_release(queued: Queued, context: Context) -> dict[str, str]:
    """Return what its reader may release: the texts by name where they are of one incident, else how many."""
    known, telling = context.incidents, context.telling
    waiting = drafts.releasable(known, telling, queued.contact, queued.at)
    if not waiting:
        return {"count": ""}
    number, first = waiting[0]
    of = len({number for number, _ in waiting})
    told = {"incident": str(number), "text": first.template}
    if of == 1:
        return {**told, "count": "", "texts": ", ".join(draft.template for _, draft in waiting)}
    words = ("texts", "incidents") if queued.language == "en" else ("Texte", "Störungen")
    return {**told, "count": str(of), "texts": f"{len(waiting)} {words[0]} ({of} {words[1]})"}


def _to_switch(incident: Incident, context: Context) -> dict[str, str]:
    """Return what is to be switched, and by whom."""
    known = announcing.recall(incident.facts)
    heads = [dialled(one.head_number) for one in known if not one.done]
    rows = context.plan.escalation.announcements if context.plan is not None else ()
    row = next((row for row in rows if dialled(row.head_number) in heads), None)
    contact = context.plan.contact(row.switch_contact) if context.plan and row else None
    return {
        "heads": ", ".join(heads),
        "hand": f"{contact.name} {dialled(contact.phone)}" if contact is not None else "",
    }


def values_outside(
    incident: Incident, context: Context, language: str, line: Line | None, now: Moment
) -> dict[str, str]:
    """Return what the placeholders of a text for people outside stand for.

    Args:
        incident: The incident.
        context: The rest.
        language: `de` or `en`.
        line: Where the traffic goes, None where the incident has nothing to do with it.
        now: The present; for an incident that is over its end counts.
    """
    at = incident.resolved or now
    queued = Queued(at, incident.number, "", "", "", "", "", language)
    fallback = fallback_words(Line.PRIMARY if line is None else line, language)
    return {**values_of(queued, incident, context), "fallback": fallback}


def _next(queued: Queued, incident: Incident, context: Context) -> dict[str, str]:
    """Return what comes next: the promised news, who has it, when others are told."""
    telling = context.telling
    left_s = chain.next_alarm_s(incident, telling, queued.at)
    marks = [told.queued.mark for told in incident.told]
    last = marks.index(queued.mark) + 1 if queued.mark in marks else len(marks)
    said = [told.queued for told in incident.told[:last]]
    updates = sum((q.contact, q.template) == (queued.contact, queued.template) for q in said)
    return {
        "next_update": _promise(queued, incident, context),
        "acknowledged_by": incident.names.get(incident.acknowledged_by, ""),
        "wait_min": "" if left_s is None else str(max(1, math.ceil(left_s / 60))),
        "update": str(max(1, updates)),
    }


def _promise(queued: Queued, incident: Incident, context: Context) -> str:
    """Return when the next news comes, empty where none is promised.

    That is a fixed span after the last news for the same person, which may wait in the outbox as well.
    """
    every_s = context.telling.every_s
    if not math.isfinite(every_s):
        return ""
    news = [
        told.queued.at
        for told in incident.current
        if told.queued.contact == queued.contact and told.queued.template not in escalation.NO_NEWS
    ]
    left_s = every_s - (max(0.0, between_s(news[-1], queued.at)) if news else 0.0)
    left_s = left_s if left_s > 0 else every_s
    at = replace(queued.at, wall_s=queued.at.wall_s + left_s)
    span = duration_words(left_s, queued.language, dative=True)
    return clock_time(at, context.plan) or f"in {span}"


def _needed_by(count: int, language: str) -> str:
    """Return how many systems are gone with it, nothing for none."""
    if not count:
        return ""
    return f"+{count} {'systems' if language == 'en' else 'Systeme'}"


def clock_time(moment: Moment, plan: Plan | None) -> str:
    """Return the time of day at the site, empty while the wall clock cannot be trusted."""
    if not moment.trusted:
        return ""
    try:
        here: dt.tzinfo = zone(plan.head.timezone if plan is not None else "Europe/Berlin")
    except (OSError, ValueError):
        here = dt.UTC
    return dt.datetime.fromtimestamp(moment.wall_s, here).strftime("%H:%M")
