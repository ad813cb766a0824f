"""Parts into messages (3GPP TS 23.040, 9.2.3.24.1)."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.encoding import Options, submit
from notanker.plugin.sms.model import Deliver
from notanker.plugin.sms.parts import Collector, Whole
from tests.unit.plugin.sms.samples import TIME, deliver, part, septets, with_header

OTHER = "0C91940332211521"
"""+493023125112"""
NEXT_DAY = "62116232542380"
WAIT_S = 600.0


def message(pdu: str) -> Deliver:
    read = decode(pdu)
    assert isinstance(read, Deliver)
    return read


def feed(
    collector: Collector[int], pdus: list[str], now_s: float = 0.0, first_handle: int = 0
) -> list[Whole[int]]:
    fed = [
        collector.feed(message(pdu), first_handle + index, now_s) for index, pdu in enumerate(pdus)
    ]
    return [whole for wholes in fed for whole in wholes]


def texts(wholes: list[Whole[int]]) -> list[str]:
    return [whole.text for whole in wholes]


def test_a_message_by_itself_is_handed_on_at_once() -> None:
    (whole,) = feed(Collector(), [deliver()])
    assert (whole.text, whole.handles, whole.missing, whole.repeat) == ("hello", (0,), (), False)
    assert whole.sender.text == "+493023125110"


def test_a_part_of_one_is_a_message_by_itself() -> None:
    assert texts(feed(Collector(), [part(1, 1, "allein")])) == ["allein"]


@pytest.mark.parametrize("number", [0, 4])
def test_a_part_that_is_none_is_a_message_by_itself(number: int) -> None:
    assert texts(feed(Collector(), [part(number, 3, "allein")])) == ["allein"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parts_make_their_message_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    pdus = [part(1, 3, "Haupt"), part(2, 3, "leitung "), part(3, 3, "aus")]
    (whole,) = feed(Collector(), [pdus[index] for index in order])
    assert whole.text == "Hauptleitung aus"
    assert set(whole.handles) == {0, 1, 2}


def test_an_emoji_cut_in_two_is_whole_again() -> None:
    pdus = [part(1, 2, "Ausfall \ud83d"), part(2, 2, "\udea8!")]
    assert texts(feed(Collector(), pdus[::-1])) == ["Ausfall 🚨!"]


def test_an_escape_cut_in_two_is_whole_again() -> None:
    first = deliver(septets("0003070201", [*b"5", 0x1B]), first=0x44)
    second = deliver(septets("0003070202", [*b"e"]), first=0x44)
    assert texts(feed(Collector(), [first, second])) == ["5€"]


def test_parts_in_two_alphabets_are_one_message() -> None:
    first = deliver(septets("0003070201", list(b"hello ")), first=0x44)
    assert texts(feed(Collector(), [first, part(2, 2, "мир")])) == ["hello мир"]


def test_data_is_put_together_too() -> None:
    pdus = [
        with_header("0003070201", "CAFE", coding=4),
        with_header("0003070202", "01", coding=4),
    ]
    (whole,) = feed(Collector(), pdus)
    assert (whole.text, whole.data) == ("", bytes.fromhex("CAFE01"))


def test_a_part_that_comes_twice_goes_with_its_message() -> None:
    pdus = [part(1, 2, "eins"), part(1, 2, "eins"), part(2, 2, "zwei")]
    (whole,) = feed(Collector(), pdus)
    assert (whole.text, whole.handles) == ("einszwei", (0, 1, 2))


def test_a_copy_of_what_was_handed_out_is_not_told_again() -> None:
    collector: Collector[int] = Collector()
    feed(collector, [part(1, 2, "eins"), part(2, 2, "zwei")])
    (again,) = feed(collector, [part(2, 2, "zwei")], now_s=30.0, first_handle=9)
    assert (again.repeat, again.handles) == (True, (9,))
    assert collector.due_s is None


def test_a_part_that_never_comes_leaves_a_mark() -> None:
    collector: Collector[int] = Collector(WAIT_S)
    assert feed(collector, [part(1, 4, "eins"), part(4, 4, "vier")], now_s=100.0) == []
    assert collector.due_s == 100.0 + WAIT_S
    assert collector.expire(100.0 + WAIT_S - 1) == ()
    (whole,) = collector.expire(100.0 + WAIT_S)
    assert (whole.text, whole.missing) == ("eins[2/4?][3/4?]vier", (2, 3))
    assert whole.handles == (0, 1)
    assert collector.due_s is None


def test_what_is_overdue_is_handed_out_with_the_next_message() -> None:
    collector: Collector[int] = Collector(WAIT_S)
    feed(collector, [part(1, 2, "eins")])
    assert texts(feed(collector, [deliver()], now_s=WAIT_S)) == ["eins[2/2?]", "hello"]


def test_two_senders_may_use_the_same_reference() -> None:
    pdus = [
        part(1, 2, "A1"),
        part(1, 2, "B1", sender=OTHER),
        part(2, 2, "A2"),
        part(2, 2, "B2", sender=OTHER),
    ]
    assert texts(feed(Collector(), pdus)) == ["A1A2", "B1B2"]


def test_the_width_of_a_reference_and_the_total_tell_messages_apart() -> None:
    wide = with_header("080400070202", "0042")
    assert feed(Collector(), [part(1, 2, "A"), wide, part(2, 3, "C")]) == []


def test_a_reference_used_again_for_another_text_begins_another_message() -> None:
    collector: Collector[int] = Collector()
    pdus = [part(1, 2, "alt"), part(1, 2, "neu "), part(2, 2, "und ganz")]
    assert texts(feed(collector, pdus)) == ["alt[2/2?]", "neu und ganz"]


def test_a_reference_used_again_the_next_day_begins_another_message() -> None:
    pdus = [part(1, 2, "alt"), part(2, 2, "Schluss", time=NEXT_DAY)]
    collector: Collector[int] = Collector(wait_s=1e6)
    assert texts(feed(collector, pdus)) == ["alt[2/2?]"]
    assert [whole.text for whole in collector.expire(1e7)] == ["[1/2?]Schluss"]


def test_parts_without_a_time_belong_together() -> None:
    pdus = [part(1, 2, "eins", time="FFFFFFFFFFFFFF"), part(2, 2, "zwei", time=TIME)]
    assert texts(feed(Collector(), pdus)) == ["einszwei"]


def test_a_message_that_is_used_again_at_once_after_it_was_whole_is_told() -> None:
    collector: Collector[int] = Collector()
    feed(collector, [part(1, 2, "eins"), part(2, 2, "zwei")])
    assert texts(feed(collector, [part(1, 2, "drei"), part(2, 2, "vier")])) == ["dreivier"]


def test_after_a_restart_the_same_parts_give_the_same_message() -> None:
    pdus = [part(1, 3, "Haupt"), part(2, 3, "leitung "), part(3, 3, "aus")]
    before: Collector[int] = Collector()
    assert feed(before, pdus[:2]) == []
    after: Collector[int] = Collector()
    assert texts(feed(after, pdus)) == ["Hauptleitung aus"]


def test_only_so_many_messages_are_open_at_once() -> None:
    collector: Collector[int] = Collector(max_open=3)
    pdus = [part(1, 2, str(number), reference=number) for number in range(5)]
    assert texts(feed(collector, pdus)) == ["0[2/2?]", "1[2/2?]"]


def test_what_was_handed_out_is_remembered_in_bounds() -> None:
    collector: Collector[int] = Collector(max_open=2)
    for number in range(5):
        feed(collector, [part(1, 2, "a", reference=number), part(2, 2, "b", reference=number)])
    (known,) = feed(collector, [part(1, 2, "a", reference=4)])
    assert known.repeat
    assert feed(collector, [part(1, 2, "a", reference=0)]) == []


def test_a_copy_has_the_same_identity_and_nothing_else_has() -> None:
    def identity(*pdus: str) -> str:
        (whole,) = feed(Collector(), list(pdus))
        return whole.identity

    first, second = part(1, 2, "eins"), part(2, 2, "zwei")
    assert identity(first, second) == identity(second, second, first)
    others = [
        identity(deliver()),
        identity(deliver(time=NEXT_DAY)),
        identity(deliver(sender=OTHER)),
        identity(deliver("02E834")),
        identity(first, second),
        identity(part(1, 2, "eins", reference=8), part(2, 2, "zwei", reference=8)),
    ]
    assert len(set(others)) == len(others)
    assert "hello" not in others[0]


CHANGES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 3), st.text(max_size=3)),
    max_size=40,
)


@given(CHANGES, st.integers(1, 4))
def test_every_stored_part_is_given_back_exactly_once(
    changes: list[tuple[int, int, int, str]], max_open: int
) -> None:
    collector: Collector[int] = Collector(WAIT_S, max_open)
    given_back: list[int] = []
    for handle, (number, total, reference, text) in enumerate(changes):
        pdu = part(number, total, text, reference=reference)
        for whole in collector.feed(message(pdu), handle, handle * 100.0):
            given_back += whole.handles
    for whole in collector.expire(1e9):
        given_back += whole.handles
    assert sorted(given_back) == list(range(len(changes)))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=161, max_size=500), st.randoms())
def test_a_text_that_was_sent_in_parts_is_read_as_it_was(text: str, order: Random) -> None:
    parts = submit("+493023125110", text, Options(concat_reference=9))
    pdus = [_delivered(part.pdu) for part in parts]
    order.shuffle(pdus)
    (whole,) = feed(Collector(), pdus)
    assert whole.text == text


def _delivered(submitted: str) -> str:
    """Return what the network makes of a SUBMIT: a time in front, and no reference."""
    coding, data = submitted[24:26], submitted[26:]
    return f"0044{submitted[6:22]}00{coding}{TIME}{data}"
