"""Systems of an invented site, with watches, for tests of the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from notanker.core.checking import EVIDENCE
from notanker.core.graph import System
from notanker.core.names import Kind, Layer, Uplink, Via
from notanker.core.settings import Anchor, Check, Pace, WatchSettings

PACE: Final = Pace(15.0, 0.2, least_timeout_s=0.25, most_timeout_s=1.5)


def address_of(number: int) -> str:
    """Return the address of a site's n-th system."""
    return f"192.0.2.{10 + number}"


def check(system: str, via: Via, address: str, number: int = 0) -> Check:
    """Return an ICMP watch of a system at the shipped pace."""
    anchor = Anchor(Layer.ICMP, address)
    watch = WatchSettings(
        Uplink.PRIMARY, Layer.ICMP, (anchor,), PACE, idle_s=PACE.calm_s, evidence=EVIDENCE
    )
    return Check(f"{system} {number}", system, via, watch)


def system_of(row: Mapping[str, Any]) -> System:
    """Return the system that a row of a script describes."""
    name = row.get("name", row["id"])
    return System(
        row["id"],
        Kind(row.get("kind", "other")),
        (name, name),
        tuple(row.get("needs", ())),
        tuple(row.get("provides", ())),
    )


def checks_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Check, ...]:
    """Return the watches of those rows that have one."""
    return tuple(
        check(row["id"], Via(row["watch"]), address_of(number), number)
        for number, row in enumerate(rows)
        if "watch" in row
    )
