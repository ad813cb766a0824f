"""Keys of sites: made here, kept by the site, known to the centre only by their SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

KEY_BYTES: Final = 32
_KEY_SHAPE: Final = re.compile(r"[\x21-\x7e]{32,256}")


def make_site_key() -> tuple[str, str]:
    """Make a new site key.

    Returns:
        The key as URL-safe text of 43 characters (256 random bits), to be kept on the site alone, and its
        SHA-256 in hex for `key_sha256` in central.toml. The key is random, not chosen by a person, so a
        plain hash is enough: there is nothing to guess.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    return key, fingerprint(key)


def fingerprint(key: str) -> str:
    """Return the SHA-256 of the key's text, in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def bearer(authorization: str) -> str | None:
    """Return the key out of an `Authorization` header's value, None if there is none of the right shape."""
    scheme, _, key = authorization.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not _KEY_SHAPE.fullmatch(key):
        return None
    return key
