"""When two telephone numbers are one subscriber's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.numbers import Dialling, e164, same_subscriber


@pytest.mark.parametrize(
    "written",
    ["+493023125110", "00493023125110", "03023125110", "+49 30 23125-110", "+49 (0)30 23125 110",
     "0049 (0) 30 23125110",
     "(030) 23125/110", " 030 23125110 "],
)  # fmt: skip
def test_one_number_in_all_its_spellings_is_one_subscriber(written: str) -> None:
    assert e164(written) == "+493023125110"
    assert same_subscriber(written, "+493023125110")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+493023125110", "+493023125111"),
        ("+493023125110", "+4493023125110"),
        # The same last digits in another country, or behind another area code.
        ("+493023125110", "+433023125110"),
        ("03023125110", "04023125110"),
        # Without a prefix nobody knows: an area code may be missing, or a country's code.
        ("493023125110", "+493023125110"),
        ("23125110", "03023125110"),
        ("12345", "+12345"),
    ],
)
def test_what_could_be_somebody_else_is_not_the_same(one: str, other: str) -> None:
    assert not same_subscriber(one, other)
    assert not same_subscriber(other, one)


def test_a_short_code_is_the_same_only_as_itself() -> None:
    assert same_subscriber("22044", "22 044")
    assert not same_subscriber("22044", "22045")
    assert e164("22044") is None


@pytest.mark.parametrize("name", ["Notruf", "", "+", "0", "+49", "+049301234567", "+4930²3125110"])
def test_a_name_is_nobody(name: str) -> None:
    assert e164(name) is None
    assert not same_subscriber(name, "+493023125110")
    assert not same_subscriber(name, name) or name.isdigit()


def test_other_countries_dial_in_another_way() -> None:
    america = Dialling(country_code="1", trunk="1", international="011")
    assert e164("1 212 555 0123", america) == "+12125550123"
    assert e164("011 49 30 23125110", america) == "+493023125110"
    italy = Dialling(country_code="39", trunk="", international="00")
    assert e164("02 1234567", italy) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_same_is_the_same_both_ways_round(one: str, other: str) -> None:
    assert same_subscriber(one, other) == same_subscriber(other, one)
