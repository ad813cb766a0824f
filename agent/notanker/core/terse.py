"""A beat that has to fit: what people ask for least is left out first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from notanker.core.heartbeat import Beat

Size = Callable[[Beat], int]
"""Tells how long a beat is once it is sealed."""
FEW: Final = 3


def shed(beat: Beat, room_bytes: int, size: Size) -> Beat:
    """Return the beat with as much of it as there is room for; it may still be too long.

    Lines, verdicts, cause, incident, data used and the journal's position stay to the end.
    """
    for shorter in _shorter(beat):
        if size(shorter) <= room_bytes:
            return shorter
    return shorter


def _shorter(beat: Beat) -> Iterator[Beat]:
    yield beat
    yield (beat := replace(beat, events=(), answers=()))
    if beat.known is not None:
        yield (beat := replace(beat, known=replace(beat.known, evidence="")))
    yield (beat := replace(beat, known=None))
    yield (beat := replace(beat, degraded=()))
    yield (beat := replace(beat, plan_fingerprint=""))
    yield (beat := replace(beat, box=None))
    yield (beat := replace(beat, open=beat.open[:FEW]))
    yield (beat := replace(beat, operator=""))
    yield replace(beat, open=(), version="", lte_limit_bytes=None)
