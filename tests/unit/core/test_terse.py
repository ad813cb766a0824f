"""A beat that has to fit sheds what people ask for least, and never the state."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notanker.beat import packed
from notanker.beat.texting import MOST_BYTES
from notanker.core import terse
from notanker.core.heartbeat import Beat
from tests.unit.beat.sample import FULL

SEAL_BYTES = 40


def size(beat: Beat) -> int:
    return len(packed.pack(beat)) + SEAL_BYTES


def test_what_fits_is_left_as_it_is() -> None:
    assert terse.shed(FULL, 10_000, size) is FULL


@given(st.integers(0, 2_000))
def test_the_more_room_the_more_is_told_and_the_state_always(room_bytes: int) -> None:
    told, more = terse.shed(FULL, room_bytes, size), terse.shed(FULL, room_bytes + 50, size)
    assert size(told) <= max(room_bytes, size(terse.shed(FULL, 0, size)))
    assert size(told) <= size(more)
    for name in ("counter", "line", "primary", "backup", "cause", "incident", "lte_used_bytes"):
        assert getattr(told, name) == getattr(FULL, name)


def test_one_sms_holds_the_cause_and_the_incident_of_a_full_beat() -> None:
    told = terse.shed(replace(FULL, same=False), MOST_BYTES, size)
    assert size(told) <= MOST_BYTES
    assert (told.cause, told.incident) == (FULL.cause, FULL.incident)
