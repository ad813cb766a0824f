"""Reads the bytes of a beat: bounded, complete, and nothing in it that a database could choke on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from notanker.core.heartbeat import (
    EVENTS_PER_BEAT,
    FORMAT,
    MOST_OPEN,
    MOST_ORDERS,
    Beat,
    BeatEvent,
)
from notanker.core.moment import Moment

MAX_BYTES: Final = 256 * 1024
_MAX_NUMBER: Final = 2**63 - 1
_MAX_TEXT: Final = 256
_MAX_FIELDS: Final = 16_384
_MAX_DEGRADED: Final = 64
_DECODER: Final = msgspec.json.Decoder(Beat)


class RefusedError(Exception):
    """Something that cannot be taken.

    Attributes:
        reason: One of a few fixed words, to be counted.
        answer: What was answered to the very same thing before; only then is there an answer to it.
    """

    def __init__(self, reason: str, answer: bytes | None = None) -> None:
        self.reason: Final = reason
        self.answer: Final = answer
        super().__init__(reason)


def beat_of(body: bytes) -> Beat:
    """Decode a beat.

    Raises:
        RefusedError: it isn't one.
    """
    if len(body) > MAX_BYTES:
        raise RefusedError("too-large")
    try:
        beat = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RefusedError("malformed") from error
    if beat.format != FORMAT:
        raise RefusedError("unknown-format")
    for reason, good in _rules(beat):
        if not good:
            raise RefusedError(reason)
    return beat


def _rules(beat: Beat) -> Iterator[tuple[str, bool]]:
    whole = (beat.counter, beat.plan_seq, beat.findings, beat.journal, beat.incident or 0)
    lte = (beat.lte_used_bytes or 0, beat.lte_limit_bytes or 0)
    yield "number-out-of-range", all(0 <= number <= _MAX_NUMBER for number in (*whole, *lte))
    yield "number-out-of-range", 0 < beat.interval_s < math.inf
    yield "number-out-of-range", math.isfinite(beat.signal_dbm or 0.0)
    texts = (beat.site, beat.version, beat.operator, beat.plan_fingerprint, *beat.degraded)
    yield "text-too-long", all(len(text) <= _MAX_TEXT for text in texts)
    yield "text-unprintable", not any("\0" in text for text in texts)
    if beat.known is not None:
        told = (beat.known.evidence, *beat.known.name)
        yield "text-too-long", all(len(text) <= _MAX_TEXT for text in told)
        yield "text-unprintable", not any("\0" in text for text in told)
        yield "number-out-of-range", 0 <= beat.known.needed_by <= _MAX_NUMBER
        yield "bad-time", beat.known.since is None or _good_time(beat.known.since)
    yield "too-many", len(beat.degraded) <= _MAX_DEGRADED and len(beat.events) <= EVENTS_PER_BEAT
    numbers = (*(one.number for one in beat.open), *(one.id for one in beat.answers))
    yield "too-many", len(beat.open) <= MOST_OPEN and len(beat.answers) <= MOST_ORDERS
    yield "number-out-of-range", all(0 <= number <= _MAX_NUMBER for number in numbers)
    said = (*(one.acknowledged_by for one in beat.open), *(one.reason for one in beat.answers))
    yield "text-too-long", all(len(text) <= _MAX_TEXT for text in said)
    yield "text-unprintable", not any("\0" in text for text in said)
    yield "bad-time", _good_time(beat.sent) and _good_time(beat.line_since)
    yield "bad-time", beat.lte_proven is None or _good_time(beat.lte_proven)
    yield "bad-event", all(_good_event(item) for item in beat.events)


def _good_event(item: BeatEvent) -> bool:
    return (
        1 <= item.position <= _MAX_NUMBER
        and 0 < len(item.kind) <= _MAX_TEXT
        and len(item.fields) <= _MAX_FIELDS
        and "\0" not in item.kind + item.fields
        and _good_time(item.at)
    )


def _good_time(moment: Moment) -> bool:
    return (
        math.isfinite(moment.wall_s)
        and math.isfinite(moment.boot_s)
        and len(moment.boot) <= _MAX_TEXT
        and "\0" not in moment.boot
    )
