"""Who may sign in, and who did what: for admins."""

from __future__ import annotations

from flask import request

from notanker_central.board import accounts, audit
from notanker_central.board.desk import Desk, Rule, Shown
from notanker_central.board.roles import Role


def rules() -> tuple[Rule, ...]:
    """Return the addresses."""
    return (Rule("/audit", "audit", log, needs=Role.ADMIN),)


def log(desk: Desk) -> Shown:
    """Show the audit log and the accounts."""
    before = request.args.get("before", type=int)
    with desk.read() as connection:
        rows = audit.page(connection, before)
        known = accounts.every(connection) if before is None else []
    older = rows[-1].id if len(rows) == audit.PAGE else None
    return desk.render("audit.html", rows=rows, known=known, older=older)
