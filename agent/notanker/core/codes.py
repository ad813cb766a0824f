"""One-time codes: from an authenticator (RFC 6238), or from a list on paper."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

STEP_S: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1
"""Steps before and after the present one that count: a phone's clock is some seconds off (RFC 6238, 5.2)."""
PAPER_CHARACTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look like one another on paper."""
PAPER_LENGTH: Final = 8
LEAST_SECRET_BYTES: Final = 10
"""RFC 4226, R6: 128 bits should be, 80 are met in life."""


def secret_of(text: str) -> bytes | None:
    """Return the secret that is written in base 32, None if it is none."""
    plain = text.replace(" ", "").upper()
    try:
        secret = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) >= LEAST_SECRET_BYTES else None


def totp(secret: bytes, step: int) -> str:
    """Return the code of that time step (RFC 6238 with RFC 4226's truncation)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, now_s: float, last: int) -> int | None:
    """Return the time step that the code belongs to, None if it is wrong, too old, or was used.

    Args:
        secret: The person's secret.
        code: What was sent.
        now_s: Wall seconds; the clock must be trusted, or any old code could count.
        last: The latest step that was used; this one and all before it count no more (RFC 6238, 5.2).
    """
    now = int(now_s // STEP_S)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(totp(secret, step), code) and step > last:
            found = step
    return found


def paper_hash(code: str) -> str:
    """Return what the box keeps of a code on paper.

    Eight characters of 31 are 39 bits: enough against guessing by SMS, where tries are counted; not against
    somebody who has the file, and that one is on the box already.
    """
    return hashlib.pbkdf2_hmac("sha256", code.encode(), b"notanker paper code", 20_000).hex()


def paper_match(code: str, hashes: Iterable[str]) -> str | None:
    """Return the hash that the code belongs to, None if there is none."""
    own = paper_hash(code)
    found = None
    for one in hashes:
        if hmac.compare_digest(own, one):
            found = one
    return found
