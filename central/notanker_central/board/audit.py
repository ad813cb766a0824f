"""The audit log: who did what, when, from where. The board adds to it and deletes nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from notanker_central.people_tables import audit

PAGE: Final = 100
CONSOLE: Final = "console"
"""Where a command on the centre's own machine comes from."""


class Did(StrEnum):
    """What somebody did."""

    SIGNED_IN = "signed-in"
    REFUSED = "refused"
    SIGNED_OUT = "signed-out"
    SIGNED_OUT_ALL = "signed-out-all"
    ACKNOWLEDGED = "acknowledged"
    RELEASED = "released"
    WITHDREW = "withdrew"
    ADDED = "account-added"
    PASSWORD = "password-changed"  # noqa: S105 - the word for it, not one
    ROLE = "role-changed"
    TOKEN = "token-made"  # noqa: S105 - the word for it, not one
    REMOVED = "account-removed"


def note(
    connection: Connection, who: str, did: Did, about: str, address: str, now_s: float
) -> None:
    """Write down what somebody did, in the transaction that does it."""
    row = {"who": who[:64], "what": did, "about": about[:200], "address": address[:64]}
    connection.execute(insert(audit).values(at_s=now_s, **row))


def page(connection: Connection, before: int | None = None) -> list[Row[Any]]:
    """Return the newest rows, the newest first.

    Args:
        connection: An open transaction.
        before: Only those older than the row of this number.
    """
    query = select(audit).order_by(audit.c.id.desc()).limit(PAGE)
    if before is not None:
        query = query.where(audit.c.id < before)
    return list(connection.execute(query))


def has_signed_in(connection: Connection, who: str, network: str) -> bool:
    """Tell whether that account has signed in from that network (`throttle.network_of`) before."""
    c = audit.c
    query = select(c.id).where(c.who == who, c.what == Did.SIGNED_IN, c.about == network)
    return connection.execute(query.limit(1)).scalar() is not None
