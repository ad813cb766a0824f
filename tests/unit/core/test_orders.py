"""What people text: understood as they type it, and never guessed."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.orders import MOST_CHARACTERS, Order, Word, read


@pytest.mark.parametrize(
    "text",
    [
        "OK 17", "ok 17", "Ok17", "OK Nr. 17", "ok nr 17", "OK #17", "O.K. 17", "o. k. 17", "okay 17",
        "„OK 17“", "OK 17!", "  OK   17  ", "OK 17\n\nGesendet von meinem Telefon", "ok 17 mache ich",
        "OK 17-1", "Quittiert 17", "'OK 17'", "OK 17, danke",
    ],
)  # fmt: skip
def test_an_acknowledgement_is_understood_as_it_is_typed(text: str) -> None:
    assert read(text) == Order(Word.OK, 17)


@pytest.mark.parametrize("text", ["OK", "ok.", "Okay!", "OK danke", "„OK“"])
def test_the_number_may_be_left_out(text: str) -> None:
    assert read(text) == Order(Word.OK)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("STATUS", Order(Word.STATUS)),
        ("Status?", Order(Word.STATUS)),
        ("Lage", Order(Word.STATUS)),
        ("Plan", Order(Word.PLAN)),
        ("Tunnel 123456", Order(Word.TUNNEL, None, "123456")),
        ("TUNNEL 123 456", Order(Word.TUNNEL, None, "123456")),
        ("Fernzugang ABCD-EFGH", Order(Word.TUNNEL, None, "abcdefgh")),
        ("tunnel", Order(Word.TUNNEL)),
        ("Abbruch 17 123456", Order(Word.ABORT, 17, "123456")),
        ("ABORT 17 abcd efgh", Order(Word.ABORT, 17, "abcdefgh")),
        ("Abbruch 17", Order(Word.ABORT, 17)),
        ("FREIGABE 17 T7 483920", Order(Word.RELEASE, 17, "483920", "T7")),
        ("release 17 t7 483 920", Order(Word.RELEASE, 17, "483920", "T7")),
        ("Freigabe Nr. 17, T10 ABCD-EFGH", Order(Word.RELEASE, 17, "abcdefgh", "T10")),
        ("Freigabe 17 T7-kern abcd efgh", Order(Word.RELEASE, 17, "abcdefgh", "T7-KERN")),
        ("freigabe 17 t7", Order(Word.RELEASE, 17, "", "T7")),
        ("Freigabe", Order(Word.RELEASE)),
        ("ZURÜCK 17 T7", Order(Word.WITHDRAW, 17, "", "T7")),
        ("zurueck 17 T7", Order(Word.WITHDRAW, 17, "", "T7")),
        ("Withdraw 17 T7", Order(Word.WITHDRAW, 17, "", "T7")),
        ("AUS 17", Order(Word.IS_OFF, 17)),
        ("off 17.", Order(Word.IS_OFF, 17)),
    ],
)
def test_the_other_orders(text: str, order: Order) -> None:
    assert read(text) == order


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n", "Hallo", "OK 17 und 18", "OK 17 18", "nicht ok 17", "Ist der Plan da?",
        "Plan fehlt", "Status von 17", "Tunnel 12345", "Tunnel 1234567", "Tunnel 123456 bitte",
        "Tunnel 17 123456", "OKAPI 17", "OK -17", "17 OK", "OK 1234567", "okk 17", "plan 5",
    ],
)  # fmt: skip
def test_nothing_is_guessed(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=400))
def test_any_text_is_an_order_or_none(text: str) -> None:
    order = read(text)
    if order is not None:
        assert order.number is None or 0 <= order.number < 100_000
        assert set(order.code) <= set(string.ascii_lowercase + string.digits)


@given(st.sampled_from(["OK 17", "STATUS", "Tunnel 123456"]), st.text("\n \t", max_size=20))
def test_space_around_an_order_changes_nothing(text: str, space: str) -> None:
    assert read(space + text + space) == read(text)


def test_a_text_without_end_is_read_quickly() -> None:
    assert read("o." * 100_000) is None
    assert read("OK 17 " + "a " * MOST_CHARACTERS) == Order(Word.OK, 17)
