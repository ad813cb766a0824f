"""What comes in at a HiLink modem, and what a technician asks it: the plugin against the lab's modem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import (
    Collected,
    Inbound,
    Retry,
    StoredMessage,
)
from notanker_huawei_lte.codes import readable
from notanker_lab import hilink_stick
from tests.contract.support.hilink import KINDS, collect, start
from tests.contract.support.runner import Instance, Runner
from tests.contract.support.stick import PASSWORD, Modem

PERSON = "+491713920017"
LONG = "Ein langer Bericht. " * 20


@pytest.fixture
def modem() -> Iterator[Modem]:
    with Modem() as started:
        yield started


@pytest.fixture(params=KINDS, ids="-".join)
def any_modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(*request.param) as started:
        yield started


@pytest.fixture
def lte(runner: Runner, modem: Modem) -> Instance:
    return runner.start(
        "huawei_lte", {"url": modem.url, "settle_s": 0.0, "reports": False}, path=()
    )


def arrives(modem: Modem, text: str, kind: int = 0) -> int:
    sms = {"number": PERSON, "text": text, "kind": kind}
    index: int = hilink_stick.receive(modem.stick, sms)["index"]
    return index


def discard(lte: Instance, *found: Inbound) -> None:
    lte.call("discard", tuple(sms.name for sms in found), answer=type(None))


def drain(lte: Instance) -> list[str]:
    texts: list[str] = []
    while found := collect(lte).inbound:
        texts += [sms.text for sms in found]
        discard(lte, *found)
    return texts


def test_an_sms_is_handed_over_again_until_it_is_discarded(lte: Instance, modem: Modem) -> None:
    arrives(modem, "OK 17 Größe 🚨")
    first = collect(lte).inbound
    assert [(sms.sender, sms.text, sms.pdu) for sms in first] == [(PERSON, "OK 17 Größe 🚨", "")]
    assert collect(lte).inbound == first
    discard(lte, *first)
    assert collect(lte) == Collected()
    assert modem.stick.boxes.as_dicts("inbox") == []


def test_what_came_in_is_handed_over_until_it_is_discarded(
    runner: Runner, any_modem: Modem
) -> None:
    lte = start(runner, any_modem, reports=False)
    assert collect(lte) == Collected()
    for text in ("OK 17", "STÖRUNG? 😀", "x" * 400):
        any_modem.stick.boxes.store("inbox", "+491713920017", text, 0)
    texts = [sms.text for sms in collect(lte).inbound]
    assert texts == ["OK 17", "STÖRUNG? 😀", "x" * 400]
    first = collect(lte).inbound[0]
    assert first.sender == "+491713920017"
    lte.call("discard", (first.name,), answer=type(None))
    assert [sms.text for sms in collect(lte).inbound] == texts[1:]


def test_a_long_sms_is_one(lte: Instance, modem: Modem) -> None:
    arrives(modem, LONG)
    assert [sms.text for sms in collect(lte).inbound] == [LONG.strip()]


def test_two_sms_that_say_the_same_are_two(lte: Instance, modem: Modem) -> None:
    arrives(modem, "OK 17")
    arrives(modem, "OK 17")
    assert drain(lte) == ["OK 17", "OK 17"]


def test_an_index_given_anew_is_not_deleted_in_the_place_of_another(
    lte: Instance, modem: Modem
) -> None:
    index = arrives(modem, "OK 17")
    found = collect(lte).inbound
    modem.stick.boxes.delete(index)
    arrives(modem, "STOP 18")
    modem.stick.boxes.boxes["inbox"][0].index = index
    discard(lte, *found)
    assert [sms.text for sms in collect(lte).inbound] == ["STOP 18"]


def test_a_burst_of_five_hundred_comes_whole_in_order_and_once(lte: Instance, modem: Modem) -> None:
    sent = [f"Rückmeldung {number}" for number in range(1, 501)]
    for text in sent:
        arrives(modem, text)
    first = collect(lte)
    assert [happening.what for happening in first.happenings] == ["store_full"]
    assert drain(lte) == sent
    assert collect(lte) == Collected()


def test_a_full_store_gives_up_old_sent_sms_so_that_others_come_in(
    lte: Instance, modem: Modem
) -> None:
    for number in range(30):
        modem.stick.boxes.store("sent", PERSON, f"Alt {number}", 3)
    modem.stick.boxes.capacity = 30
    assert arrives(modem, "OK 17") == -1
    collect(lte)
    left = [sms["text"] for sms in modem.stick.boxes.as_dicts("sent")]
    assert left == [f"Alt {number}" for number in range(29, 9, -1)]
    collect(lte)
    assert len(modem.stick.boxes.as_dicts("sent")) == 20
    arrives(modem, "OK 17")
    assert drain(lte) == ["OK 17"]


def test_sms_that_the_modem_hides_are_told_once_and_come_later(lte: Instance, modem: Modem) -> None:
    arrives(modem, LONG)
    arrives(modem, "OK 17")
    modem.fault("multipart_hidden")
    found = collect(lte)
    assert [sms.text for sms in found.inbound] == ["OK 17"]
    assert [happening.what for happening in found.happenings] == ["sms_hidden"]
    assert collect(lte).happenings == ()
    modem.fault("none")
    assert sorted(drain(lte)) == sorted(["OK 17", LONG.strip()])


def test_an_sms_that_the_modem_does_not_delete_is_not_handed_over_twice(
    lte: Instance, modem: Modem
) -> None:
    arrives(modem, "OK 17")
    modem.fault("undeleted")
    discard(lte, *collect(lte).inbound)
    found = collect(lte)
    assert (found.inbound, [one.what for one in found.happenings]) == ((), ["sms_undeleted"])
    modem.fault("none")
    collect(lte)
    assert modem.stick.boxes.as_dicts("inbox") == []


def test_a_status_report_in_the_inbox_is_no_sms(lte: Instance, modem: Modem) -> None:
    arrives(modem, "", kind=7)
    arrives(modem, "", kind=8)
    found = collect(lte)
    assert found.inbound == ()
    assert [(one.recipient, one.fate, one.reference) for one in found.reports] == [
        (PERSON, "delivered", None),
        (PERSON, "failed", None),
    ]
    lte.call("discard", tuple(one.name for one in found.reports), answer=type(None))
    assert collect(lte) == Collected()


@pytest.mark.parametrize(
    "fault", ["token_error", "session_error", "captive_html", "truncated_xml", "http_500"]
)
def test_a_fault_while_it_collects_loses_nothing(lte: Instance, modem: Modem, fault: str) -> None:
    arrives(modem, "OK 17")
    modem.fault(fault)
    with pytest.raises(Retry):
        collect(lte)
    modem.fault("none")
    found = collect(lte).inbound
    modem.fault(fault)
    with pytest.raises(Retry):
        discard(lte, *found)
    modem.fault("none")
    collect(lte)
    assert modem.stick.boxes.as_dicts("inbox") == []


def test_full_lists_of_the_longest_sms_fit_into_one_answer(lte: Instance, modem: Modem) -> None:
    for box in ("inbox", "sent", "drafts"):
        for _ in range(60):
            modem.stick.boxes.store(box, PERSON, "€" * 4000, 3)
    assert len(lte.call("messages", answer=tuple[StoredMessage, ...])) == 120
    assert 1 <= len(collect(lte).inbound) <= 30


def test_a_code_is_waited_for_within_one_log_in(runner: Runner, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    with Modem("rotate", "sha256") as modem:
        options = {"url": modem.url, "password": str(secret)}
        lte = runner.start("huawei_lte", options, path=())
        modem.fault("ussd_late", times=3)
        assert lte.call("ussd", "*100#", answer=str) == "*100#: 12,34 EUR"
        assert modem.count("POST /api/user/login") == 1


@given(st.text())
def test_any_answer_to_a_code_can_be_read(answer: str) -> None:
    assert isinstance(readable(answer), str)


def test_a_balance_of_digits_is_not_taken_for_hexadecimal() -> None:
    assert readable("1234") == "1234"


def test_a_balance_in_hexadecimal_is_read() -> None:
    assert readable("Guthaben: 1 €".encode("utf-16-be").hex()) == "Guthaben: 1 €"
