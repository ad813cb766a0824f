"""What an operator does with plans at the centre by command: releases them in stages, sees who has which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.config import CentralConfig
from notanker_central.depot import Depot
from notanker_central.rolling_out import Release, late, release, releases
from notanker_central.store import Store


@dataclass(frozen=True, slots=True)
class RolledOut:
    """What a roll-out did.

    Attributes:
        released: The sites to which their plan was released, with its number in the row.
        not_ready: Those for which nothing whole lies in the depot.
        late: The sites that stop it: they report, and have not taken what was released to them.
        unknown: Sites that there are not; then nothing was released.
    """

    released: tuple[tuple[str, int], ...] = ()
    not_ready: tuple[str, ...] = ()
    late: tuple[Release, ...] = ()
    unknown: tuple[str, ...] = ()


def roll_out(
    config: CentralConfig,
    sites: Collection[str] = (),
    region: str | None = None,
    *,
    everybody: bool = False,
    anyway: bool = False,
) -> RolledOut:
    """Release the plans that lie in the depot; the running centre needs no restart.

    Args:
        config: With a depot.
        sites: To these, and
        region: to all of this region;
        everybody: or to all.
        anyway: Whether to go on though sites have not taken what was released to them.

    Raises:
        StoreError: the database is of another version.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    store, now_s = Store(config.database.url), Clock().wall_s()
    try:
        with store.read() as connection:
            known = _regions(connection)
            stopping = tuple(late(releases(connection, now_s)))
        unknown = tuple(site for site in sites if site not in known)
        if unknown or (stopping and not anyway):
            return RolledOut(late=stopping, unknown=unknown)
        depot = Depot(Path(config.plans.folder), Path(config.plans.archive))
        wanted = [one for one in known if everybody or one in sites or known[one] == region]
        looked = [(site, depot.ready(site)) for site in wanted]
        ready = [(site, one) for site, one in looked if one is not None]
        with store.write() as connection:
            release(connection, ready, now_s)
        missing = tuple(site for site, one in looked if one is None)
        return RolledOut(tuple((site, one.seq) for site, one in ready), missing, stopping)
    finally:
        store.close()


def plan_releases(config: CentralConfig) -> list[Release]:
    """Return every release and how far its site is.

    Raises:
        StoreError: the database is of another version.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    store = Store(config.database.url)
    try:
        with store.read() as connection:
            return releases(connection, Clock().wall_s())
    finally:
        store.close()


def _regions(connection: Connection) -> dict[str, str]:
    s = t.site.c
    rows = connection.execute(select(s.id, s.region).where(s.listed).order_by(s.id))
    return {row[0]: row[1] for row in rows}
