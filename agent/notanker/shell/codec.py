"""Facts, beats, reports and snapshots to JSON and back. The core knows no format; this is the only one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import msgspec

from notanker.core.facts import KINDS, Fact
from notanker.core.moment import Moment
from notanker.errors import NotankerError

_BY_NAME: Final = {kind.__name__: kind for kind in KINDS}


class CodecError(NotankerError):
    """A stored fact cannot be read: it was written by another version, or is broken."""


def encode_fact(fact: Fact) -> tuple[str, str]:
    """Return the fact's kind and its fields without the moment, as JSON."""
    values = {f.name: getattr(fact, f.name) for f in fields(fact) if f.name != "at"}
    return type(fact).__name__, msgspec.json.encode(values).decode()


def decode_fact(kind: str, values: str, at: Moment) -> Fact:
    """Return the fact.

    Raises:
        CodecError: there is no such kind, or its fields do not fit.
    """
    try:
        table: dict[str, Any] = msgspec.json.decode(values)
        fact: Fact = msgspec.convert({**table, "at": msgspec.to_builtins(at)}, _BY_NAME[kind])
    except (KeyError, TypeError, msgspec.MsgspecError) as error:
        raise CodecError(f"unreadable fact {kind}: {error}") from error
    return fact


def encode(value: object) -> bytes:
    """Return a status, beat or report as JSON, indented for people who look into the file."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1)
