"""A beat and its acknowledgement as packed records: some forty bytes while nothing changes, and five."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from notanker.beat import about as about_
from notanker.beat import events as events_
from notanker.beat import flags as flags_
from notanker.beat import shapes
from notanker.beat.texts import short
from notanker.core.heartbeat import (
    FORMAT,
    Ack,
    Beat,
    BeatBox,
    BeatEvent,
    CentreOrder,
    OrderAnswer,
)
from notanker.core.moment import Moment

_BEATS: Final = msgspec.msgpack.Decoder(shapes.Packed)
_ACKS: Final = msgspec.msgpack.Decoder(shapes.PackedAck)
_KIB: Final = 1024


class PackedError(ValueError):
    """Bytes that are no record; `reason` is one of a few fixed words, to be counted."""

    def __init__(self, reason: str, detail: object = "") -> None:
        self.reason: Final = reason
        super().__init__(f"{reason}: {detail}")


def pack(beat: Beat) -> bytes:
    """Pack a beat; whose it is and its counter are told by the seal.

    Times lose what is below a second, data below a KiB: nobody asks for that.
    """
    sent_s = round(beat.sent.wall_s)
    proven = beat.lte_proven
    flags = flags_.Flags(
        beat.over, beat.line, beat.primary, beat.backup, beat.lte_band, beat.sent.trusted,
        beat.line_since.trusted, proven is None or proven.trusted,
    )  # fmt: skip
    record = (
        flags_.pack(flags, beat.format),
        sent_s,
        max(0, round(beat.sent.boot_s)),
        sent_s - round(beat.line_since.wall_s),
        max(1, math.ceil(beat.interval_s)),
        beat.findings,
        beat.journal,
        None if beat.signal_dbm is None else round(beat.signal_dbm),
        None if beat.lte_used_bytes is None else round(beat.lte_used_bytes / _KIB),
        None if proven is None else sent_s - round(proven.wall_s),
        None if beat.same else about_.pack(beat),
        events_.pack(beat.events) if beat.events else None,
        [(one.id, *_reason(one)) for one in beat.answers] or None,
        None if beat.box is None else _box(beat.box),
    )
    return msgspec.msgpack.encode(trimmed(record))


def unpack(record: bytes, site: str, counter: int) -> Beat:
    """Unpack a beat.

    Args:
        record: What the seal held.
        site: Whose it is, and its counter: both told by the seal.
        counter: See `site`.

    Raises:
        PackedError: it is no beat that this version can read.
    """
    return beat_of(read(record), site, counter)


def read(record: bytes) -> shapes.Packed:
    """Read a record without making a beat of it: its types and sizes, its format, the line's state.

    Raises:
        PackedError: it is none that this version can read.
    """
    found = _read(record)
    if found.flags & 7 != FORMAT:
        raise PackedError("unknown-format", found.flags & 7)
    if not flags_.is_known(found.flags):
        raise PackedError("malformed", "an unknown state of the line")
    return found


def beat_of(found: shapes.Packed, site: str, counter: int) -> Beat:
    """Return the beat of a record that was read; `site` and `counter` are told by the seal.

    Raises:
        PackedError: what seldom changes, or the events, cannot be read.
    """
    flags, about, events = _parts(found)
    sent_s = float(found.sent_s)
    return Beat(
        site=site,
        counter=counter,
        sent=Moment(float(found.boot_s), sent_s, flags.now_trusted),
        over=flags.over,
        interval_s=float(found.interval_s),
        line=flags.line,
        line_since=Moment(0.0, sent_s - found.line_ago_s, flags.line_trusted),
        primary=flags.primary,
        backup=flags.backup,
        signal_dbm=None if found.signal_dbm is None else float(found.signal_dbm),
        lte_used_bytes=None if found.used_kib is None else found.used_kib * _KIB,
        lte_band=flags.band,
        lte_proven=_ago(found.proven_ago_s, sent_s, flags.proven_trusted),
        findings=found.findings,
        journal=found.journal,
        events=events,
        answers=tuple(_answer(one) for one in found.answers or ()),
        box=None if found.box is None else _unboxed(found.box),
        same=found.about is None,
        **about,
    )


def pack_ack(ack: Ack) -> bytes:
    """Pack an acknowledgement; its counter is in the nonce."""
    orders = [_order(one) for one in ack.orders]
    return msgspec.msgpack.encode(trimmed((ack.stored_to, orders or None, ack.herald or None)))


def unpack_ack(record: bytes, counter: int) -> Ack:
    """Unpack an acknowledgement of the beat with that counter.

    Raises:
        PackedError: it is none.
    """
    try:
        found = _ACKS.decode(record)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PackedError("malformed", error) from None
    orders = tuple(
        CentreOrder(
            o.id, o.kind, o.incident, o.contact, o.how, float(o.at_s), o.template, o.version
        )
        for o in found.orders or ()
    )
    return Ack(counter, found.stored_to, orders, bool(found.herald))


def trimmed(record: tuple[object, ...]) -> tuple[object, ...]:
    """Return the record without the empty places at its end."""
    size = len(record)
    while size and record[size - 1] is None:
        size -= 1
    return record[:size]


def _read(record: bytes) -> shapes.Packed:
    try:
        return _BEATS.decode(record)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PackedError("malformed", error) from None


def _parts(found: shapes.Packed) -> tuple[flags_.Flags, about_.Told, tuple[BeatEvent, ...]]:
    try:
        events = () if found.events is None else events_.unpack(found.events)
        about = about_.NONE if found.about is None else about_.unpack(found.about)
        return flags_.unpack(found.flags), about, events
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PackedError("malformed", error) from None


def _order(one: CentreOrder) -> tuple[object, ...]:
    # When somebody saw what he answers is not rounded up: he would have seen what came after it.
    said = (one.id, short(one.kind), one.incident, short(one.contact), short(one.how))
    text = (short(one.template), one.version) if one.template else ()
    return (*said, math.floor(one.at_s), *text)


def _reason(one: OrderAnswer) -> tuple[str, ...]:
    return () if one.taken else (short(one.reason) or "?",)


def _answer(one: shapes.Answer) -> OrderAnswer:
    return OrderAnswer(one.id, taken=not one.reason, reason=one.reason)


def _ago(ago_s: int | None, sent_s: float, trusted: bool) -> Moment | None:
    return None if ago_s is None else Moment(0.0, sent_s - ago_s, trusted)


def _box(box: BeatBox) -> tuple[object, ...]:
    drilled = box.drilled
    when = (None, None) if drilled is None else (round(drilled.wall_s), drilled.trusted)
    seen = (box.on_mains, box.battery_pct, box.temperature_c, box.card_worn_pct)
    return trimmed((*seen, box.disk_free_mib, box.sinr_db, *when))


def _unboxed(box: shapes.Box) -> BeatBox:
    drilled = None
    if box.drilled_s is not None:
        drilled = Moment(0.0, float(box.drilled_s), bool(box.drilled_trusted))
    seen = (box.on_mains, box.battery_pct, box.temperature_c, box.card_worn_pct)
    return BeatBox(*seen, box.disk_free_mib, box.sinr_db, drilled)
