"""The table of what devices ask when they join a Wi-Fi, as data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import msgspec

TABLE: Final = Path(__file__).with_name("captive_probes.toml")


class Probe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question, on several names and paths.

    Attributes:
        client: Who asks.
        unseen: What a device gets that has not seen the portal: the home page, or the way there.
        always: Whether that never changes: a person asks, not a program.
        status: What makes a device believe that it is online, with `body` and `fields`.
        source: Where that is known from.
        tried: With what it was tried.
    """

    client: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    unseen: Literal["page", "redirect"]
    status: int
    source: str
    always: bool = False
    body: str = ""
    fields: dict[str, str] = {}
    tried: str = ""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    probe: tuple[Probe, ...]


@lru_cache(maxsize=1)
def probes() -> tuple[Probe, ...]:
    """Return the table."""
    return msgspec.toml.decode(TABLE.read_bytes(), type=_Table).probe


def hosts() -> tuple[str, ...]:
    """Return all names that are asked, in order."""
    return tuple(sorted({host for probe in probes() for host in probe.hosts}))
