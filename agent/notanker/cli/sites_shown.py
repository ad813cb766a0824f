"""The centre's list of sites on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from notanker.cli.output import say


def rows(found: Iterable[tuple[Any, Any]]) -> list[dict[str, object]]:
    """Return each site as JSON tells it.

    Args:
        found: Each site's row with that of the key which it uses.
    """
    return [
        {
            "id": site.id,
            "name": site.name,
            "region": site.region,
            "state": site.state,
            "interval_s": site.interval_s,
            "grace_s": site.grace_s,
            "declared": site.declared,
            "key": None if key is None else key.number,
        }
        for site, key in found
    ]


def shown(found: Iterable[dict[str, object]]) -> list[str]:
    """Return a line for each site."""
    return [f"{one['id']:<24} {one['name']:<28} {_key_of(one)}" for one in found]


def _key_of(one: dict[str, object]) -> str:
    if one["key"] is None:
        return say("ohne Schlüssel", "no key")
    return say(f"Schlüssel {one['key']}", f"key {one['key']}")
