"""A sealed beat as the text of one SMS: letters that every network and gateway passes as they are.

Base64 (RFC 4648, section 4) has no sign that takes two places in the GSM 7-bit alphabet (3GPP TS 23.038,
section 6.2.1); base64url has `_`, which some gateways turn into something else.
"""

from __future__ import annotations

import base64
import re
from typing import Final

MARK: Final = "NTK1"
SEGMENT: Final = 160
_TAIL: Final = 14
"""What the outbox writes behind it: its own mark, such as " Nr B-123456r"."""
MOST_BYTES: Final = (SEGMENT - _TAIL - len(MARK)) * 3 // 4
_TEXT: Final = re.compile(rf"(?<![A-Za-z0-9+/]){MARK}([A-Za-z0-9+/]{{40,152}})(?![A-Za-z0-9+/=])")
_LONGEST: Final = 1600
"""Of a text that is looked at: ten segments; gateways put words of their own around what they pass on."""


def text_of(sealed: bytes) -> str:
    """Return the text of a sealed beat.

    Raises:
        ValueError: it is too long for one segment.
    """
    if len(sealed) > MOST_BYTES:
        raise ValueError(f"{len(sealed)} bytes where {MOST_BYTES} fit")
    return MARK + base64.b64encode(sealed).decode().rstrip("=")


def sealed_in(text: str) -> bytes:
    """Return the sealed beat in a text; nothing of it is proven by that.

    Raises:
        ValueError: there is none.
    """
    found = _TEXT.search(text[:_LONGEST])
    if found is None:
        raise ValueError("no beat in this text")
    letters = found[1]
    return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
