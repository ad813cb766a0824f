"""The key of a site's links: the one place that knows what it is derived from.

All that the centre keeps of a site's key today is the SHA-256 of the key's text, so both sides begin there.
Once both hold the 32 bytes of a `SiteKey`, `expand(secret, LABEL)` is all there is to it.
"""

from __future__ import annotations

import hashlib
from typing import Final

from notanker.beat.keys import expand

LABEL: Final = b"link"


def key_of(site_key: str) -> bytes:
    """Return the key of a site's links, from the text of the site's key: for the site."""
    return key_from(hashlib.sha256(site_key.encode("utf-8", "surrogatepass")).hexdigest())


def key_from(fingerprint: str) -> bytes:
    """Return the key of a site's links, from the SHA-256 of the site's key in hex: for the centre."""
    return expand(bytes.fromhex(fingerprint), LABEL)
