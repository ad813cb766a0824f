"""The key of a site's links: the one place that knows what it is derived from."""

from __future__ import annotations

from typing import Final

from notanker.beat.keys import expand

LABEL: Final = b"link"


def key_of(secret: bytes) -> bytes:
    """Return the key of a site's links, from the site's 32 bytes."""
    return expand(secret, LABEL)
