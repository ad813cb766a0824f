"""The list of sites: declared in central.toml, or added by command; rows of the database either way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from notanker_central import glance, site_keys
from notanker_central import tables as t
from notanker_central.config import Site

CHANGEABLE: Final = ("name", "region", "interval_s", "grace_s")


def declare(connection: Connection, sites: Iterable[Site]) -> None:
    """Make the declared sites those of central.toml; one that it names no more keeps its history alone."""
    gone = update(t.site).where(t.site.c.declared).values(listed=False)
    connection.execute(gone)
    for site in sites:
        _keep(connection, site, declared=True)
    forget_unlisted(connection)


def add(connection: Connection, site: Site) -> bool:
    """Add a site; one that was removed comes back with its history.

    Returns:
        False if there is one of that id already.
    """
    known = one(connection, site.id)
    if known is not None and known.listed:
        return False
    _keep(connection, site, declared=False)
    return True


def change(connection: Connection, site: str, values: dict[str, Any]) -> None:
    """Change what is written of a site; names of `CHANGEABLE` alone."""
    c = t.site.c
    connection.execute(update(t.site).where(c.id == site).values(**values))
    row = connection.execute(select(c.name, c.region).where(c.id == site)).one_or_none()
    if row is not None:
        search = glance.search_text(row.name, site, row.region)
        connection.execute(update(t.site).where(c.id == site).values(search=search))


def remove(connection: Connection, site: str, now_s: float) -> None:
    """Take a site off the list, with its keys: nobody waits for it, and nothing of it is taken."""
    site_keys.revoke(connection, site, now_s)
    connection.execute(update(t.site).where(t.site.c.id == site).values(listed=False))
    forget_unlisted(connection)


def one(connection: Connection, site: str) -> Row[Any] | None:
    """Return a site's row, None if there has never been one of that id."""
    return connection.execute(select(t.site).where(t.site.c.id == site)).one_or_none()


def listed(connection: Connection) -> list[Row[Any]]:
    """Return the listed sites by id."""
    return list(connection.execute(select(t.site).where(t.site.c.listed).order_by(t.site.c.id)))


def forget_unlisted(connection: Connection) -> None:
    """Wait for nobody who is not listed, and close the alarms about them."""
    unlisted = t.site.c.listed.is_(False)
    connection.execute(update(t.site).where(unlisted).values(due_s=None))
    gone = t.alarm.c.site.in_(select(t.site.c.id).where(unlisted))
    closing = update(t.alarm).where(t.alarm.c.closed_s.is_(None), gone)
    connection.execute(closing.values(closed_s=t.alarm.c.opened_s))


def _keep(connection: Connection, site: Site, *, declared: bool) -> None:
    told = {name: getattr(site, name) for name in CHANGEABLE}
    told |= {"listed": True, "declared": declared, **glance.told(site)}
    known = connection.execute(update(t.site).where(t.site.c.id == site.id).values(**told))
    if known.rowcount == 0:
        connection.execute(insert(t.site).values(id=site.id, **told, **t.NEW_SITE))
