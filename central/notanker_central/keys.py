"""The centre's keys at work: the master key for this configuration, and who a bearer token belongs to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import make_url

from notanker.beat import link_key
from notanker_central import key_tables as k
from notanker_central import site_keys
from notanker_central.config import CentralConfig
from notanker_central.store import Store
from notanker_central.vault import Vault, VaultError

MASTER: Final = "central.master"
STATE: Final = Path("/var/lib/notanker-central")
_TOKEN_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def master_path(config: CentralConfig) -> Path:
    """Return where the master key is: as configured, else beside the SQLite file."""
    if config.keys.master:
        return Path(config.keys.master)
    url = make_url(config.database.url)
    beside = url.database if url.get_backend_name() == "sqlite" else None
    return (Path(beside).parent if beside and beside != ":memory:" else STATE) / MASTER


def open_vault(config: CentralConfig, store: Store) -> Vault:
    """Return the vault that the database's keys are sealed by; at the first start it is made.

    Raises:
        VaultError: the master key cannot be used, or is not that of this database.
    """
    path = master_path(config)
    with store.read() as connection:
        row = connection.execute(select(k.site_key).limit(1)).first()
    if row is not None and not path.exists():
        raise VaultError(f"the master key {path} is missing, and the database's keys need it")
    vault = Vault(path)
    if row is not None:
        vault.open(row.sealed, site_keys.label(row.site, row.number))
    return vault


def bearer(authorization: str) -> str | None:
    """Return the token out of an `Authorization` header's value, None if there is none of the right shape."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and _TOKEN_SHAPE.fullmatch(token) else None


class LinkKeys:
    """Gives the keys that sites make their links with."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def of(self, site: str) -> bytes | None:
        """Return the key of a site's links, None if the site has no key.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
            VaultError: the master key does not open it.
        """
        with self._store.read() as connection:
            row = None if "\0" in site else site_keys.newest(connection, site)
        if row is None:
            return None
        return link_key.key_of(self._vault.open(row.sealed, site_keys.label(site, row.number)))


class Keyring:
    """Tells whether a bearer token is that of a site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def opens(self, site: str, authorization: str) -> bool:
        """Tell whether the header's value has the token of that site.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        token = bearer(authorization)
        if token is None or "\0" in site:
            return False
        with self._store.read() as connection:
            return site_keys.opens(connection, site, token)
