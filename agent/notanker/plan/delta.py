"""Packs a file for a slow line: what the other side has already is its dictionary.

A contact whose number changes costs a few hundred bytes, not its file. Both sides name what they mean by its
SHA-256, as compression dictionary transport does (RFC 9842). Its codings need brotli or zstd, which Python
3.11 does not have; zlib with a preset dictionary (RFC 1950, 2.2) does the same within 32 KiB.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from typing import Final

PLAIN: Final = "deflate"
WITH_BASE: Final = "x-zlib-dictionary"
"""The content codings: packed by itself, or with what the other side has."""
BASE_HEADER: Final = "available-dictionary"
_DIGEST: Final = re.compile(r":([A-Za-z0-9+/]{43}=):")


def digest(content: bytes) -> str:
    """Return the SHA-256 of the content, in hex."""
    return hashlib.sha256(content).hexdigest()


def named(sha256: str) -> str:
    """Return the header's value that says "I have the content of that SHA-256"."""
    return f":{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def name_in(header: str) -> str:
    """Return the SHA-256, in hex, that the header's value names; empty if it names none."""
    found = _DIGEST.fullmatch(header.strip())
    if found is None:
        return ""
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except binascii.Error:
        return ""


def pack(content: bytes, base: bytes = b"") -> bytes:
    """Return the content packed, with the base as its dictionary if there is one."""
    packer = zlib.compressobj(9, zdict=base) if base else zlib.compressobj(9)
    return packer.compress(content) + packer.flush()


def unpack(packed: bytes, limit_bytes: int, base: bytes = b"") -> bytes:
    """Return what was packed.

    Args:
        packed: What came.
        limit_bytes: The content may have so many bytes.
        base: What it was packed with.

    Raises:
        ValueError: it is broken, cut off, or unpacks to more than that.
    """
    unpacker = zlib.decompressobj(zdict=base) if base else zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, limit_bytes + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(content) > limit_bytes or not unpacker.eof or unpacker.unused_data:
        raise ValueError("it is cut off, or longer than it may be")
    return content
