"""Sites get their keys: a code for one of them, and the address where site and centre agree on a key."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from sqlalchemy import Connection, delete, insert, select, update

from notanker.beat import agreeing, code
from notanker.beat.agreeing import Asked, Shared
from notanker.beat.cose import CoseError, Envelope
from notanker.beat.keys import SiteKey
from notanker_central import key_tables as k
from notanker_central import orders, site_keys
from notanker_central.checking import RefusedError
from notanker_central.clock import Clock
from notanker_central.opening import Aead
from notanker_central.store import Store
from notanker_central.vault import Vault

log: Final = structlog.get_logger(__name__)

CODE_S: Final = 3600.0
"""How long a code is good."""
MOST_WRONG: Final = 5
"""A code that so many tried with something wrong in it is good no more."""
REFUSALS: Final = 60
WINDOW_S: Final = 60.0
"""More refusals than that in a minute, and nobody is looked at for the rest of it."""
MOST_CA_BYTES: Final = 12 * 1024


@dataclass(frozen=True, slots=True)
class Code:
    """A code for one site, good once and until `ends_s`, wall seconds."""

    text: str
    site: str
    ends_s: float


def make_code(connection: Connection, vault: Vault, site: str, now_s: float) -> Code:
    """Make a code for a site; an earlier one for it is good no more."""
    text = code.make(os.urandom(code.SIGNS))
    secret = code.secret_of(text)
    name = agreeing.code_id(secret).hex()
    gone = (k.enrolment.c.site == site) | (k.enrolment.c.ends_s <= now_s)
    connection.execute(delete(k.enrolment).where(gone))
    row = {"id": name, "site": site, "sealed": vault.seal(secret, f"code {name}")}
    times = {"made_s": now_s, "ends_s": now_s + CODE_S, "wrong": 0}
    connection.execute(insert(k.enrolment).values(**row, **times))
    return Code(text, site, now_s + CODE_S)


def make_key(connection: Connection, vault: Vault, site: str, now_s: float) -> SiteKey:
    """Make a key that is carried to the site by other means, such as Ansible with its vault."""
    key = SiteKey(site_keys.next_number(connection), secrets.token_bytes(32))
    site_keys.keep(connection, vault, site, key, now_s, recount=True)
    return key


class KeyDesk:
    """Where sites ask for keys, with a code or with the key that they have.

    Args:
        store: Where keys and codes are.
        vault: Seals them.
        clock: The centre's clock.
        granted: Called when a site was granted a key.
        ca: PEM of who signed the centre's certificate, for sites to trust; None if everybody trusts it.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        granted: Callable[[], None],
        ca: Path | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._granted = granted
        self._ca = ca
        self._lock = threading.Lock()
        self._window_s = float("-inf")
        self._refusals = 0

    def agree(self, sealed: bytes) -> bytes:
        """Agree on a key with whoever proves to be a site.

        Raises:
            RefusedError: it does not; `too-many` while too many did not.
            sqlalchemy.exc.SQLAlchemyError: nothing could be stored.
        """
        self._limit()
        try:
            envelope = agreeing.read(sealed)
            with self._store.write() as connection:
                granted = self._agree(connection, envelope)
        except CoseError:
            granted = "malformed"
        if isinstance(granted, str):
            with self._lock:
                self._refusals += 1
            raise RefusedError(granted)
        self._granted()
        return granted

    def _agree(self, connection: Connection, envelope: Envelope) -> bytes | str:
        """Return the answer, or why there is none: what is counted of wrong tries has to be stored."""
        if len(envelope.kid) == agreeing.CODE_ID_BYTES:
            return self._enrol(connection, envelope)
        return self._change(connection, envelope)

    def _enrol(self, connection: Connection, envelope: Envelope) -> bytes | str:
        name, now_s, c = envelope.kid.hex(), self._clock.wall_s(), k.enrolment.c
        good = (c.id == name, c.ends_s > now_s, c.wrong < MOST_WRONG)
        row = connection.execute(select(k.enrolment).where(*good)).one_or_none()
        if row is None:
            return "unknown-code"
        secret = self._vault.open(row.sealed, f"code {name}")
        shared = agreeing.shared_of(secret, agreeing.ENROL)
        asked = _asked(shared, envelope)
        if asked is None:
            wrong = update(k.enrolment).where(c.id == name).values(wrong=c.wrong + 1)
            connection.execute(wrong)
            return "wrong-code"
        key, granted = self._grant(connection, shared, row.site, asked)
        told = {"recount": True, "anew": asked.anew}
        site_keys.keep(connection, self._vault, row.site, key, now_s, **told)
        connection.execute(update(k.enrolment).where(c.id == name).values(number=key.number))
        log.info("site_enrolled", site=row.site, key=key.number, anew=asked.anew)
        return granted

    def _change(self, connection: Connection, envelope: Envelope) -> bytes | str:
        number = int.from_bytes(envelope.kid, "big")
        row = site_keys.by_number(connection, number)
        if row is None or not orders.key_change_wanted(connection, row.site):
            return "not-wanted"
        secret = self._vault.open(row.sealed, site_keys.label(row.site, number))
        shared = agreeing.shared_of(secret, agreeing.CHANGE)
        asked = _asked(shared, envelope)
        if asked is None:
            return "not-authentic"
        key, granted = self._grant(connection, shared, row.site, asked)
        site_keys.keep(connection, self._vault, row.site, key, self._clock.wall_s(), recount=False)
        log.info("key_changing", site=row.site, key=key.number)
        return granted

    def _grant(
        self, connection: Connection, shared: Shared, site: str, asked: Asked
    ) -> tuple[SiteKey, bytes]:
        """Return the key that both arrive at, and the sealed answer that leads the site to it."""
        own = X25519PrivateKey.generate()
        public = own.public_key().public_bytes_raw()
        try:
            exchanged = own.exchange(X25519PublicKey.from_public_bytes(asked.public))
        except ValueError:  # all zero: a number of low order (RFC 7748, section 6.1)
            raise CoseError("no public number") from None
        number = site_keys.next_number(connection)
        key = agreeing.agreed(shared, exchanged, asked.public, public, number)
        granted = agreeing.Granted(public, number, site, _pem(self._ca))
        drawn = os.urandom(agreeing.DRAWN_BYTES)
        return key, agreeing.grant(Aead(shared.down), shared, drawn, granted)

    def _limit(self) -> None:
        now_s = self._clock.steady_s()
        with self._lock:
            if now_s - self._window_s > WINDOW_S:
                self._window_s, self._refusals = now_s, 0
            if self._refusals >= REFUSALS:
                raise RefusedError("too-many")


def _asked(shared: Shared, envelope: Envelope) -> Asked | None:
    return agreeing.asked_in(Aead(shared.up), shared, envelope)


def _pem(ca: Path | None) -> str:
    """Return the authority's certificate; a file that cannot be read now is as good as none."""
    if ca is None:
        return ""
    try:
        text = ca.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        log.warning("authority_not_read", reason=str(error))
        return ""
    return text if len(text) <= MOST_CA_BYTES else ""
