"""Accounts: who may sign in, with which password and role.

Passwords are kept as Argon2id hashes with the settings of RFC 9106, section 4, for little memory (64 MiB,
three passes, four lanes).
"""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
import threading
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from notanker.errors import NotankerError
from notanker_central.board.roles import Role
from notanker_central.people_tables import account, session

SHORTEST: Final = 12
"""Characters; NIST SP 800-63B-4 asks for 15 where a password stands alone and 8 beside a second factor."""
LONGEST: Final = 256
NAME: Final = re.compile(r"[^\W_][\w.@+-]{0,62}[^\W_]|[^\W_]")
"""Names of people, or the addresses of their mail."""
_HASHER: Final = PasswordHasher()
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Each comparison takes 64 MiB: a crowd at the door must not take all."""


class AccountError(NotankerError):
    """That account cannot be made or changed; `code` is one of a closed list."""

    def __init__(self, code: str) -> None:
        self.code: Final = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in; `elsewhere` by OpenID Connect."""

    name: str
    role: Role
    created_s: float
    elsewhere: bool
    has_token: bool


def add(connection: Connection, name: str, role: Role, password: str, now_s: float) -> None:
    """Make an account.

    Raises:
        AccountError: the name is taken or none, or the password too short or long.
    """
    if not NAME.fullmatch(name):
        raise AccountError("name")
    if find(connection, name) is not None:
        raise AccountError("taken")
    row = {"name": name, "role": role, "password": _hash(password, name), "created_s": now_s}
    connection.execute(insert(account).values(**row))


def set_password(connection: Connection, name: str, password: str) -> None:
    """Give an account another password, and end its sessions.

    Raises:
        AccountError: there is no such account, it signs in elsewhere, or the password is too short or long.
    """
    found = find(connection, name)
    if found is None or found.elsewhere:
        raise AccountError("unknown" if found is None else "elsewhere")
    _change(connection, name, password=_hash(password, name))
    connection.execute(delete(session).where(session.c.account == name))


def set_role(connection: Connection, name: str, role: Role) -> None:
    """Give an account another role, from its next request on.

    Raises:
        AccountError: there is no such account, or it is the last admin.
    """
    if role is not Role.ADMIN:
        _keep_an_admin(connection, name)
    _change(connection, name, role=role)


def make_token(connection: Connection, name: str) -> str:
    """Return a new token with which a program may read as this account; the one before is void.

    Raises:
        AccountError: there is no such account.
    """
    token = secrets.token_urlsafe(32)
    _change(connection, name, token_sha256=hashlib.sha256(token.encode()).hexdigest())
    return token


def remove(connection: Connection, name: str) -> None:
    """Remove an account and end its sessions; what it did stays in the audit log.

    Raises:
        AccountError: there is no such account, or it is the last admin.
    """
    _keep_an_admin(connection, name)
    connection.execute(delete(session).where(session.c.account == name))
    if connection.execute(delete(account).where(account.c.name == name)).rowcount == 0:
        raise AccountError("unknown")


def find(connection: Connection, name: str) -> Account | None:
    """Return an account, None if there is none of that name."""
    row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
    return None if row is None else _seen(row)


def of_token(connection: Connection, token: str) -> Account | None:
    """Return the account whose token this is."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    query = select(account).where(account.c.token_sha256 == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else _seen(row)


def every(connection: Connection) -> list[Account]:
    """Return all accounts by name."""
    return [_seen(row) for row in connection.execute(select(account).order_by(account.c.name))]


def any_there(connection: Connection) -> bool:
    """Tell whether there is any account."""
    return connection.execute(select(account.c.name).limit(1)).scalar() is not None


def password_hash(connection: Connection, name: str) -> str:
    """Return what the account's password is compared with, empty if there is none."""
    query = select(account.c.password).where(account.c.name == name)
    return connection.execute(query).scalar() or ""


def matches(known: str, password: str) -> bool:
    """Tell whether the password is the one of the hash; takes as long without one."""
    with _AT_ONCE:
        try:
            _HASHER.verify(known or _nobody(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return bool(known)


def come_from_elsewhere(
    connection: Connection, subject: str, name: str, role: Role, now_s: float
) -> None:
    """Make or renew the account of somebody whom the identity provider vouches for.

    Args:
        connection: A transaction that writes.
        subject: Issuer and subject: what the person is known by, whatever the name.
        name: What the person is called here.
        role: What the provider says the person may.
        now_s: The centre's wall time.

    Raises:
        AccountError: the name is none, or somebody else's.
    """
    if not NAME.fullmatch(name):
        raise AccountError("name")
    known = connection.execute(select(account).where(account.c.subject == subject)).one_or_none()
    if known is not None and known.name == name:
        connection.execute(update(account).where(account.c.name == name).values(role=role))
        return
    if find(connection, name) is not None:
        raise AccountError("taken")
    if known is not None:  # called otherwise now: a new account, so that the log stays true
        connection.execute(delete(session).where(session.c.account == known.name))
        connection.execute(delete(account).where(account.c.subject == subject))
    row = {"name": name, "role": role, "password": "", "subject": subject, "created_s": now_s}
    connection.execute(insert(account).values(**row))


@functools.cache
def _nobody() -> str:
    """Return what a password is compared with where there is no such account: the time tells nothing."""
    return _HASHER.hash(secrets.token_urlsafe())


def _hash(password: str, name: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() == name.casefold():
        raise AccountError("password")
    return _HASHER.hash(password)


def _change(connection: Connection, name: str, **values: object) -> None:
    changed = connection.execute(update(account).where(account.c.name == name).values(**values))
    if changed.rowcount == 0:
        raise AccountError("unknown")


def _keep_an_admin(connection: Connection, name: str) -> None:
    others = select(func.count()).where(account.c.role == Role.ADMIN, account.c.name != name)
    found = find(connection, name)
    if found is None:
        raise AccountError("unknown")
    if found.role is Role.ADMIN and connection.execute(others).scalar_one() == 0:
        raise AccountError("last-admin")


def _seen(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        name=row.name,
        role=Role(row.role),
        created_s=row.created_s,
        elsewhere=row.subject is not None,
        has_token=row.token_sha256 is not None,
    )
