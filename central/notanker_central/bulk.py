"""What the writer of beats asks of a database, a whole batch at a time.

This is the hot path: thousands of rows a second, so each database gets its own few statements on its own
driver instead of SQLAlchemy's. Everything else in the centre is written once, for both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection

from notanker_central.glance import Traits

_TRAITS_AT: Final = 11


@dataclass(slots=True)
class Standing:
    """A site as it stands: read from the database, brought up to date by each beat of the batch.

    Attributes:
        key: What finds the row quickest; the database's own matter.
        old: Beats of this batch that were not newer than all before.
        told: The newest beat that told something new, in JSON; None before the first.
        newer: Whether `told` is one of this batch.
        moved: Whether `state` or `since_s` changed.
        changed: Whether `traits` did.
        grown: Whether `stored_to` or `conflict` did.
    """

    key: object
    id: str
    state: str
    since_s: float | None
    interval_s: float
    grace_s: float
    counter: int
    epoch: int
    stored_to: int
    conflict: bool
    told: str | None
    traits: Traits
    old: int = 0
    newer: bool = False
    wait_s: float = 0.0
    moved: bool = False
    changed: bool = False
    grown: bool = False


def standing(row: Sequence[Any]) -> Standing:
    """Return a site out of its row: the columns up to the beat, then the traits."""
    return Standing(*(*row[:_TRAITS_AT], Traits(*row[_TRAITS_AT:])))


class Stands(NamedTuple):
    """How many sites of a fleet stand alike."""

    state: str
    interval_s: float
    grace_s: float
    patience_s: float


class CalmRow(NamedTuple):
    """A beat that tells nothing new, and the site's row as it must still stand for that to be true."""

    key: object
    counter: int
    stored_to: int
    id: str
    latest: bytes
    stands: Stands


def alike(rows: Iterable[CalmRow]) -> dict[Stands, list[CalmRow]]:
    """Return the rows by how their sites stand."""
    found: dict[Stands, list[CalmRow]] = {}
    for row in rows:
        found.setdefault(row.stands, []).append(row)
    return found


class EventRow(NamedTuple):
    """One row of a site's journal as it is kept."""

    site: str
    epoch: int
    position: int
    kind: str
    wall_s: float
    trusted: bool
    boot_s: float
    boot: str
    fields: str
    received_s: float


Place = tuple[str, int, int]
"""Where an event stands: site, epoch, position."""
Told = tuple[str, str, float, str]
"""What makes an event the same event: kind, boot, seconds since boot, fields.

Wall times don't count: the site dates a boot's rows anew once it knows the time.
"""


class Bulk(Protocol):
    """The statements of one database, within a transaction that writes."""

    def standings(self, sites: Collection[str]) -> dict[str, Standing]:
        """Return the sites by id, locked against other receivers until the transaction ends."""

    def keep_calm(self, rows: Collection[CalmRow], now_s: float) -> bool:
        """Write beats that tell nothing new, one of a site at most.

        Returns:
            False if a single site does not stand as remembered: then nothing of it may be committed.
        """

    def keep_sites(self, sites: Sequence[Standing], now_s: float, ranks: dict[str, int]) -> None:
        """Write the newest beat of each, and what else of it changed."""

    def stored_at(self, places: Collection[Place]) -> dict[tuple[str, int], Told]:
        """Return what is stored at these places, by site and position."""

    def stored_above(self, places: Collection[Place]) -> dict[str, list[int]]:
        """Return the positions that are stored above each place, ascending, by site."""

    def insert_events(self, rows: Iterable[EventRow]) -> None:
        """Store events; one that is there already stays as it is."""

    def count_old(self, sites: Sequence[Standing]) -> None:
        """Add what was not newer than all before."""


def bulk_of(connection: Connection) -> Bulk:
    """Return the statements of the database that the connection leads to."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        # psycopg is an extra, and a centre with SQLite does without.
        from notanker_central.bulk_postgresql import PostgresqlBulk

        return PostgresqlBulk(driver)
    from notanker_central.bulk_sqlite import SqliteBulk

    return SqliteBulk(driver)
