"""What an operator does at the centre by command; the running centre takes note of it within a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Row

from notanker.core.wording import Pair
from notanker.errors import NotankerError
from notanker_central import enrolling, orders, site_keys, sites
from notanker_central.clock import Clock
from notanker_central.config import CentralConfig, Site
from notanker_central.enrolling import Code
from notanker_central.keys import open_vault
from notanker_central.store import Store


class OperatorError(NotankerError):
    """What was asked for is not possible; `pair` says why, German and English."""

    def __init__(self, german: str, english: str) -> None:
        self.pair: Final[Pair] = (german, english)
        super().__init__(english)


class Operator:
    """The hands of whoever operates the centre.

    Args:
        config: The centre's configuration.
        store: Its database.
    """

    def __init__(self, config: CentralConfig, store: Store) -> None:
        self._config = config
        self._store = store
        self._clock = Clock()

    def enrol(self, site: str) -> Code:
        """Make a code that the site is enrolled by; an earlier one is good no more."""
        vault = open_vault(self._config, self._store)
        with self._listed(site) as connection:
            return enrolling.make_code(connection, vault, site, self._now_s)

    def make_key(self, site: str) -> str:
        """Make a key for the site and return it as its key file has it: a secret."""
        vault = open_vault(self._config, self._store)
        with self._listed(site) as connection:
            return enrolling.make_key(connection, vault, site, self._now_s).text()

    def rotate(self, site: str) -> None:
        """Have the site change its key with its next heartbeat; the old one is good until then."""
        with self._listed(site) as connection:
            if site_keys.in_force(connection, site) is None:
                raise OperatorError(
                    f"{site} hat noch keinen Schlüssel, der zu wechseln wäre. "
                    f"„notanker central enrol {site}“ gibt ihm den ersten.",
                    f"{site} has no key yet that could be changed. "
                    f"'notanker central enrol {site}' gives it the first.",
                )
            orders.want_key_change(connection, site, self._now_s)

    def revoke(self, site: str) -> int:
        """End all keys of the site, and return how many that were."""
        with self._listed(site) as connection:
            return site_keys.revoke(connection, site, self._now_s)

    def site_anew(self, site: str) -> None:
        """Let the site begin again with any counter and a new journal; its history stays."""
        if not self._store.begin_anew(site):
            raise _unknown(site)

    def add(self, site: Site) -> None:
        """Add a site."""
        with self._store.write() as connection:
            if not sites.add(connection, site):
                raise OperatorError(
                    f"Einen Standort {site.id} gibt es schon.",
                    f"There is a site {site.id} already.",
                )

    def change(self, site: str, values: dict[str, Any]) -> None:
        """Change what is written of a site that was added by command."""
        with self._listed(site) as connection:
            self._not_declared(connection, site)
            sites.change(connection, site, values)

    def remove(self, site: str) -> None:
        """Take a site off the list, with its keys; its history stays."""
        with self._listed(site) as connection:
            self._not_declared(connection, site)
            sites.remove(connection, site, self._now_s)

    def listed(self) -> list[tuple[Row[Any], Row[Any] | None]]:
        """Return the sites, each with the key that it uses."""
        with self._store.read() as connection:
            found = sites.listed(connection)
            return [(site, site_keys.in_force(connection, site.id)) for site in found]

    def change_master(self) -> int:
        """Seal everything with a new master key, and return how many secrets that were."""
        vault = open_vault(self._config, self._store)
        vault.add()
        with self._store.write() as connection:
            sealed = site_keys.seal_anew(connection, vault)
        vault.forget_old()
        return sealed

    @property
    def _now_s(self) -> float:
        return self._clock.wall_s()

    @contextmanager
    def _listed(self, site: str) -> Iterator[Connection]:
        with self._store.write() as connection:
            row = sites.one(connection, site)
            if row is None or not row.listed:
                raise _unknown(site)
            yield connection

    @staticmethod
    def _not_declared(connection: Connection, site: str) -> None:
        row = sites.one(connection, site)
        if row is not None and row.declared:
            raise OperatorError(
                f"{site} steht in central.toml und wird dort geändert; danach die Zentrale neu starten.",
                f"{site} is written in central.toml and is changed there; restart the centre afterwards.",
            )


@contextmanager
def operating(config: CentralConfig) -> Iterator[Operator]:
    """Open the database for an operator.

    Raises:
        OperatorError: what was asked for is not possible.
        VaultError: the master key cannot be used.
        StoreError: the database is of another version.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    store = Store(config.database.url)
    try:
        store.list_sites(config.sites)
        yield Operator(config, store)
    finally:
        store.close()


def _unknown(site: str) -> OperatorError:
    return OperatorError(
        f"Einen Standort {site} gibt es nicht. „notanker central site add {site}“ legt ihn an.",
        f"There is no site {site}. 'notanker central site add {site}' adds it.",
    )
