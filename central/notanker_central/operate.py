"""What an operator does at the centre by command."""

from __future__ import annotations

from notanker_central.config import CentralConfig
from notanker_central.store import Store


def site_anew(config: CentralConfig, site: str) -> bool:
    """Let a site begin again with any counter and a new journal; the running centre needs no restart.

    For a site whose SD card was replaced: its counter and journal begin at 1, and the centre takes each of
    its beats for an old one. Its history stays. Give it a new key as well: beats recorded under the old key
    would be taken once more.

    Returns:
        False if the centre does not know the site.

    Raises:
        StoreError: the database is of another version.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    store = Store(config.database.url)
    try:
        return store.begin_anew(site)
    finally:
        store.close()
