"""Texts within answers: GSM's alphabet, UCS-2 in hexadecimal, packed septets (3GPP TS 23.038)."""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin.sms import alphabet, packing
from notanker.plugin.sms.alphabet import DEFAULT

_AS_GSM: Final = {code: char for code, char in enumerate(DEFAULT) if code >= 0x20}
_HEX_PAIRS: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
_LEAST_HEX: Final = 8
_TRASH: Final = re.compile("[\x00\ud800-\udfff\ufffe\uffff].*", re.DOTALL)


def of_gsm(text: str) -> str:
    """Read a text whose octets are GSM's septets: `@` is an `¡` there."""
    return text.translate(_AS_GSM)


def of_hex(text: str) -> str:
    """Read UCS-2 in hexadecimal; "" if it is something else."""
    if len(text) % 4 or not _HEX_PAIRS.fullmatch(text):
        return ""
    read = bytes.fromhex(text).decode("utf-16-be", "replace")
    return read if _is_readable(read) else ""


def of_septets(text: str) -> str:
    """Read packed septets in hexadecimal; "" if it is something else."""
    if len(text) < _LEAST_HEX or not _HEX_PAIRS.fullmatch(text):
        return ""
    octets = bytes.fromhex(text)
    # Seven bits that are left over in the last octet are a carriage return, or nothing (23.038, 6.1.2.3.1).
    return alphabet.text_of(packing.unpack(octets, len(octets) * 8 // 7)).rstrip("\r\n@")


def trimmed(text: str) -> str:
    """Return the text up to the first character that no text has: memory that was never written."""
    return _TRASH.sub("", text).strip()


def _is_readable(text: str) -> bool:
    """Say whether UCS-2 makes sense of it: packed septets read so give characters from everywhere."""
    start = text[:16]
    return len({ord(char) >> 8 for char in start}) <= max(2, len(start) // 5)
