"""What comes over the bus, read with tolerance: a property may be missing, or of another type."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]
Interfaces = Mapping[str, Properties]


def plain(values: object) -> dict[str, Any]:
    """Return a dictionary of variants without their signatures; empty if it is none."""
    if not isinstance(values, dict):
        return {}
    return {
        str(name): value[1] if isinstance(value, tuple) and len(value) == 2 else value
        for name, value in values.items()
    }


def text(values: Properties, name: str) -> str:
    """Return a text; empty if there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def number(values: Properties, name: str, default: int = 0) -> int:
    """Return a whole number."""
    value = values.get(name)
    return value if isinstance(value, int) else default


def paths(values: Properties, name: str) -> tuple[str, ...]:
    """Return a list of object paths."""
    value = values.get(name)
    return tuple(str(path) for path in value) if isinstance(value, list) else ()


def digest(content: str) -> str:
    """Return what tells contents apart that stand in one store of a few hundred.

    Nobody gains by forging it, and hashlib alone takes 3.6 MiB of a child (measured).
    """
    octets = content.encode("utf-8", "replace")
    return f"{zlib.crc32(octets):08x}{zlib.adler32(octets):08x}{len(octets):x}"
