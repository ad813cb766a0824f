"""What is too old, too far ahead, or overdue, on a day that is given: nothing here reads a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from notanker.errors import Place
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import Drill, Planned, Risk
from notanker.plan.places import place, row

VERIFIED_DAYS: Final = 180
"""A number, a head number or a bridge that nobody has tried for so long may be another's by now."""
TESTED_DAYS: Final = 366
DRILLED_DAYS: Final = 3 * 366
RISK_DAYS: Final = 366
SOON_DAYS: Final = 30


def check(desk: Desk, today: dt.date) -> Iterator[Finding]:
    """Yield what the day has to do with."""
    for part in (_head, _contacts, _telling, _texts, _drills, _risks):
        yield from part(desk, today)


def _head(desk: Desk, today: dt.date) -> Iterator[Finding]:
    head, file = desk.plan.head, "plan.toml"
    for key, day in (
        ("issued", head.issued),
        ("reviewed_on", head.reviewed_on),
        ("approved_on", head.approved_on),
    ):
        if day is not None:
            yield from _ahead(place(desk.documents, file, key), head.id, day, today)
    if head.review_by is None:
        return
    at = place(desk.documents, file, "review_by")
    if head.review_by < today:
        yield Finding("review-overdue", at, head.id, {"day": head.review_by})
    elif head.reviewed_on is None and (head.review_by - today).days > TESTED_DAYS:
        yield Finding("review-far", at, head.id, {"days": (head.review_by - today).days})


def _contacts(desk: Desk, today: dt.date) -> Iterator[Finding]:
    for one in desk.plan.contacts:
        at = row(desk.documents, "contacts.toml", "contact", one.id, "verified_on")
        yield from _ahead(at, one.id, one.verified_on, today)
        days = (today - one.verified_on).days
        if days > VERIFIED_DAYS:
            yield Finding("verified-long-ago", at, one.id, {"name": one.name, "days": days})


def _telling(desk: Desk, today: dt.date) -> Iterator[Finding]:
    file, bridge = "escalation.toml", desk.plan.escalation.bridge
    tested = [
        (("announcement", index, "tested_on"), one.tested_on, one.head_number)
        for index, one in enumerate(desk.plan.escalation.announcements)
    ]
    for path, day, name in tested:
        yield from _tested(place(desk.documents, file, *path), name, day, today, VERIFIED_DAYS)
    if bridge is not None and bridge.tested_on is not None:
        at = place(desk.documents, file, "bridge", "tested_on")
        yield from _tested(at, "bridge", bridge.tested_on, today, VERIFIED_DAYS)


def _texts(desk: Desk, today: dt.date) -> Iterator[Finding]:
    for item in desk.plan.measures:
        if item.language == "de":
            at = place(desk.documents, item.file, "tested_on")
            yield from _tested(at, item.head.id, item.head.tested_on, today, TESTED_DAYS)
    for scenario in desk.plan.scenarios:
        if scenario.language != "de":
            continue
        at, day = place(desk.documents, scenario.file, "drilled_on"), scenario.head.drilled_on
        if day is None:
            yield Finding("never-drilled", at, scenario.head.id)
        else:
            yield from _tested(at, scenario.head.id, day, today, DRILLED_DAYS)


def _tested(at: Place, subject: str, day: dt.date, today: dt.date, limit: int) -> Iterator[Finding]:
    yield from _ahead(at, subject, day, today)
    days = (today - day).days
    if days > limit:
        yield Finding("tested-long-ago", at, subject, {"days": days, "limit": limit})


def _ahead(at: Place, subject: str, day: dt.date, today: dt.date) -> Iterator[Finding]:
    if day > today:
        yield Finding("date-ahead", at, subject, {"day": day})


def _drills(desk: Desk, today: dt.date) -> Iterator[Finding]:
    for index, planned in enumerate(_in_file_order(desk)):
        if planned.on < today and not any(_answers(held, planned) for held in desk.plan.drills):
            at = place(desk.documents, "exercises/programme.toml", "drill", index, "on")
            yield Finding(
                "drill-overdue", at, planned.id, {"title": planned.title, "day": planned.on}
            )
    for drill in desk.plan.drills:
        file = f"exercises/{drill.id}.toml"
        yield from _ahead(place(desk.documents, file, "held_on"), drill.id, drill.held_on, today)
        for index, action in enumerate(drill.action):
            if action.done_on is None and action.due < today:
                at = place(desk.documents, file, "action", index, "due")
                yield Finding(
                    "action-overdue", at, drill.id, {"what": action.what, "day": action.due}
                )


def _in_file_order(desk: Desk) -> list[Planned]:
    """Return the planned drills as they stand in the file: a plan has them in the order of their days."""
    from notanker.plan.records import indices

    document = desk.documents.get("exercises/programme.toml")
    drills = list(desk.plan.programme.drills)
    if document is None:
        return drills
    return sorted(drills, key=lambda one: min(indices(document, "drill", "on", one.on), default=0))


def _answers(held: Drill, planned: Planned) -> bool:
    return (held.scenario, held.level) == (
        planned.scenario,
        planned.level,
    ) and held.held_on >= planned.on


def _risks(desk: Desk, today: dt.date) -> Iterator[Finding]:
    for risk in desk.plan.risks:
        at = row(desk.documents, "risks.toml", "risk", risk.id, "expires")
        yield from _risk(risk, at, today)


def _risk(risk: Risk, at: Place, today: dt.date) -> Iterator[Finding]:
    left, whole = (risk.expires - today).days, (risk.expires - risk.accepted_on).days
    values = {"title": risk.title, "day": risk.expires}
    if left < 0:
        yield Finding("risk-expired", at, risk.id, values)
    elif left <= SOON_DAYS:
        yield Finding("risk-expires-soon", at, risk.id, values)
    if whole > RISK_DAYS:
        yield Finding("risk-too-long", at, risk.id, {"days": whole, "limit": RISK_DAYS})
