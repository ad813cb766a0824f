"""Questions about the plan itself: whose it is, since when, and whether anybody has tried it."""

from __future__ import annotations

from notanker.errors import Place
from notanker.plan.audit.look import YEAR_DAYS, Look, Proof, first_fault, missing, old
from notanker.plan.load import PROGRAMME
from notanker.plan.model import Drill


def scope(look: Look) -> Proof:
    """Ask for purpose, scope and audience."""
    return look.head("purpose", "scope", "audience")


def activation(look: Look) -> Proof:
    """Ask who declares the emergency, and its end, and on what."""
    return look.head("activation", "deactivation")


def incident_interface(look: Look) -> Proof:
    """Ask whom a security incident is told."""
    return look.head("incident_interface")


def approval(look: Look) -> Proof:
    """Ask who has approved the plan, and when."""
    return look.head("approved_by", "approved_on")


def change_log(look: Look) -> Proof:
    """Ask for the history of changes."""
    return look.head("change_log")


def labelled(look: Look) -> Proof:
    """Ask for version, day, owner and classification."""
    return look.head("version", "issued", "owner_role", "classification")


def review(look: Look) -> Proof:
    """Ask who has reviewed the plan, and whether the next review is still to come."""
    proof = look.head("reviewed_on", "reviewed_by", "review_by")
    due = look.plan.head.review_by
    if proof.state != "ok" or due is None or due >= look.today:
        return proof
    place = look.place("plan.toml", "review_by")
    return Proof("old", place, (f"seit {due} fällig", f"due since {due}"))


def programme(look: Look) -> Proof:
    """Ask for drills that are planned, at least one of them still to come."""
    drills = look.plan.programme.drills
    if not drills:
        return missing(Place(PROGRAMME, None, "drill"), "drill")
    if drills[-1].on < look.today:
        return old(look.place(PROGRAMME), look.age_days(drills[-1].on), 0)
    return Proof("ok", look.place(PROGRAMME, "drill", 0))


def drilled(look: Look) -> Proof:
    """Ask for the record of a drill within a year that somebody has signed."""
    drills = look.plan.drills
    if not drills:
        return missing(Place("exercises/", None, "held_on"), "exercises/<date>.toml")
    last = max(drills, key=lambda drill: drill.held_on)
    file = _file(look, last)
    days = look.age_days(last.held_on)
    if days > YEAR_DAYS:
        return old(look.place(file, "held_on"), days, YEAR_DAYS)
    if not last.signed_by:
        return missing(Place(file, None, "signed_by"), "signed_by")
    return Proof("ok", look.place(file, "held_on"))


def lessons(look: Look) -> Proof:
    """Ask whether what a drill missed has led to something, and whether that is not overdue."""
    proofs = [_lesson(look, drill) for drill in look.plan.drills]
    if not proofs:
        return missing(Place("exercises/", None, "action"), "action")
    return first_fault(*proofs)


def _lesson(look: Look, drill: Drill) -> Proof:
    file = _file(look, drill)
    if drill.missed and not drill.action:
        return missing(look.place(file, "missed"), "action")
    for index, action in enumerate(drill.action):
        if action.done_on is None and action.due < look.today:
            return old(look.place(file, "action", index), look.age_days(action.due), 0)
    return Proof("ok", look.place(file, "action"))


def _file(look: Look, drill: Drill) -> str:
    """Return the file of a drill's record, by the day in its name or by its id."""
    for path in sorted((look.folder / "exercises").glob("*.toml")):
        name = f"exercises/{path.name}"
        if name != PROGRAMME and look.record(name).get("id") == drill.id:
            return name
    return "exercises/"


def risks(look: Look) -> Proof:
    """Ask whether weak points that were accepted still are."""
    for risk in look.plan.risks:
        if risk.expires < look.today:
            place = look.of("risks.toml", "risk", risk.id, "expires")
            return old(place, look.age_days(risk.expires), 0)
    return look.each("risks.toml", "risk", look.plan.risks, lambda _: "")
