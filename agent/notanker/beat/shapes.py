"""The shapes of packed records: arrays whose places never change, each with its bounds.

MessagePack, read by msgspec against these shapes: what does not fit is refused while it is read, so nothing
can be too deep, too long or too many. A later version may only add places at the end; whoever does not know
them skips them. Numbers for names are places in the lists of `flags.py`, which grow at the end too.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

from notanker.core.heartbeat import EVENTS_PER_BEAT, MOST_OPEN, MOST_ORDERS

MOST_TEXT: Final = 256
MOST_FIELDS: Final = 16_384
"""Of an event's fields, as JSON."""
MOST_DEGRADED: Final = 64
MOST_EVENTS_BYTES: Final = 128 * 1024
"""Of all events of a beat, deflated."""
MOST_NUMBER: Final = 2**53

_NO_NUL: Final = r"\A[^\x00]*\Z"
"""PostgreSQL keeps no text with a NUL in it."""

Number = Annotated[int, Meta(ge=0, le=MOST_NUMBER)]
Seconds = Annotated[int, Meta(ge=-(2**40), le=2**40)]
Code = Annotated[int, Meta(ge=0, le=255)]
Small = Annotated[int, Meta(ge=-1_000, le=1_000)]
Text = Annotated[str, Meta(max_length=MOST_TEXT, pattern=_NO_NUL)]
Fields = Annotated[str, Meta(max_length=MOST_FIELDS, pattern=_NO_NUL)]
Kind = Annotated[str, Meta(min_length=1, max_length=MOST_TEXT, pattern=_NO_NUL)]
Digits = Annotated[bytes, Meta(min_length=1, max_length=65)]
"""See `texts.as_bytes`."""


class Known(Struct, array_like=True, frozen=True):
    """Why there is an incident; `since_s` in wall seconds."""

    evidence: Text
    confidence: Code
    german: Text
    english: Text
    needed_by: Number
    since_s: Seconds | None = None
    since_trusted: bool = True


class Open(Struct, array_like=True, frozen=True):
    """An open incident."""

    number: Number
    acknowledged_by: Text


class About(Struct, array_like=True, frozen=True):
    """What seldom changes."""

    version: Text
    plan_seq: Number
    fingerprint: Digits
    operator: Text
    limit_bytes: Number | None = None
    cause: Code | None = None
    incident: Number | None = None
    known: Known | None = None
    degraded: Annotated[tuple[Text, ...], Meta(max_length=MOST_DEGRADED)] | None = None
    open: Annotated[tuple[Open, ...], Meta(max_length=MOST_OPEN)] | None = None


class Box(Struct, array_like=True, frozen=True):
    """How the box itself does."""

    on_mains: bool | None = None
    battery_pct: Small | None = None
    temperature_c: Small | None = None
    card_worn_pct: Small | None = None
    disk_free_mib: Number | None = None
    sinr_db: Small | None = None
    drilled_s: Seconds | None = None
    drilled_trusted: bool | None = None


class Answer(Struct, array_like=True, frozen=True):
    """What became of an order; without a reason it was taken."""

    id: Number
    reason: Text = ""


class Packed(Struct, array_like=True, frozen=True):
    """A beat. Times are whole seconds; but for `sent_s` they say how long before that something was.

    Attributes:
        flags: See `flags.py`; its lowest three bits are the format.
        used_kib: LTE data used this month.
        about: What seldom changes, unless it was told before.
        events: Deflated (RFC 1951) MessagePack of `Events`.
    """

    flags: Annotated[int, Meta(ge=0, le=2**31)]
    sent_s: Seconds
    boot_s: Number
    line_ago_s: Seconds
    interval_s: Annotated[int, Meta(ge=1, le=2**31)]
    findings: Number
    journal: Number
    signal_dbm: Small | None = None
    used_kib: Number | None = None
    proven_ago_s: Seconds | None = None
    about: About | None = None
    events: Annotated[bytes, Meta(max_length=MOST_EVENTS_BYTES)] | None = None
    answers: Annotated[tuple[Answer, ...], Meta(max_length=MOST_ORDERS)] | None = None
    box: Box | None = None


class Event(Struct, array_like=True, frozen=True):
    """One row of the journal; `boot` is a place in the list of boots, times are milliseconds."""

    position: Annotated[int, Meta(ge=1, le=MOST_NUMBER)]
    kind: Kind
    wall_ms: Annotated[int, Meta(ge=-(2**52), le=2**52)]
    boot: Code
    boot_ms: Annotated[int, Meta(ge=-(2**52), le=2**52)]
    trusted: bool
    fields: Fields


class Events(Struct, array_like=True, frozen=True):
    """Rows of the journal, and the boots that they are of."""

    boots: Annotated[tuple[Digits, ...], Meta(max_length=EVENTS_PER_BEAT)]
    rows: Annotated[tuple[Event, ...], Meta(max_length=EVENTS_PER_BEAT)]


class Order(Struct, array_like=True, frozen=True):
    """What somebody wants of the site."""

    id: Number
    kind: Text
    incident: Number
    contact: Text
    how: Text
    at_s: Seconds
    template: Text = ""
    version: Number = 0


class PackedAck(Struct, array_like=True, frozen=True):
    """An acknowledgement; the counter is in the nonce that it opens with."""

    stored_to: Number
    orders: Annotated[tuple[Order, ...], Meta(max_length=MOST_ORDERS)] | None = None
    herald: bool | None = None
