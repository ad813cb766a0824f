"""The site's end of the seal: its key file, beats sealed with it, answers opened."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from notanker import __version__
from notanker.beat import agreeing, packed, sealing
from notanker.beat.agreeing import Asked, Granted
from notanker.beat.cose import CoseError
from notanker.beat.keys import Derived, SiteKey, derive, key_of
from notanker.core.heartbeat import Ack, Beat
from notanker.errors import NotankerError
from notanker.files import replace_file
from notanker.shell.aead import Aead, Exchange

KEY_MODE: Final = 0o600
_MOST_KEY_BYTES: Final = 256


class SealError(NotankerError):
    """The key cannot be used, or what came is no answer of the centre's."""


def read_key(path: Path) -> SiteKey:
    """Read a key file.

    Raises:
        SealError: it cannot be read, or holds none.
    """
    try:
        with path.open("rb") as stream:
            return key_of(stream.read(_MOST_KEY_BYTES).decode("ascii"))
    except (OSError, ValueError) as error:
        raise SealError(f"the site's key in {path} cannot be used: {error}") from None


def write_key(path: Path, key: SiteKey) -> None:
    """Write a key file, for its owner alone; a power cut leaves the old one or the new one.

    Raises:
        OSError: it cannot be written; the old one is as it was.
    """
    replace_file(path, f"{key.text()}\n".encode(), sync=True, mode=KEY_MODE, keep_owner=True)


def bearer_of(path: Path) -> str:
    """Return the token for what travels by HTTPS and is no beat.

    Raises:
        SealError: the key file cannot be used.
    """
    return derive(read_key(path).secret).bearer


class SiteSeal:
    """Seals beats with one key, and opens the answers to them."""

    def __init__(self, key: SiteKey) -> None:
        self.key: Final = key
        self._derived: Derived = derive(key.secret)
        self._up, self._down = Aead(self._derived.up), Aead(self._derived.down)

    @property
    def bearer(self) -> str:
        """The token for what travels by HTTPS and is no beat."""
        return self._derived.bearer

    def seal(self, beat: Beat) -> bytes:
        """Return the sealed beat. Its counter must never have been used with this key."""
        record = packed.pack(beat)
        return sealing.seal_beat(self._up, self._derived.up_iv, self.key.kid, beat.counter, record)

    def size_bytes(self, beat: Beat) -> int:
        """Return how long the beat is once it is sealed."""
        return sealing.size_bytes(self.key.kid, beat.counter, len(packed.pack(beat)))

    def open(self, answer: bytes, counter: int) -> Ack:
        """Return what the centre says to the beat with that counter.

        Raises:
            SealError: it is no answer to it.
        """
        try:
            record = sealing.open_answer(self._down, self._derived.down_iv, counter, answer)
            if record is None:
                raise SealError("an answer that is not the centre's, or not to this beat")
            return packed.unpack_ack(record, counter)
        except (CoseError, packed.PackedError) as error:
            raise SealError(f"no acknowledgement: {error}") from None


@dataclass(frozen=True, slots=True)
class Agreement:
    """One try to agree on a key with the centre; see `beat.agreeing`.

    Args:
        secret: What both have: the code's secret, or the key that is to be changed.
        purpose: `agreeing.ENROL` or `agreeing.CHANGE`.
        kid: What the centre knows the secret by.
    """

    secret: bytes = field(repr=False)
    purpose: bytes
    kid: bytes
    exchange: Exchange = field(default_factory=Exchange, repr=False)

    def asked(self, *, anew: bool = False) -> bytes:
        """Return what is sent to the centre; `anew` says that the journal is a new one."""
        shared = agreeing.shared_of(self.secret, self.purpose)
        asked = Asked(self.exchange.public, anew, __version__)
        drawn = os.urandom(agreeing.DRAWN_BYTES)
        return agreeing.ask(Aead(shared.up), shared, self.kid, drawn, asked)

    def granted(self, answer: bytes) -> tuple[SiteKey, Granted]:
        """Return the key that both arrive at, and what else the centre says.

        Raises:
            SealError: the answer is not the centre's.
        """
        shared = agreeing.shared_of(self.secret, self.purpose)
        try:
            granted = agreeing.granted_in(Aead(shared.down), shared, answer)
            if granted is None:
                raise SealError("an answer that is not the centre's")
            exchanged = self.exchange.with_(granted.public)
        except ValueError as error:
            raise SealError(f"no answer of the centre's: {error}") from None
        own = self.exchange.public
        return agreeing.agreed(shared, exchanged, own, granted.public, granted.number), granted


def code_agreement(secret: bytes) -> Agreement:
    """Return a try to be enrolled by a code's secret."""
    return Agreement(secret, agreeing.ENROL, agreeing.code_id(secret))


def change_agreement(key: SiteKey) -> Agreement:
    """Return a try to have another key instead of this one."""
    return Agreement(key.secret, agreeing.CHANGE, key.kid)
