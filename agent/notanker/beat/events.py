"""Rows of the site's journal as they travel: deflated, because words repeat; bounded when unpacked."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec

from notanker.beat import shapes
from notanker.beat.texts import as_bytes, as_text, cut
from notanker.core.heartbeat import BeatEvent
from notanker.core.moment import Moment

MOST_UNPACKED: Final = 2 * 1024 * 1024
"""Hundred events with the longest fields stay below."""
_RAW: Final = -15
"""Deflate without the header and checksum of zlib: the seal is the better checksum."""
_DECODER: Final = msgspec.msgpack.Decoder(shapes.Events)
_TOO_LONG: Final = '{"too_long":true}'


def pack(events: tuple[BeatEvent, ...]) -> bytes:
    """Pack rows of the journal.

    What a receiver would refuse for its size is told as too long: one odd row must not hold up all that
    come after it.
    """
    boots = tuple(dict.fromkeys(event.at.boot for event in events))
    places = {boot: place for place, boot in enumerate(boots)}
    rows = [
        (
            event.position,
            cut(event.kind),
            round(event.at.wall_s * 1000),
            places[event.at.boot],
            round(event.at.boot_s * 1000),
            event.at.trusted,
            cut(event.fields) if len(event.fields) <= shapes.MOST_FIELDS else _TOO_LONG,
        )
        for event in events
    ]
    plain = msgspec.msgpack.encode(([as_bytes(boot) for boot in boots], rows))
    squeeze = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    return squeeze.compress(plain) + squeeze.flush()


def unpack(packed: bytes) -> tuple[BeatEvent, ...]:
    """Unpack rows of the journal.

    Raises:
        ValueError: they are none, or too many.
    """
    inflate = zlib.decompressobj(_RAW)
    try:
        plain = inflate.decompress(packed, MOST_UNPACKED)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not inflate.eof or inflate.unused_data:
        raise ValueError("events that are cut off, or too many")
    found = _DECODER.decode(plain)
    boots = [as_text(boot) for boot in found.boots]
    return tuple(_event(row, boots) for row in found.rows)


def _event(row: shapes.Event, boots: list[str]) -> BeatEvent:
    if row.boot >= len(boots):
        raise ValueError("an event of a boot that is not listed")
    at = Moment(row.boot_ms / 1000, row.wall_ms / 1000, row.trusted, boots[row.boot])
    return BeatEvent(row.position, row.kind, at, row.fields)
