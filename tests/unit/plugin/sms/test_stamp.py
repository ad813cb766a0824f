"""Times and periods in PDUs (3GPP TS 23.040, 9.2.3.11-12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.stamp import period_octet, period_s, stamp_of


def zone(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("octets", "time"),
    [
        ("62115232542380", datetime(2026, 11, 25, 23, 45, 32, tzinfo=zone(2))),
        ("62115232542300", datetime(2026, 11, 25, 23, 45, 32, tzinfo=UTC)),
        ("62115232542322", datetime(2026, 11, 25, 23, 45, 32, tzinfo=zone(5.5))),
        ("6211523254232B", datetime(2026, 11, 25, 23, 45, 32, tzinfo=zone(-8))),
        ("62115232542369", datetime(2026, 11, 25, 23, 45, 32, tzinfo=zone(-4))),
        ("99213221000000", datetime(1999, 12, 23, 12, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_zone_counts_quarters_and_has_a_sign(octets: str, time: datetime) -> None:
    got = stamp_of(bytes.fromhex(octets)).time
    assert got == time
    assert got is not None
    assert got.utcoffset() == time.utcoffset()


@pytest.mark.parametrize(
    "octets",
    ["FFFFFFFFFFFFFF", "62310000000000", "62120300000000", "62115242000000", "6A115232542380"],
)
def test_what_is_no_time_keeps_its_octets(octets: str) -> None:
    stamp = stamp_of(bytes.fromhex(octets))
    assert stamp.time is None
    assert stamp.raw.hex().upper() == octets


@given(st.binary(min_size=7, max_size=7))
def test_any_seven_octets_are_a_time_or_none(octets: bytes) -> None:
    assert stamp_of(octets).raw == octets


@pytest.mark.parametrize(
    ("octet", "seconds"),
    [(0, 300), (143, 12 * 3600), (144, 12.5 * 3600), (167, 86400), (168, 2 * 86400),
     (196, 30 * 86400), (197, 5 * 604800), (255, 63 * 604800)],
)  # fmt: skip
def test_a_period_is_what_the_table_says(octet: int, seconds: float) -> None:
    assert period_s(octet) == seconds
    assert period_octet(seconds) == octet


@given(st.floats(0, 63 * 604800))
def test_a_period_is_never_shorter_than_wanted_nor_one_step_longer_than_needed(
    wanted_s: float,
) -> None:
    octet = period_octet(wanted_s)
    assert period_s(octet) >= wanted_s
    assert octet == 0 or period_s(octet - 1) < wanted_s


def test_no_period_is_longer_than_the_longest() -> None:
    assert period_octet(1e12) == 255
