"""SMS that leave through the ModemManager plugin, with proof."""

from __future__ import annotations

import pytest

from notanker.plugin import Message, Permanent, Receipt, Retry, StoredMessage, Unknown
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.model import Submit
from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import SERVICE, ModemManager
from tests.contract.support.managed import collect, discard, start
from tests.contract.support.runner import Runner, eventually


def test_an_sms_leaves_with_proof_and_its_report_is_handed_over_until_discarded(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    receipt = lte.send("Störung 17-1: Kern-Switch antwortet nicht.")
    assert receipt == Receipt(
        reference="1", references=(1,), proof="ModemManager's Send", report=True
    )
    (sent,) = modem.sent
    submit = decode(sent.pdu)
    assert isinstance(submit, Submit)
    assert submit.text == "Störung 17-1: Kern-Switch antwortet nicht."
    assert submit.report_wanted
    eventually(lambda: collect(lte).reports, "the report")
    (report,) = collect(lte).reports
    assert (report.reference, report.fate, report.recipient) == (1, "delivered", "+491713920017")
    assert collect(lte).reports == (report,)
    discard(lte, report.name)
    assert collect(lte).reports == ()


def test_what_left_is_found_again_by_its_mark_and_nothing_else_is(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    lte = start(runner, allowed[0])
    lte.send("Störung 17-1: weg.")
    assert lte.find_sent("Störung 17-1: weg.", "17-1") is True
    assert lte.find_sent("Störung 17-1r: weg.", "17-1") is True
    assert lte.find_sent("Störung 17-11: weg.", "17-11") is None


def test_what_left_is_found_again_after_a_crash(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    start(runner, allowed[0]).send("Störung 17-1: weg.")
    runner.stop()
    assert start(runner, allowed[0]).find_sent("Störung 17-1: weg.", "17-1") is True


def test_a_long_sms_is_cut_and_leaves_as_a_whole(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    text = "Störung 17-1: " + "der Kern-Switch antwortet nicht, " * 8
    start(runner, manager).send(text)
    submits = [decode(one.pdu) for one in modem.sent]
    assert len(submits) == 2
    assert "".join(one.text for one in submits if isinstance(one, Submit)) == text.strip()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("+CMS ERROR: 38", Retry),
        ("+CMS ERROR: 500", Retry),
        ("+CMS ERROR: 331", Retry),
        ("+CME ERROR: 14", Retry),
        ("ERROR", Retry),
        ("+CMS ERROR: 28", Permanent),
        ("+CMS ERROR: 304", Permanent),
        ("NO CARRIER", Unknown),
    ],
)
def test_a_refused_sms_is_told_apart_and_leaves_nothing_behind(
    runner: Runner, allowed: tuple[ModemManager, MmModem], answer: str, kind: type[Exception]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.manners.on_send = [answer]
    with pytest.raises(kind):
        lte.send("Störung 17-1: weg.")
    assert modem.sent == []
    if kind is not Unknown:
        assert lte.call("messages", answer=tuple[StoredMessage, ...]) == ()
        assert objects_of(manager) == []


def test_a_refused_part_of_a_long_sms_leaves_a_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.manners.on_send = ["sent", "+CMS ERROR: 38"]
    with pytest.raises(Unknown, match="parts"):
        lte.send("Störung 17-1: " + "der Kern-Switch antwortet nicht, " * 8)
    assert len(modem.sent) == 1


def test_a_lost_answer_is_a_doubt_that_the_report_takes_away(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, sent_within_s=1.0)
    modem.manners.on_send = ["silent"]
    with pytest.raises(Unknown):
        lte.send("Störung 17-1: weg.")
    eventually(lambda: lte.find_sent("Störung 17-1: weg.", "17-1"), "the report is seen")
    assert len(modem.sent) == 1


def test_an_sms_that_the_modem_swallowed_stays_a_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, sent_within_s=1.0)
    modem.manners.on_send = ["swallowed"]
    with pytest.raises(Unknown):
        lte.send("Störung 17-1: weg.")
    assert lte.find_sent("Störung 17-1: weg.", "17-1") is None


@pytest.mark.parametrize("recipient", ["Leitstelle", "+", "12", "+49 171 \n 0017 x"])
def test_what_is_no_number_is_refused(
    runner: Runner, allowed: tuple[ModemManager, MmModem], recipient: str
) -> None:
    lte = start(runner, allowed[0])
    wrong = Message(id="m", mark="17-1", recipient=recipient, text="Störung 17-1")
    with pytest.raises(Permanent, match="telephone number"):
        lte.call("send", wrong, answer=Receipt)


def objects_of(manager: ModemManager) -> list[str]:
    """Give the SMS that ModemManager has."""
    found: list[str] = manager.property(
        manager.modems()[0], f"{SERVICE}.Modem.Messaging", "Messages"
    )
    return found
