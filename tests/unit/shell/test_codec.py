"""Facts and snapshots survive their way into files and back."""

from __future__ import annotations

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.facts import KINDS, Fact, Started
from notanker.core.heartbeat import Beat, beat_of
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink
from notanker.core.report import Report
from notanker.core.status import Status
from notanker.shell.codec import CodecError, decode_fact, encode, encode_fact

finite = st.floats(allow_nan=False, allow_infinity=False)
moments = st.builds(Moment, finite, finite, st.booleans(), st.text(max_size=8))
st.register_type_strategy(Moment, moments)
st.register_type_strategy(float, finite)
AT = Moment(1.0, 2.0, trusted=True, boot="b1")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fact_comes_back_as_it_was(kind: type[Fact]) -> None:
    @given(st.from_type(kind))
    def comes_back(fact: Fact) -> None:
        name, values = encode_fact(fact)
        assert decode_fact(name, values, fact.at) == fact

    comes_back()


def test_the_moment_is_kept_beside_the_fields_and_not_among_them() -> None:
    assert encode_fact(Started(AT, Uplink.PRIMARY, "1")) == (
        "Started",
        '{"route":"primary","version":"1"}',
    )


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("Started", "{}"),
        ("Started", "null"),
        ("Started", "[]"),
        ("Started", "not json"),
        ("Started", '{"route": "tertiary", "version": "1"}'),
        ("Started", '{"route": "primary", "version": 1}'),
        ("Invented", "{}"),
        ("", ""),
    ],
)
def test_a_fact_of_another_version_is_refused_with_one_error(kind: str, values: str) -> None:
    with pytest.raises(CodecError):
        decode_fact(kind, values, AT)


@given(st.sampled_from([k.__name__ for k in KINDS]) | st.text(), st.text())
def test_no_text_in_the_journal_raises_anything_else(kind: str, values: str) -> None:
    with suppress(CodecError):
        decode_fact(kind, values, AT)


def test_a_field_that_a_later_version_added_is_no_obstacle() -> None:
    fact = decode_fact("Started", '{"route": "primary", "version": "2", "colour": "red"}', AT)
    assert fact == Started(AT, Uplink.PRIMARY, "2")


@pytest.mark.parametrize("kind", [Status, Report, Beat])
def test_snapshots_reports_and_beats_come_back_as_they_were(kind: type) -> None:
    @given(st.from_type(kind))
    def comes_back(value: object) -> None:
        assert msgspec.json.decode(encode(value), type=kind) == value

    comes_back()


def test_what_is_written_for_people_is_indented_json() -> None:
    text = encode(Status("nord", AT, Line.PRIMARY, AT)).decode()
    assert json.loads(text)["site"] == "nord"
    assert text.count("\n") > 5


def test_a_beat_tells_the_status() -> None:
    status = Status("nord", AT, Line.BACKUP, AT)
    beat = beat_of(
        status, counter=7, over=Uplink.BACKUP, interval_s=60.0, version="0.1.0", journal=3
    )
    assert (beat.site, beat.counter, beat.line, beat.journal) == ("nord", 7, Line.BACKUP, 3)
