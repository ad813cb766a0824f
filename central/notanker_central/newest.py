"""A site's newest beat, put together out of what the database has of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Row, Select, select

from notanker.beat import packed
from notanker.core.heartbeat import Beat, completed
from notanker_central import tables as t

_DECODER: Final = msgspec.json.Decoder(Beat)
_ENCODER: Final = msgspec.json.Encoder()


def sites() -> Select[Any]:
    """Return the query for rows of sites that `beat_in` reads."""
    joined = t.site.outerjoin(t.full_beat, t.full_beat.c.site == t.site.c.id)
    return select(t.site, t.full_beat.c.told).select_from(joined)


def beat_in(row: Row[Any]) -> Beat | None:
    """Return the newest beat of a site, None if there is none, or none that can be read."""
    whole = beat_of(row.told)
    if row.latest is None:
        return whole
    try:
        latest = packed.unpack(bytes(row.latest), row.id, row.counter)
    except packed.PackedError:  # another version wrote it
        return whole
    return completed(latest, whole)


def beat_of(told: str | None) -> Beat | None:
    """Return a beat as `text_of` wrote it, None if there is none, or none that can be read."""
    try:
        return _DECODER.decode(told) if told else None
    except msgspec.MsgspecError:  # another version wrote it; the site is shown all the same
        return None


def text_of(beat: Beat) -> str:
    """Return the beat as it is kept."""
    return _ENCODER.encode(beat).decode()
