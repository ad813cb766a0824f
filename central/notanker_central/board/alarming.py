"""The centre's own incidents on the board: what missing sites have in common, and who has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import redirect
from sqlalchemy import Connection

from notanker_central.alarm import record
from notanker_central.alarm import views as alarms
from notanker_central.alarm.common import Dimension
from notanker_central.alarm.kinds import Kind
from notanker_central.alarm.views import IncidentView
from notanker_central.board.audit import Did
from notanker_central.board.desk import Desk, Rule, Shown, doer, who
from notanker_central.board.fleets import Storm
from notanker_central.board.roles import Role
from notanker_central.board.site_paths import MOST

GROUPS: Final = 10
"""So many stand above the sites; all are under the alarms."""


def rules() -> tuple[Rule, ...]:
    """Return the addresses."""
    path = f"/alarm/<int(max={MOST}):number>/ack"
    return (
        Rule(path, "alarm_ack", ask, needs=Role.OPERATOR),
        Rule(path, "alarm_take", take, needs=Role.OPERATOR, method="POST"),
    )


def groups(connection: Connection) -> list[IncidentView]:
    """Return the open incidents of several sites at once, those that nobody has first."""
    found = alarms.open_incidents(connection)
    return [one for one in found if one.dimension != Dimension.SITE][:GROUPS]


def untold(storms: Sequence[Storm], told: Sequence[IncidentView]) -> list[Storm]:
    """Return what the sites' states show and no incident tells yet."""
    silent = [one for one in told if one.kind == Kind.SILENT]
    if any(one.dimension == Dimension.ALL for one in silent):
        return []
    known = {(one.dimension, one.value) for one in silent}
    return [storm for storm in storms if (storm.dimension, storm.value) not in known]


def ask(desk: Desk, number: int) -> Shown:
    """Ask whether one takes it on. A page of its own: the others are fetched anew every few seconds."""
    with desk.read() as connection:
        found = alarms.one(connection, number)
    if found is None:
        return desk.missing()
    return desk.render("alarm_ack.html", one=found, who=who())


def take(desk: Desk, number: int) -> Shown:
    """Note that somebody has it: nobody else is alarmed. Whoever had it before keeps it."""
    name = doer()
    if not name.isprintable() or len(name) > 64:
        return desk.missing("not_from_here", 403)
    if not name:
        return redirect(f"{desk.root}/alarm/{number}/ack", 303)
    with desk.store.write() as connection:
        if alarms.one(connection, number) is None:
            return desk.missing()
        if record.acknowledge(connection, number, name, "centre", desk.clock.moment()):
            desk.note(connection, Did.ACKNOWLEDGED, f"{number}")
    return redirect(f"{desk.root}/alarms", 303)
