"""How site and centre agree on a key: X25519 (RFC 7748), sealed by a secret that both have already.

That secret is the code on paper when a site is enrolled, and its old key when that one is changed. It proves
both sides to each other, so nobody in between can take part, certificate or not; and as each side adds a
number of its own for this one time, whoever finds the paper later, or has stolen the old key and only
listened, still does not know the new one.

The site sends its public number, the centre answers with its own and the number that the key gets there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from notanker.beat import cose
from notanker.beat.cose import Aead, CoseError, Envelope
from notanker.beat.keys import MOST_NUMBER, SiteKey, expand

ENROL: Final = b"enrol"
CHANGE: Final = b"change"
CODE_ID_BYTES: Final = 8
DRAWN_BYTES: Final = 8
MOST_BYTES: Final = 16 * 1024
"""Of a message; a chain of certificates is the longest part."""

_Public = Annotated[bytes, Meta(min_length=32, max_length=32)]


class Asked(msgspec.Struct, array_like=True, frozen=True):
    """What the site sends.

    Attributes:
        anew: Its journal is a new one, as after a new SD card: it counts from the beginning.
    """

    public: _Public
    anew: bool = False
    version: Annotated[str, Meta(max_length=64)] = ""


class Granted(msgspec.Struct, array_like=True, frozen=True):
    """What the centre answers; `ca` is PEM, empty if its certificate is one that everybody trusts."""

    public: _Public
    number: Annotated[int, Meta(ge=1, le=MOST_NUMBER)]
    site: Annotated[str, Meta(max_length=64)]
    ca: Annotated[str, Meta(max_length=MOST_BYTES)] = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What is derived from the secret that both have, for one purpose."""

    root: bytes
    up: bytes
    up_iv: bytes
    down: bytes
    down_iv: bytes

    def __repr__(self) -> str:
        """Show none of it."""
        return "Shared(...)"


_ASKED: Final = msgspec.msgpack.Decoder(Asked)
_GRANTED: Final = msgspec.msgpack.Decoder(Granted)


def shared_of(secret: bytes, purpose: bytes) -> Shared:
    """Return what is derived from a secret, for `ENROL` or `CHANGE`."""
    return Shared(
        root=expand(secret, purpose + b" root"),
        up=expand(secret, purpose + b" up key"),
        up_iv=expand(secret, purpose + b" up iv", cose.NONCE_BYTES),
        down=expand(secret, purpose + b" down key"),
        down_iv=expand(secret, purpose + b" down iv", cose.NONCE_BYTES),
    )


def code_id(secret: bytes) -> bytes:
    """Return what a code is called by, which tells nothing of it."""
    return expand(secret, b"enrol id", CODE_ID_BYTES)


def ask(aead: Aead, shared: Shared, kid: bytes, drawn: bytes, asked: Asked) -> bytes:
    """Seal what the site sends; `aead` has the key `shared.up`, `drawn` is eight bytes by lot."""
    return cose.encrypt0(aead, shared.up_iv, kid, drawn, msgspec.msgpack.encode(asked))


def read(sealed: bytes) -> Envelope:
    """Take what a site sent apart; its `kid` says which secret it is sealed by.

    Raises:
        CoseError: it is nothing of the kind.
    """
    envelope = cose.read(sealed[: MOST_BYTES + 1])
    if len(envelope.partial_iv) != DRAWN_BYTES or envelope.protected != cose.PROTECTED:
        raise CoseError("not sealed like this")
    return envelope


def asked_in(aead: Aead, shared: Shared, envelope: Envelope) -> Asked | None:
    """Return what the site sent, None if it does not know the secret."""
    record = cose.decrypt0(envelope, aead, shared.up_iv)
    return None if record is None else _decoded(_ASKED, record)


def grant(aead: Aead, shared: Shared, drawn: bytes, granted: Granted) -> bytes:
    """Seal what the centre answers; `aead` has the key `shared.down`."""
    return cose.encrypt0(aead, shared.down_iv, b"", drawn, msgspec.msgpack.encode(granted))


def granted_in(aead: Aead, shared: Shared, sealed: bytes) -> Granted | None:
    """Return what the centre answered, None if it is not authentic.

    Raises:
        CoseError: it is nothing of the kind.
    """
    record = cose.decrypt0(read(sealed), aead, shared.down_iv)
    return None if record is None else _decoded(_GRANTED, record)


def agreed(shared: Shared, exchanged: bytes, site: bytes, centre: bytes, number: int) -> SiteKey:
    """Return the key that both arrive at.

    Args:
        shared: What both had before.
        exchanged: What X25519 gives either side.
        site: The site's public number.
        centre: The centre's.
        number: What the centre calls the key.
    """
    return SiteKey(number, expand(shared.root + exchanged, b"site key " + site + centre))


S = TypeVar("S", bound=msgspec.Struct)


def _decoded(decoder: msgspec.msgpack.Decoder[S], record: bytes) -> S:
    try:
        return decoder.decode(record)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CoseError(str(error)) from None
