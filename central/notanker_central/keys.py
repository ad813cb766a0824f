"""Keys of sites: made here, kept by the site, known to the centre only by their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Final, Protocol

KEY_BYTES: Final = 32
_NOBODY: Final = "0" * 64
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


class _Known(Protocol):
    """A site as central.toml has it."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def key_sha256(self) -> str:
        """The SHA-256 of its key, in hex."""


class Keyring:
    """Tells whether a key is that of a site."""

    def __init__(self, sites: Iterable[_Known]) -> None:
        self._known: Final = {site.id: site.key_sha256.lower() for site in sites}

    def opens(self, site: str, authorization: str) -> bool:
        """Tell whether the header's value has the key of that site.

        A site that isn't known is compared as well, so that the time tells nothing.
        """
        key = bearer(authorization) or ""
        known = self._known.get(site, _NOBODY)
        return hmac.compare_digest(fingerprint(key), known)
