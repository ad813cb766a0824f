"""What a beat says comes back, in few bytes; what others say instead is refused and ends nothing."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.beat import flags, packed, sealing, shapes
from notanker.beat.keys import derive, kid_of
from notanker.beat.texts import as_bytes, as_text
from notanker.core.budget import Band
from notanker.core.heartbeat import Ack, Beat, BeatEvent, CentreOrder, completed
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line, Uplink, Verdict
from tests.unit.beat.sample import BOOT, CALM, FULL, Aead

ORDER = CentreOrder(2**53 - 1, "acknowledge", 17, "Anna", "centre", 1_795_000_000.0)
RELEASE = CentreOrder(7, "release", 17, "Anna", "centre", 1_795_000_000.0, "T9", 3)


def again(beat: Beat) -> Beat:
    return packed.unpack(packed.pack(beat), beat.site, beat.counter)


def plain(beat: Beat) -> list[Any]:
    found: list[Any] = msgspec.msgpack.decode(packed.pack(beat))
    return found


@pytest.mark.parametrize("beat", [CALM, FULL])
def test_a_beat_comes_back_as_it_was(beat: Beat) -> None:
    assert again(beat) == beat


def test_a_beat_and_its_acknowledgement_take_114_bytes_at_most_while_nothing_changes() -> None:
    keys = derive(bytes(32))
    record = packed.pack(CALM)
    beat = sealing.seal_beat(Aead(keys.up), keys.up_iv, kid_of(40_000), CALM.counter, record)
    answer = packed.pack_ack(Ack(CALM.counter, CALM.journal))
    sealed = sealing.seal_answer(Aead(keys.down), keys.down_iv, CALM.counter, bytes(4), answer)
    assert len(record) <= 41
    assert len(beat) + len(sealed) <= 114


def test_what_was_left_out_is_as_in_the_beat_before() -> None:
    told = replace(CALM, version="0.1.0", operator="Beispiel Mobil", plan_seq=3, same=False)
    whole = completed(again(CALM), told)
    assert whole == replace(told, same=False)
    assert completed(again(CALM), None) == replace(CALM, same=False)
    assert completed(again(FULL), told) == FULL


def test_every_value_of_the_closed_lists_has_its_place() -> None:
    assert set(flags.UPLINKS) == set(Uplink)
    assert set(flags.LINES) == set(Line)
    assert set(flags.VERDICTS) == set(Verdict)
    assert set(flags.BANDS) == set(Band)
    assert set(flags.CONFIDENCES) == set(Confidence)
    assert set(flags.CAUSES) == set(Cause)


@given(st.builds(flags.Flags))
def test_flags_come_back(told: flags.Flags) -> None:
    assert flags.unpack(flags.pack(told, 1)) == told
    assert flags.pack(told, 1) < 2**16


def test_what_a_later_version_adds_is_skipped() -> None:
    record = plain(replace(FULL, box=None))
    record[10] += [None] * (10 - len(record[10])) + ["new", {"deep": [1, 2]}]
    record += [None] * (14 - len(record)) + [[1, [2, {"x": 3}]], "more"]
    later = msgspec.msgpack.encode(record)
    assert packed.unpack(later, "nord", 17) == replace(FULL, box=None)
    ack = msgspec.msgpack.encode(
        [7, [[1, "acknowledge", 2, "a", "centre", 3, "new"]], True, "more"]
    )
    assert packed.unpack_ack(ack, 9).orders[0].incident == 2
    assert packed.unpack_ack(ack, 9).herald


def test_a_cause_that_only_a_later_version_knows_reads_as_unknown() -> None:
    record = plain(FULL)
    record[10][5] = 99
    assert packed.unpack(msgspec.msgpack.encode(record), "nord", 17).cause is Cause.UNKNOWN


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, 2, "unknown-format"),
        (0, 1 | 7 << 4, "malformed"),
        (0, "1", "malformed"),
        (1, 2**60, "malformed"),
        (4, 0, "malformed"),
        (5, -1, "malformed"),
        (7, 10**6, "malformed"),
        (10, [], "malformed"),
        (10, ["0.1.0", 1, b"\x07", ""], "malformed"),
        (10, ["\0", 1, b"\x02", ""], "malformed"),
        (10, ["x" * 257, 1, b"\x02", ""], "malformed"),
        (10, ["0.1.0", 1, b"\x02", "", None, None, None, None, ["a"] * 65], "malformed"),
        (11, b"", "malformed"),
        (11, b"no deflate", "malformed"),
        (11, zlib.compress(bytes(4 * 1024 * 1024), 9)[2:-4], "malformed"),
        (12, [[1]] * 6, "malformed"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_its_reason(
    place: int, value: object, reason: str
) -> None:
    record = plain(FULL)
    record[place] = value
    with pytest.raises(packed.PackedError) as refused:
        packed.unpack(msgspec.msgpack.encode(record), "nord", 17)
    assert refused.value.reason == reason


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_beat_or_refused(record: bytes) -> None:
    for read in (lambda: packed.unpack(record, "nord", 1), lambda: packed.unpack_ack(record, 1)):
        try:
            read()
        except packed.PackedError:
            continue


def test_deep_nesting_is_refused() -> None:
    record = packed.pack(CALM)
    for deep in (b"\x91" * 100_000, b"\x9f" + record[1:] + b"\x91" * 100_000):
        with pytest.raises(packed.PackedError):
            packed.unpack(deep, "nord", 1)


@given(st.data())
def test_a_mutated_beat_is_a_beat_or_refused(data: st.DataObject) -> None:
    record = bytearray(packed.pack(FULL))
    for _ in range(data.draw(st.integers(1, 4))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    try:
        beat = packed.unpack(bytes(record), "nord", 1)
    except packed.PackedError:
        return
    assert again(beat) == replace(beat, site="nord", counter=1)


@given(
    st.lists(
        st.builds(
            BeatEvent,
            st.integers(1, 2**40),
            st.text(min_size=1, max_size=20).filter(lambda text: "\0" not in text),
            st.builds(
                Moment,
                st.integers(0, 2**40).map(lambda ms: ms / 1000),
                st.integers(-(2**40), 2**45).map(lambda ms: ms / 1000),
                st.booleans(),
                st.sampled_from([BOOT, "boot-1", "", "abcdef"]),
            ),
            st.text(max_size=200).filter(lambda text: "\0" not in text),
        ),
        max_size=20,
    )
)
def test_events_come_back_to_the_millisecond(events: list[BeatEvent]) -> None:
    assert again(replace(CALM, events=tuple(events))).events == tuple(events)


def test_a_row_that_no_receiver_takes_does_not_hold_up_those_after_it() -> None:
    odd = BeatEvent(1, "Kind\0", Moment(1.0, 2.0, boot="b\0"), "x" * 20_000)
    (told,) = again(replace(CALM, events=(odd,))).events
    assert (told.position, told.kind, told.fields) == (1, "Kind", '{"too_long":true}')


def test_three_days_of_events_take_less_than_four_kilobytes() -> None:
    events = tuple(
        BeatEvent(
            position,
            ("LineChanged", "VerdictChanged", "BeatFailed")[position % 3],
            Moment(position * 2592.123, 1_795_000_000 + position * 2592.123, boot=BOOT),
            f'{{"before":"primary","after":"backup","loss_pct":{position % 17}}}',
        )
        for position in range(1, 101)
    )
    assert len(packed.pack(replace(FULL, events=events))) < 4096


@given(st.text(max_size=70))
def test_hex_and_ids_travel_as_bytes_and_come_back_as_they_were(text: str) -> None:
    if len(text) <= 16 and "\0" not in text:
        assert as_text(as_bytes(text)) == text
    assert as_text(as_bytes(BOOT)) == BOOT
    assert len(as_bytes(BOOT)) == 17
    assert as_text(as_bytes("AB")) == "AB"


@pytest.mark.parametrize(
    "ack", [Ack(9, 0), Ack(9, 70_000, (ORDER,) * 5), Ack(9, 1, (RELEASE, ORDER))]
)
def test_an_acknowledgement_comes_back_as_it_was(ack: Ack) -> None:
    assert packed.unpack_ack(packed.pack_ack(ack), 9) == ack


def test_texts_that_are_too_long_are_cut_by_the_sender() -> None:
    long = replace(FULL, operator="x" * 1000, degraded=("y" * 300,) * 100)
    back = again(long)
    assert len(back.operator) == shapes.MOST_TEXT
    assert len(back.degraded) == shapes.MOST_DEGRADED
