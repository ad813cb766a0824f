"""Sessions: a browser that has signed in, known by a random id of which the database has only the hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from notanker_central.board.roles import Role
from notanker_central.people_tables import account, session

IDLE_S: Final = 12 * 3600.0
"""A shift; a screen on the wall renews itself and never idles."""
ABSOLUTE_S: Final = 7 * 86400.0
SEEN_EACH_S: Final = 60.0
"""So often at most a session's last sight is written down."""
MOST: Final = 20
"""Of one account: the one that was seen longest ago makes place."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds now."""

    id_sha256: str
    account: str
    role: Role
    began_s: float
    seen_s: float
    address: str


def begin(connection: Connection, name: str, address: str, now_s: float) -> str:
    """Begin a session and return what the browser is to hold: 256 random bits."""
    token = secrets.token_urlsafe(32)
    _sweep(connection, name, now_s)
    row = {"id_sha256": hashed(token), "account": name, "began_s": now_s, "seen_s": now_s}
    connection.execute(insert(session).values(**row, address=address[:64]))
    return token


def find(connection: Connection, token: str, now_s: float) -> Session | None:
    """Return the session of what a browser holds, None if there is none or it is over."""
    s = session.c
    query = (
        select(s.id_sha256, s.account, account.c.role, s.began_s, s.seen_s, s.address)
        .join(account, account.c.name == s.account)
        .where(s.id_sha256 == hashed(token), s.seen_s > now_s - IDLE_S)
        .where(s.began_s > now_s - ABSOLUTE_S)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _held(row)


def of_account(connection: Connection, name: str, now_s: float) -> list[Session]:
    """Return the account's sessions, the one seen last first."""
    s = session.c
    query = (
        select(s.id_sha256, s.account, account.c.role, s.began_s, s.seen_s, s.address)
        .join(account, account.c.name == s.account)
        .where(s.account == name, s.seen_s > now_s - IDLE_S, s.began_s > now_s - ABSOLUTE_S)
        .order_by(s.seen_s.desc())
    )
    return [_held(row) for row in connection.execute(query)]


def see(connection: Connection, held: Session, now_s: float) -> None:
    """Note that the session is in use."""
    mine = session.c.id_sha256 == held.id_sha256
    connection.execute(update(session).where(mine).values(seen_s=now_s))


def end(connection: Connection, id_sha256: str) -> None:
    """End one session."""
    connection.execute(delete(session).where(session.c.id_sha256 == id_sha256))


def end_all(connection: Connection, name: str) -> int:
    """End every session of an account; returns how many."""
    return connection.execute(delete(session).where(session.c.account == name)).rowcount


def hashed(token: str) -> str:
    """Return what the database knows a random value by, which nobody can guess: a plain hash does."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(cookie: str) -> str:
    """Return what a form has to bring along beside the cookie; it tells nothing of the cookie."""
    return hmac.digest(cookie.encode("utf-8", "surrogatepass"), b"form", "sha256").hex()


def _sweep(connection: Connection, name: str, now_s: float) -> None:
    s = session.c
    over = (s.seen_s <= now_s - IDLE_S) | (s.began_s <= now_s - ABSOLUTE_S)
    connection.execute(delete(session).where(over))
    newest = select(s.id_sha256).where(s.account == name).order_by(s.seen_s.desc()).limit(MOST - 1)
    kept = list(connection.execute(newest).scalars())
    connection.execute(delete(session).where(s.account == name, s.id_sha256.not_in(kept)))


def _held(row: Any) -> Session:
    found = row._asdict()
    return Session(**{**found, "role": Role(found["role"])})
