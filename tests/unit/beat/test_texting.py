"""A beat as the text of an SMS: letters that every network passes, found again in whatever is around them."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notanker.beat.texting import MOST_BYTES, SEGMENT, sealed_in, text_of
from notanker.plugin.sms import text as sms

SEALED = st.binary(min_size=30, max_size=MOST_BYTES)


@given(SEALED)
def test_a_beat_survives_the_way_as_one_segment_with_its_mark(sealed: bytes) -> None:
    text = f"{text_of(sealed)} Nr B-123456r"
    assert sms.units(text) == len(text) <= SEGMENT
    assert sealed_in(text) == sealed


@given(SEALED, st.text(max_size=100), st.text(max_size=100))
def test_it_is_found_in_what_gateways_write_around_it(
    sealed: bytes, before: str, after: str
) -> None:
    if "NTK1" not in before:
        assert sealed_in(f"{before} {text_of(sealed)} {after}") == sealed


@given(st.text(max_size=400))
@example("NTK1" + "A" * 153)
@example("NTK1" + "A" * 41)
@example("NTK1")
def test_any_other_text_holds_none_or_bytes(text: str) -> None:
    try:
        assert 1 <= len(sealed_in(text)) <= 114
    except ValueError:
        return


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{MOST_BYTES} fit"):
        text_of(os.urandom(MOST_BYTES + 1))


def test_a_form_s_escapes_are_the_caller_s_to_undo() -> None:
    text = text_of(b"\xff" * 40)
    with pytest.raises(ValueError, match="no beat"):
        sealed_in(quote(text, safe=""))
