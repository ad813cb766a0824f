"""Sites' keys in the database: made, used first, changed, ended.

    pending --first use--> in force --+--> ended: rotated, replaced (a new box) or revoked

A pending key leaves the older one in force: only its first use proves that the site has it. Nothing of a key
is deleted, so a number never means two keys, and a refusal can say that the key was revoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from notanker.beat.keys import SiteKey, derive
from notanker_central import key_tables as k
from notanker_central import orders
from notanker_central import tables as t
from notanker_central.vault import Vault

ROTATED: Final = "rotated"
REPLACED: Final = "replaced"
REVOKED: Final = "revoked"
_c: Final = k.site_key.c


def next_number(connection: Connection) -> int:
    """Return the number that the next key gets."""
    return int(connection.execute(select(func.coalesce(func.max(_c.number), 0))).scalar_one()) + 1


def keep(
    connection: Connection,
    vault: Vault,
    site: str,
    key: SiteKey,
    now_s: float,
    *,
    recount: bool,
    anew: bool = False,
) -> None:
    """Keep a key that is pending; an earlier one that was never used is none any more.

    Args:
        connection: A transaction that writes.
        vault: Seals it.
        site: Whose it is.
        key: The key.
        now_s: Now, on the centre's clock.
        recount: Whether the site may count from the beginning with it.
        anew: Whether the site's journal is a new one.
    """
    pending = (_c.site == site, _c.used_s.is_(None), _c.ended_s.is_(None))
    _end(connection, pending, REPLACED, now_s)
    connection.execute(
        insert(k.site_key).values(
            number=key.number,
            site=site,
            sealed=vault.seal(key.secret, label(site, key.number)),
            bearer_sha256=bearer_digest(derive(key.secret).bearer),
            made_s=now_s,
            recount=recount,
            anew=anew,
            why="",
            change=_next_change(connection),
        )
    )


def use_first(connection: Connection, number: int, now_s: float) -> bool:
    """Put a pending key in force: the site has proved that it has it. Its older ones end.

    Returns:
        False if it is pending no more.
    """
    change = _next_change(connection)
    is_it = (_c.number == number, _c.used_s.is_(None), _c.ended_s.is_(None))
    put = connection.execute(update(k.site_key).where(*is_it).values(used_s=now_s, change=change))
    if put.rowcount == 0:
        return False
    row = connection.execute(select(k.site_key).where(_c.number == number)).one()
    older = (_c.site == row.site, _c.number != number, _c.ended_s.is_(None))
    _end(connection, older, REPLACED if row.recount else ROTATED, now_s)
    used_up = (k.enrolment.c.site == row.site, k.enrolment.c.number == number)
    connection.execute(delete(k.enrolment).where(*used_up))
    orders.key_changed(connection, row.site, now_s)
    _begin_anew(connection, row)
    return True


def revoke(connection: Connection, site: str, now_s: float) -> int:
    """End all keys of a site and all codes for it, and return how many keys that were."""
    connection.execute(delete(k.enrolment).where(k.enrolment.c.site == site))
    return _end(connection, (_c.site == site, _c.ended_s.is_(None)), REVOKED, now_s)


def in_force(connection: Connection, site: str) -> Row[Any] | None:
    """Return the key that the site uses now, None if it has none."""
    theirs = (_c.site == site, _c.used_s.is_not(None), _c.ended_s.is_(None))
    return connection.execute(select(k.site_key).where(*theirs)).one_or_none()


def newest(connection: Connection, site: str) -> Row[Any] | None:
    """Return the newest key of a listed site that is good, used or not; None if it has none."""
    joined = k.site_key.join(t.site, t.site.c.id == _c.site)
    good = (_c.site == site, _c.ended_s.is_(None), t.site.c.listed)
    query = select(k.site_key).select_from(joined).where(*good).order_by(_c.number.desc())
    return connection.execute(query.limit(1)).one_or_none()


def by_number(connection: Connection, number: int) -> Row[Any] | None:
    """Return the key of that number if it is in force."""
    is_it = (_c.number == number, _c.used_s.is_not(None), _c.ended_s.is_(None))
    return connection.execute(select(k.site_key).where(*is_it)).one_or_none()


def opens(connection: Connection, site: str, bearer: str) -> bool:
    """Tell whether a bearer token is that of a key of the site which is good still."""
    theirs = (_c.site == site, _c.bearer_sha256 == bearer_digest(bearer), _c.ended_s.is_(None))
    joined = k.site_key.join(t.site, t.site.c.id == _c.site)
    # Compared as digests of 256 random bits: how long that takes tells nothing that could be used.
    query = select(_c.number).select_from(joined).where(*theirs, t.site.c.listed)
    return connection.execute(query).first() is not None


def changed(connection: Connection, since: int) -> list[Row[Any]]:
    """Return the keys that were changed since, in the order of it, each with whether its site is listed."""
    joined = k.site_key.join(t.site, t.site.c.id == _c.site)
    query = select(k.site_key, t.site.c.listed).select_from(joined).where(_c.change > since)
    return list(connection.execute(query.order_by(_c.change)))


def seal_anew(connection: Connection, vault: Vault) -> int:
    """Seal everything with the newest master key, and return how many secrets that were."""
    sealed = 0
    for table, key, named in _sealed():
        for row in connection.execute(select(table)).all():
            what = named(row)
            fresh = vault.seal(vault.open(row.sealed, what), what)
            connection.execute(update(table).where(key == row[0]).values(sealed=fresh))
            sealed += 1
    return sealed


def label(site: str, number: int) -> str:
    """Return what a key is sealed for."""
    return f"key {number} of {site}"


def bearer_digest(bearer: str) -> str:
    """Return what the database keeps of a bearer token."""
    return hashlib.sha256(bearer.encode("utf-8", "surrogatepass")).hexdigest()


def _sealed() -> Iterator[tuple[Any, Any, Any]]:
    yield k.site_key, _c.number, lambda row: label(row.site, row.number)
    yield k.enrolment, k.enrolment.c.id, lambda row: f"code {row.id}"


def _end(connection: Connection, which: tuple[Any, ...], why: str, now_s: float) -> int:
    ended = {"ended_s": now_s, "why": why, "change": _next_change(connection)}
    return connection.execute(update(k.site_key).where(*which).values(**ended)).rowcount


def _next_change(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(_c.change), 0))).scalar_one()) + 1


def _begin_anew(connection: Connection, row: Row[Any]) -> None:
    if not row.recount:
        return
    values: dict[str, Any] = {"counter": t.NO_COUNTER}
    if row.anew:
        values |= {
            "epoch": t.site.c.epoch + 1,
            "stored_to": t.NO_POSITION,
            "conflict": False,
        }
    connection.execute(update(t.site).where(t.site.c.id == row.site).values(**values))
