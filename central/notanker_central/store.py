"""Keeps beats, events, flips and alarms. Nothing is acknowledged before it is on the disk."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from notanker.core.heartbeat import Ack, Beat
from notanker.core.report import Report
from notanker.errors import NotankerError
from notanker_central import people_tables, reports, sites, taking
from notanker_central import tables as t
from notanker_central.calm import Calm, Told
from notanker_central.config import Site
from notanker_central.database import PREPARING, open_engine
from notanker_central.heralds import Heralds
from notanker_central.taken import Taken
from notanker_central.widening import widen

_TRIES: Final = 3
_CROSSED: Final = ("40001", "40P01")
"""PostgreSQL gave one of two transactions up that waited for each other (its manual, appendix A)."""


class StoreError(NotankerError):
    """The database is not one that this version can use."""


class Plain(NamedTuple):
    """A beat that was not sealed."""

    site: str
    counter: int
    beat: Beat
    record: bytes = b""
    packed: None = None


class Store:
    """The centre's database."""

    def __init__(self, url: str) -> None:
        self.engine: Final = open_engine(url)
        # SQLite has one writer at a time. Waiting for a lock here is fair and immediate, while its own
        # waiting polls with growing pauses. PostgreSQL's rows have locks of their own.
        one_writer = self.engine.dialect.name == "sqlite"
        self._turn: Final = threading.Lock() if one_writer else contextlib.nullcontext()
        self._heralds: Final = Heralds()
        self._calm: Final = Calm()
        with self.write() as connection:
            _prepare(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes; when the block is left it is on the disk."""
        with self._turn, self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment of the database and keeps nobody waiting."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def list_sites(self, declared: Iterable[Site]) -> None:
        """Make the declared sites those of central.toml; what was added by command stays."""
        with self.write() as connection:
            sites.declare(connection, declared)

    def take(self, beat: Beat, now_s: float) -> tuple[Ack, bool]:
        """Store one beat of a site that the database has; what `take_all` does for many.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be stored; nothing of it was.
        """
        (taken,) = self.take_all([beat], now_s)
        if taken is None:
            raise LookupError(f"there is no site {beat.site}")
        return taken.ack, taken.newest

    def take_all(self, beats: Sequence[Beat], now_s: float) -> list[Taken | None]:
        """Store beats that were not sealed; what `take_told` does for those that were."""
        return self.take_told([Plain(beat.site, beat.counter, beat) for beat in beats], now_s)

    def take_told(self, told: Sequence[Told], now_s: float) -> list[Taken | None]:
        """Store beats and their events in one transaction; once this returns, they are on the disk.

        Args:
            told: Beats whose senders have proved to be the sites, in the order in which they came.
            now_s: The centre's wall time.

        Returns:
            What became of each; None for a site that the database does not have.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: they could not be stored; nothing of them was.
        """
        for left in range(_TRIES, 0, -1):
            try:
                return self._take_all(told, now_s)
            except taking.NotAsRememberedError:
                return self._take_all(told, now_s)  # the long way
            except OperationalError as error:
                if left == 1 or getattr(error.orig, "sqlstate", "") not in _CROSSED:
                    raise
        raise AssertionError("unreachable")

    def _take_all(self, told: Sequence[Told], now_s: float) -> list[Taken | None]:
        with self._driver_errors(), self.write() as connection:
            heralds = self._heralds.among(connection, now_s)
            taken = taking.take(connection, told, now_s, self._calm, heralds)
        if not heralds.isdisjoint([one.site for one in told]):
            every = zip(told, taken, strict=True)
            return [one.to_a_herald() if one and it.site in heralds else one for it, one in every]
        return taken

    @contextmanager
    def _driver_errors(self) -> Iterator[None]:
        # Beats go past SQLAlchemy to the driver (`bulk`); its errors are told as SQLAlchemy tells them.
        base: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        try:
            yield
        except base as error:
            dialect = self.engine.dialect
            raise DBAPIError.instance(None, None, error, base, dialect=dialect) from error

    def take_report(self, report: Report, body: bytes, now_s: float) -> None:
        """Store a report whose sender has proved to be the site.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be stored.
        """
        with self.write() as connection:
            reports.keep(connection, report, body, now_s)

    def begin_anew(self, site: str) -> bool:
        """Let a site begin again with any counter and a new journal (its SD card was replaced).

        Its history stays. Returns False if there is no such site.
        """
        with self.write() as connection:
            changed = connection.execute(
                update(t.site)
                .where(t.site.c.id == site)
                .values(
                    counter=t.NO_COUNTER,
                    epoch=t.site.c.epoch + 1,
                    stored_to=t.NO_POSITION,
                    conflict=False,
                )
            )
        return changed.rowcount == 1


def _prepare(connection: Connection) -> None:
    if (
        connection.dialect.name == "postgresql"
    ):  # receivers that start at once make one set of tables
        connection.execute(select(func.pg_advisory_xact_lock(PREPARING)))
    metadata = people_tables.account.metadata
    metadata.create_all(connection)
    widen(connection, metadata)
    version = connection.execute(select(t.schema.c.version)).scalar()
    if version is None:
        connection.execute(insert(t.schema).values(version=t.SCHEMA_VERSION))
    elif version != t.SCHEMA_VERSION:
        raise StoreError(
            f"the database has schema version {version}, this program knows {t.SCHEMA_VERSION}"
        )
