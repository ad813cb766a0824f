"""Whether the centre itself is well: asked by whoever watches the watcher."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from notanker_central import tables as t
from notanker_central.ingest import Ingest
from notanker_central.lease import Lease
from notanker_central.store import Store
from notanker_central.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Health:
    """Looks at the parts that must work."""

    store: Store
    watcher: Watcher
    ingest: Ingest
    lease: Lease | None = None

    def look(self) -> tuple[bool, dict[str, object]]:
        """Return whether all is well, and the parts by name."""
        parts = {"database": self._database(), "watch": self.watcher.alive or self._elsewhere()}
        return all(parts.values()), {**parts, "beats": self.ingest.counts}

    def _elsewhere(self) -> bool:
        return self.lease is not None and self.lease.elsewhere

    def _database(self) -> bool:
        try:
            with self.store.read() as connection:
                connection.execute(select(t.schema.c.version)).one()
        except SQLAlchemyError:
            return False
        return True
