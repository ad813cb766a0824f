"""Opens sealed beats and seals the answers, with the keys in the database.

    read --> key known? --> authentic? --> a beat? --> its site's, once its counter is newer than all before

Whether the counter is newer is the database's to say (`taking`), so several receivers agree. What a site
sends again because the answer was lost gets that very answer again, from memory; it is stored no second time
and nothing new is sealed for it.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from notanker.beat import cose, packed, sealing
from notanker.beat.keys import derive
from notanker.beat.shapes import Packed
from notanker.core.heartbeat import Beat
from notanker_central import site_keys
from notanker_central.checking import RefusedError
from notanker_central.clock import Clock
from notanker_central.store import Store
from notanker_central.taken import Taken
from notanker_central.vault import Vault, VaultError

log: Final = structlog.get_logger(__name__)

NOT_LISTED: Final = "not-listed"
ENDED: Final = {NOT_LISTED: "not-listed", site_keys.REVOKED: "revoked-key"}
"""What a beat with a key that is good no more is refused for; else it is an old key."""
NEW_S: Final = 0.1
"""So soon a key is known that another receiver has granted."""
AT_ONCE: Final = 256
"""So many lots are drawn at once: asking the kernel costs more than they do."""
LOOK_S: Final = 1.0
"""So soon a key that a command made or revoked counts in a running centre."""


class Aead:
    """ChaCha20-Poly1305 as the codec asks for it."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Return the ciphertext with its tag."""
        return self._cipher.encrypt(nonce, plaintext, aad)

    def open(self, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes | None:
        """Return the plaintext, None if it is not authentic."""
        try:
            return self._cipher.decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            return None


@dataclass(slots=True)
class _Key:
    """A key of a site; what is derived from it is made when it is needed first."""

    site: str
    sealed: bytes
    pending: bool
    why: str
    up: Aead | None = None
    up_iv: bytes = b""
    up_iv_number: int = 0
    down: Aead | None = None
    down_iv: bytes = b""
    last: tuple[int, bytes, bytes] = (0, b"", b"")
    """The counter that was answered last, its beat as it came, and the answer."""


class Opened:
    """A beat whose sender has proved to be its site.

    Not frozen, and `beat` made only when somebody asks for it: there are 40,000 a second of these, and of
    most of them nobody does.

    Attributes:
        site: The site's id.
        counter: The beat's counter.
        record: The packed beat as it came, and `packed` what was read of it.
        key: The number of the site's key.
        sealed: The beat as it came.
    """

    __slots__ = ("_beat", "counter", "key", "packed", "record", "sealed", "site")

    def __init__(
        self, site: str, counter: int, record: bytes, found: Packed, key: int, sealed: bytes
    ) -> None:
        self.site = site
        self.counter = counter
        self.record = record
        self.packed = found
        self.key = key
        self.sealed = sealed
        # What can be wrong still is found out now, while it can be refused.
        plain = found.about is None and found.events is None
        self._beat = None if plain else _beat(found, site, counter)

    @property
    def beat(self) -> Beat:
        """What the site tells."""
        if self._beat is None:
            self._beat = _beat(self.packed, self.site, self.counter)
        return self._beat


class Opener:
    """The centre's end of the seal. Safe to use from several threads.

    Args:
        store: Where the keys are.
        vault: Opens them.
        clock: The centre's clock.
    """

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[int, _Key] = {}
        self._change = 0
        self._looked_s = float("-inf")
        self._lots: list[bytes] = []

    def open(self, sealed: bytes) -> Opened:
        """Return the beat in a sealed one.

        Raises:
            RefusedError: it is none, or not by one of our sites; with the earlier answer if it is the
                very beat that was answered last.
            sqlalchemy.exc.SQLAlchemyError: the keys cannot be read.
        """
        number, counter, record, key = self._decrypted(sealed)
        answered, beat, answer = key.last
        if answered == counter and beat == sealed:
            raise RefusedError("repeated", answer)
        opened = Opened(key.site, counter, record, _read(record), number, sealed)
        if key.pending:
            self._use_first(number, key)
        return opened

    def _decrypted(self, sealed: bytes) -> tuple[int, int, bytes, _Key]:
        usual = sealing.read_usual(sealed)
        if usual is not None:
            number, counter, ciphertext = usual
            key = self._key(number)
            record = sealing.open_usual(_ready(key.up), key.up_iv_number, counter, ciphertext)
        else:
            try:
                envelope, number, counter = sealing.read_beat(sealed)
            except cose.CoseError:
                raise RefusedError("malformed") from None
            key = self._key(number)
            record = cose.decrypt0(envelope, _ready(key.up), key.up_iv)
        if record is None:
            raise RefusedError("not-authentic")
        return number, counter, record, key

    def read_keys(self) -> None:
        """Read all keys, so that the first beats need not wait: a second for 100,000.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: they cannot be read.
        """
        with self._lock:
            self._look()
            self._looked_s = self._clock.steady_s()

    def look_again(self) -> None:
        """Look at the keys with the next beat: one was granted."""
        with self._lock:
            self._looked_s = float("-inf")

    def answer(self, opened: Opened, taken: Taken) -> bytes:
        """Return the sealed acknowledgement of a beat that is on the disk."""
        key = self._keys[opened.key]
        drawn = self._draw()
        record = taken.record or packed.pack_ack(taken.ack)
        sealed = sealing.seal_answer(_ready(key.down), key.down_iv, opened.counter, drawn, record)
        key.last = (opened.counter, opened.sealed, sealed)
        return sealed

    def _draw(self) -> bytes:
        """Return bytes drawn by lot, for one answer alone."""
        try:
            return self._lots.pop()
        except IndexError:
            drawn, size = os.urandom(AT_ONCE * sealing.DRAWN_BYTES), sealing.DRAWN_BYTES
            self._lots = [drawn[at : at + size] for at in range(size, len(drawn), size)]
            return drawn[:size]

    def _key(self, number: int) -> _Key:
        """Return a key that is good.

        Raises:
            RefusedError: there is none of that number, or it is good no more.
        """
        now_s, key = self._clock.steady_s(), self._keys.get(number)
        if key is None or key.up is None or now_s - self._looked_s >= LOOK_S:
            with self._lock:
                if now_s - self._looked_s >= (NEW_S if key is None else LOOK_S):
                    self._look()
                    self._looked_s = now_s
                key = self._known(number)
        if key.why:
            raise RefusedError(ENDED.get(key.why, "old-key"))
        return key

    def _known(self, number: int) -> _Key:
        key = self._keys.get(number)
        if key is None:
            raise RefusedError("unknown-key")
        if key.up is None and not key.why:
            self._derive(number, key)
        return key

    def _look(self) -> None:
        with self._store.read() as connection:
            rows = site_keys.changed(connection, self._change)
        for row in rows:
            self._change = row.change
            known = self._keys.get(row.number)
            if known is None or known.sealed != row.sealed:
                known = self._keys[row.number] = _Key(row.site, row.sealed, pending=True, why="")
            known.pending = row.used_s is None
            known.why = row.why if row.listed else NOT_LISTED

    def _derive(self, number: int, key: _Key) -> None:
        try:
            secret = self._vault.open(key.sealed, site_keys.label(key.site, number))
        except VaultError as error:
            log.error("key_not_opened", site=key.site, detail=str(error))
            raise RefusedError("key-not-opened") from None
        derived = derive(secret)
        key.down, key.down_iv = Aead(derived.down), derived.down_iv
        key.up_iv, key.up_iv_number = derived.up_iv, int.from_bytes(derived.up_iv, "big")
        key.up = Aead(derived.up)

    def _use_first(self, number: int, key: _Key) -> None:
        with self._store.write() as connection:
            used = site_keys.use_first(connection, number, self._clock.wall_s())
        if used:
            log.info("key_in_force", site=key.site, key=number)
        with self._lock:
            self._look()
        if key.why:  # ended by somebody since we looked
            raise RefusedError("old-key")


def _ready(aead: Aead | None) -> Aead:
    if aead is None:
        raise RuntimeError("a key that was not derived")
    return aead


def _read(record: bytes) -> Packed:
    try:
        return packed.read(record)
    except packed.PackedError as error:
        raise RefusedError(error.reason) from None


def _beat(found: Packed, site: str, counter: int) -> Beat:
    try:
        return packed.beat_of(found, site, counter)
    except packed.PackedError as error:
        raise RefusedError(error.reason) from None
