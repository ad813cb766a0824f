"""All keys of a site out of one: 32 random bytes that site and centre share (HKDF-SHA256, RFC 5869).

Each direction has a key of its own, so no message can be sent back to whom it came from. Reports and plans
go by HTTPS with a bearer token, which is derived too: it tells nothing about the other keys.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from notanker.beat.cose import NONCE_BYTES

KEY_BYTES: Final = 32
MOST_NUMBER: Final = 2**32 - 1
_EXTRACTED_BY: Final = b"notanker beat 1"


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from a site's key.

    Attributes:
        up: Key of what the site sends, and `up_iv` its context IV.
        down: Key of what the centre answers, and `down_iv` its context IV.
        bearer: Token for what travels by HTTPS and is no beat.
    """

    up: bytes
    up_iv: bytes
    down: bytes
    down_iv: bytes
    bearer: str

    def __repr__(self) -> str:
        """Show none of it: what is logged by mistake is a secret no more."""
        return "Derived(...)"


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A site's key and the number that the centre gave it.

    As text, which is what the site's key file holds: the number, a dot, the key in URL-safe base64.
    """

    number: int
    secret: bytes

    def __repr__(self) -> str:
        """Show the number alone."""
        return f"SiteKey({self.number})"

    @property
    def kid(self) -> bytes:
        """The number as messages bear it: big-endian, as short as it can be."""
        return kid_of(self.number)

    def text(self) -> str:
        """Return the key as a key file has it."""
        return f"{self.number}.{base64.urlsafe_b64encode(self.secret).decode().rstrip('=')}"


def kid_of(number: int) -> bytes:
    """Return a key's number as messages bear it."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


def key_of(text: str) -> SiteKey:
    """Read a key as a key file has it.

    Raises:
        ValueError: it is none.
    """
    number, _, secret = text.strip().partition(".")
    if not (number.isascii() and number.isdigit()) or not 0 < int(number[:12]) <= MOST_NUMBER:
        raise ValueError("no number before a dot")
    found = base64.b64decode(f"{secret}=", altchars=b"-_", validate=True)
    if len(found) != KEY_BYTES:
        raise ValueError(f"{len(found)} bytes instead of {KEY_BYTES}")
    return SiteKey(int(number), found)


def derive(secret: bytes) -> Derived:
    """Return what is derived from a site's key."""
    return Derived(
        up=expand(secret, b"up key"),
        up_iv=expand(secret, b"up iv", NONCE_BYTES),
        down=expand(secret, b"down key"),
        down_iv=expand(secret, b"down iv", NONCE_BYTES),
        bearer=base64.urlsafe_b64encode(expand(secret, b"bearer")).decode().rstrip("="),
    )


def expand(secret: bytes, label: bytes, size: int = KEY_BYTES) -> bytes:
    """Return HKDF-SHA256 of a secret for one purpose; at most 32 bytes, so one round is all there is."""
    if size > hashlib.sha256().digest_size:
        raise ValueError("more than one round of HKDF")
    extracted = hmac.digest(_EXTRACTED_BY, secret, "sha256")
    return hmac.digest(extracted, label + b"\x01", "sha256")[:size]
