"""What the Huawei plugin makes of a text and a number, and what it takes for proof."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from notanker.plugin import (
    Permanent,
    Receipt,
    Retry,
    UplinkState,
)
from tests.contract.support.hilink import (
    KINDS,
    start,
)
from tests.contract.support.outbox import deliver
from tests.contract.support.runner import Runner, message
from tests.contract.support.stick import Modem


@pytest.fixture(params=KINDS, ids="-".join)
def modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(*request.param) as started:
        yield started


def test_the_status_of_the_last_sms_is_no_proof_for_a_draft(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        lte.send("Probe 17-1", "17-1")
        modem.fault("draft_only", times=1)
        with pytest.raises(Retry, match="draft"):
            lte.send("Probe 17-2", "17-2")
        assert lte.call("find_sent", message("Probe 17-2", "17-2"), answer=bool) is False
        assert modem.stick.boxes.as_dicts("drafts") == []
        lte.send("Probe 17-2", "17-2")
        assert [text for _, text in modem.on_air] == ["Probe 17-1", "Probe 17-2"]


def test_a_full_store_is_emptied_of_what_was_sent(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem, reports=False)
        modem.stick.boxes.store("inbox", "+491713920017", "OK 17", 0)
        for number in range(6):
            lte.send(f"Probe 17-{number}", f"17-{number}")
        modem.stick.boxes.capacity = 7
        assert lte.call("state", answer=UplinkState).message_store_full is True
        assert deliver(lte, message("Neu 17-9", "17-9"), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 7
        assert len(modem.stick.boxes.as_dicts("inbox")) == 1


def test_an_older_sms_of_the_same_text_is_not_mistaken_for_this_one(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        lte.send("Probe 17-1", "17-1")
        assert lte.find_sent("Probe 17-1", "17-1") is True
        assert lte.find_sent("Probe 17-10", "17-10") is False
        assert lte.find_sent("Probe 7-1", "7-1") is False
        # A text that does not bear its mark can be known again by nobody.
        assert lte.find_sent("Probe 17-1", "18-1") is None
        assert lte.find_sent("Andere Probe 17-1", "17-1") is None


def test_a_modem_that_answers_without_end_is_left(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem, read_timeout_s=0.3)
        modem.fault("hang")
        began = time.monotonic()
        with pytest.raises(Retry):
            lte.call("state", answer=UplinkState)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("recipient", ["ALARM", "", "+49170,+49171", "1" * 30])
def test_what_is_no_number_is_not_handed_over(runner: Runner, recipient: str) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        wrong = message()
        wrong = type(wrong)(id="m", mark="17-1", recipient=recipient, text="Probe 17-1")
        with pytest.raises(Permanent, match="number"):
            lte.call("send", wrong, answer=Receipt)
        assert modem.count("POST /api/sms/send-sms") == 0


@pytest.mark.parametrize(
    "text",
    ["Größe 17-1", "Notfall 🚨 17-1", "a < b & c > d 17-1", "zwei\nZeilen 17-1", "\x00 17-1"],
)
def test_any_text_leaves_as_it_is_and_is_found_again(runner: Runner, text: str) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        lte.send(text)
        assert modem.on_air == [("+491713920017", text.replace("\x00", "").strip())]
        assert lte.call("find_sent", message(text), answer=bool) is True


def test_no_post_needs_a_second_try_on_a_healthy_modem(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem)
    for number in range(1, 6):
        lte.send(f"Probe 17-{number}", f"17-{number}")  # which list proves it is a matter of time
        assert lte.call("state", answer=UplinkState).connected is True
    assert not modem.stick.errors
    assert modem.count("POST /api/sms/send-sms") == 5
