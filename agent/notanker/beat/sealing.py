"""Seals beats and answers: the counter is the nonce, and which key it is rides along in the open.

A beat's partial IV is its counter. An answer's context IV holds the counter of the beat that it answers, so
it opens for no other one; its partial IV is drawn by lot, because a centre that was restored from a copy
may take a counter a second time and would else use a nonce twice.
"""

from __future__ import annotations

from typing import Final

from notanker.beat import cose
from notanker.beat.cose import Aead, Envelope

MOST_COUNTER: Final = 2**53
DRAWN_BYTES: Final = 4
_DRAWN_BITS: Final = 8 * DRAWN_BYTES
_MOST_KID_BYTES: Final = 4


def seal_beat(aead: Aead, context_iv: bytes, kid: bytes, counter: int, plaintext: bytes) -> bytes:
    """Seal what a site sends.

    Args:
        aead: With the key of this direction.
        context_iv: That key's.
        kid: The number of the site's key.
        counter: Of the beat, never used before with this key.
        plaintext: The packed beat.
    """
    return cose.encrypt0(aead, context_iv, kid, _shortest(counter), plaintext)


def size_bytes(kid: bytes, counter: int, plaintext_bytes: int) -> int:
    """Return how long a sealed beat becomes, without sealing it."""
    return cose.size_bytes(kid, _shortest(counter), plaintext_bytes)


def read_beat(sealed: bytes) -> tuple[Envelope, int, int]:
    """Take a site's message apart, and return its key's number and its counter with it, all unproven.

    Raises:
        cose.CoseError: it is none.
    """
    envelope = cose.read(sealed)
    if not envelope.kid or envelope.iv or envelope.protected != cose.PROTECTED:
        raise cose.CoseError("not a beat")
    number, counter = (int.from_bytes(n, "big") for n in (envelope.kid, envelope.partial_iv))
    if envelope.kid[0] == 0 or len(envelope.kid) > _MOST_KID_BYTES:
        raise cose.CoseError("no key has this number")
    if envelope.partial_iv != _shortest(counter) or not 0 < counter <= MOST_COUNTER:
        raise cose.CoseError("no counter is like this")
    return envelope, number, counter


def seal_answer(
    aead: Aead, context_iv: bytes, counter: int, drawn: bytes, plaintext: bytes
) -> bytes:
    """Seal what the centre answers.

    Args:
        aead: With the key of this direction.
        context_iv: That key's.
        counter: Of the beat that is answered.
        drawn: Four bytes drawn by lot for this answer alone.
        plaintext: The packed acknowledgement.
    """
    return cose.encrypt0(aead, _answering(context_iv, counter), b"", drawn, plaintext)


def open_answer(aead: Aead, context_iv: bytes, counter: int, sealed: bytes) -> bytes | None:
    """Return what the centre answered to that very beat, None if it is not authentic.

    Raises:
        cose.CoseError: the bytes are no answer.
    """
    envelope = cose.read(sealed)
    drawn = len(envelope.partial_iv) == DRAWN_BYTES
    if envelope.kid or not drawn or envelope.protected != cose.PROTECTED:
        raise cose.CoseError("not an answer")
    return cose.decrypt0(envelope, aead, _answering(context_iv, counter))


def _answering(context_iv: bytes, counter: int) -> bytes:
    return cose.nonce(context_iv, (counter << _DRAWN_BITS).to_bytes(cose.NONCE_BYTES, "big"))


def _shortest(counter: int) -> bytes:
    return counter.to_bytes(max(1, (counter.bit_length() + 7) // 8), "big")
