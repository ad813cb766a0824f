"""The ModemManager plugin in its child, against Debian's own ModemManager and the lab's modem."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notanker.plugin import (
    Collected,
    Message,
    ModemInfo,
    Permanent,
    Receipt,
    Registration,
    Retry,
    Signal,
    Sim,
    StoredMessage,
    Unknown,
    UplinkState,
)
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.model import Submit
from notanker_lab import mm_pdu
from notanker_lab.mm_modem import CENTRE, ICCID, IMEI, MmModem
from notanker_lab.modemmanager import SERVICE, ModemManager
from tests.contract.support.modems import managed
from tests.contract.support.runner import Instance, Runner, eventually

BURST = [f"OK {number}" for number in range(17, 23)]
SENDER = "+4917604069011"
SPLIT = "Störung: " + "x" * 57 + "😀 im Serverraum"
"""The emoji's first half is the last character of the first part."""


@pytest.fixture
def allowed() -> Iterator[tuple[ModemManager, MmModem]]:
    with managed(commands=True) as started:
        yield started


@pytest.fixture
def as_shipped() -> Iterator[tuple[ModemManager, MmModem]]:
    with managed(commands=False) as started:
        yield started


def start(runner: Runner, manager: ModemManager, **options: object) -> Instance:
    values = {"bus": manager.address, "answer_within_s": 5.0, **options}
    return runner.start("modemmanager", values, path=())


def collect(lte: Instance) -> Collected:
    return lte.call("collect", answer=Collected)


def discard(lte: Instance, *names: str) -> None:
    lte.call("discard", names, answer=type(None))


def gather(lte: Instance, count: int) -> dict[str, str]:
    """Collect until so many SMS are there; give the raw or the read text of each, by name."""
    found: dict[str, str] = {}

    def enough() -> bool:
        for one in collect(lte).inbound:
            found[one.name] = one.pdu or one.text
        return len(found) >= count

    eventually(enough, f"{count} SMS")
    return found


def say(texts: list[str]) -> list[str]:
    return [mm_pdu.deliver(SENDER, text) for text in texts]


def state(lte: Instance) -> UplinkState:
    return lte.call("state", answer=UplinkState)


def happened(lte: Instance, *wanted: str) -> list[str]:
    """Collect until all of these happened; give all that did."""
    found: list[str] = []

    def enough() -> bool:
        with contextlib.suppress(Retry):
            found.extend(one.what for one in collect(lte).happenings)
        return set(wanted) <= set(found)

    eventually(enough, f"{wanted}, last {found}")
    return found


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


@pytest.mark.parametrize("gap_s", [0.0, 0.005, 0.05])
def test_a_burst_of_sms_is_handed_over_whole_and_once(
    runner: Runner, allowed: tuple[ModemManager, MmModem], gap_s: float
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    lte.process.news.clear()
    pdus = say(BURST)
    modem.receive(*pdus, gap_s=gap_s)
    eventually(lte.process.news.is_set, "the agent is told")
    found = gather(lte, len(BURST))
    assert sorted(found.values()) == sorted(pdus)
    discard(lte, *found)
    assert collect(lte).inbound == ()
    assert modem.store == {}


def test_after_a_burst_the_next_sms_is_announced(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.receive(*say(BURST))
    discard(lte, *gather(lte, len(BURST)))
    for text in ("OK 30", "OK 31"):
        collect(lte)  # each notice is answered by one, else there is no next
        lte.process.news.clear()
        modem.receive(*say([text]))
        eventually(lte.process.news.is_set, "the agent is told")
        discard(lte, *gather(lte, 1))
    assert modem.store == {}


@pytest.mark.parametrize("gap_s", [0.0, 0.05])
def test_without_commands_a_burst_is_found_by_turning_the_modem_off_and_on(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem], gap_s: float
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    collect(lte)
    modem.receive(*say(BURST), gap_s=gap_s)
    found = gather(lte, len(BURST))
    assert sorted(found.values()) == BURST
    discard(lte, *found)
    assert collect(lte).inbound == ()
    assert modem.store == {}


def test_an_emoji_cut_in_two_is_handed_over_as_the_network_sent_it(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    parts = mm_pdu.parts(SENDER, SPLIT, 7)
    modem.receive(*parts, gap_s=0.1)
    found = gather(lte, 2)
    assert sorted(found.values()) == sorted(parts)
    discard(lte, *found)
    assert modem.store == {}


def test_without_commands_it_is_said_once_that_something_may_stay_unseen(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    modem.receive(*mm_pdu.parts(SENDER, SPLIT, 7), gap_s=0.1)
    assert [one.what for one in collect(lte).happenings] == ["sms_unchecked"]
    assert collect(lte) == Collected()


def test_without_commands_a_data_session_is_not_cut_to_look_for_sms(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager)
    lte.call("bring_up", answer=type(None))
    modem.receive(*say(BURST))
    happened(lte, "sms_maybe_lost")
    assert state(lte).connected is True
    lte.call("tear_down", answer=type(None))
    assert sorted(gather(lte, len(BURST)).values()) == BURST


@pytest.mark.parametrize("holds_notices", [True, False])
def test_what_came_while_the_only_port_carried_data_is_handed_over_after_it(
    runner: Runner, holds_notices: bool
) -> None:
    with managed(commands=False, ports=1) as (manager, modem):
        modem.manners.holds_notices = holds_notices
        lte = start(runner, manager)
        lte.call("bring_up", answer=type(None))
        modem.receive(*say(BURST))
        assert collect(lte).inbound == ()
        lte.call("tear_down", answer=type(None))
        assert sorted(gather(lte, len(BURST)).values()) == BURST


def test_a_long_sms_comes_with_its_last_part(
    runner: Runner, as_shipped: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = as_shipped
    lte = start(runner, manager, relist=False)
    text = "OK 17, " + "bin unterwegs " * 6
    first, second = mm_pdu.parts(SENDER, text, 9)
    modem.receive(first)
    eventually(lambda: len(lte.call("messages", answer=tuple[StoredMessage, ...])) == 1, "a part")
    assert collect(lte).inbound == ()
    lte.process.news.clear()
    modem.receive(second)
    eventually(lte.process.news.is_set, "the agent is told")
    assert list(gather(lte, 1).values()) == [text]


def test_a_part_that_is_not_on_disk_yet_stays(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    first, second = mm_pdu.parts(SENDER, "OK 17, " + "bin unterwegs " * 6, 9)
    modem.receive(first, second, gap_s=0.2)
    found = gather(lte, 2)
    discard(lte, *[name for name, pdu in found.items() if pdu == first])
    assert list(modem.store.values()) == [second]
    assert [one.pdu for one in collect(lte).inbound] == [second]


def test_another_sms_that_took_the_place_of_a_discarded_one_stays(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    modem.receive(*say(["OK 17"]))
    (name,) = gather(lte, 1)
    modem.store.clear()
    modem.receive(*say(["OK 18"]))
    discard(lte, name)
    assert list(modem.store.values()) == say(["OK 18"])


def test_a_pdu_that_nobody_can_read_is_handed_over_and_can_be_discarded(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    broken = say(["OK 17"])[0][:30]
    modem.receive(broken, *say(["OK 18"]), gap_s=0.1)
    found = gather(lte, 2)
    assert broken in found.values()
    discard(lte, *found)
    assert modem.store == {}


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


def test_the_data_session_comes_up_is_told_and_goes_down(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, apn="internet.example")
    lte.call("bring_up", answer=type(None))
    lte.call("bring_up", answer=type(None))
    assert sum(command.startswith("D*99") for command in modem.heard) == 1
    assert '+CGDCONT=2,"IP","internet.example"' in modem.heard or "D*99***1#" in modem.heard
    told = state(lte)
    assert (told.connected, told.operator, told.network) == (True, "Testnetz", "LTE")
    assert (told.registration, told.sim, told.roaming) == (Registration.HOME, Sim.READY, False)
    assert "IPv4 by PPP" in runner.output()
    lte.send("Störung 17-1: während der Datenverbindung.")
    lte.call("tear_down", answer=type(None))
    lte.call("tear_down", answer=type(None))
    assert state(lte).connected is False


def test_a_data_session_of_networkmanager_is_left_alone(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, dials=False, connected_within_s=0.5)
    with pytest.raises(Retry, match="NetworkManager"):
        lte.call("bring_up", answer=type(None))
    manager.call(
        manager.modems()[0], f"{SERVICE}.Modem.Simple", "Connect", "a{sv}", {"apn": ("s", "")}
    )
    lte.call("bring_up", answer=type(None))
    with pytest.raises(Permanent, match="NetworkManager"):
        lte.call("tear_down", answer=type(None))
    assert state(lte).connected is True
    assert sum(command.startswith("D*99") for command in modem.heard) == 1


def test_a_data_session_that_does_not_come_up_is_a_retry(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    modem.manners.dials = False
    with pytest.raises(Retry):
        start(runner, manager).call("bring_up", answer=type(None))


def test_a_technician_sees_what_the_modem_is_and_hears(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)  # turns the modem on
    info = lte.call("info", answer=ModemInfo)
    assert (info.imei, info.centre, info.pin_tries) == (IMEI, CENTRE, 3)
    assert info.iccid == ICCID

    def level() -> bool:
        return lte.call("signal", answer=Signal).rsrp_dbm == -101.0

    eventually(level, "the level of LTE's reference signals")
    assert lte.call("ussd", "*100#", answer=str) == "Guthaben 5 EUR"
    modem.receive(*say(["OK 17"]))
    (stored,) = lte.call("messages", answer=tuple[StoredMessage, ...])
    assert (stored.box, stored.other, stored.text) == ("in", SENDER, "OK 17")


def test_the_pin_is_given_once_and_opens_the_sim(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        lte = start(runner, manager, pin=secret(tmp_path, "1234"))
        assert state(lte).sim is Sim.PIN
        lte.send("Störung 17-1: weg.")
        assert modem.heard.count('+CPIN="1234"') == 1
        assert state(lte).sim is Sim.READY
        assert "1234" not in runner.output()


def test_a_wrong_pin_is_tried_once_and_never_again(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        lte = start(runner, manager, pin=secret(tmp_path, "9999"))
        for _ in range(3):
            with pytest.raises(Permanent):
                lte.send("Störung 17-1: weg.")
        assert modem.heard.count('+CPIN="9999"') == 1
        assert modem.manners.tries == 2


def test_the_last_try_of_a_pin_is_left_to_people(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        modem.manners.tries = 1
        lte = start(runner, manager, pin=secret(tmp_path, "1234"))

        def told() -> bool:
            return lte.call("info", answer=ModemInfo).pin_tries == 1

        manager.stop()
        manager.start()
        manager.add_modem(*modem.ports)
        eventually(told, "ModemManager has asked for the tries")
        with pytest.raises(Permanent, match="1 left"):
            lte.send("Störung 17-1: weg.")
        assert not [command for command in modem.heard if command.startswith('+CPIN="')]


def test_without_a_pin_a_locked_sim_is_permanent(runner: Runner) -> None:
    with managed(sim="SIM PIN") as (manager, _), pytest.raises(Permanent, match="PIN"):
        start(runner, manager).call("bring_up", answer=type(None))


def test_a_modem_that_comes_back_under_another_name_is_found(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    lte.send("Störung 17-1: weg.")
    before = manager.modems()
    with manager.without():
        happened(lte, "modem_gone")
        with pytest.raises(Retry, match="no modem"):
            lte.send("Störung 17-2: weg.", "17-2")
    assert manager.modems() != before
    happened(lte, "modem_back")
    lte.send("Störung 17-2: weg.", "17-2")
    assert len(modem.sent) == 2


def test_a_pulled_cable_that_modemmanager_has_not_heard_of_leaves_no_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    modem.unplug()
    with pytest.raises(Retry, match="port is closed"):
        lte.send("Störung 17-1: weg.")
    assert modem.sent == []


def test_modemmanager_may_go_and_come_back(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    lte.send("Störung 17-1: weg.")
    manager.stop()
    happened(lte, "modemmanager_gone")
    with pytest.raises(Retry, match="ModemManager does not run"):
        lte.send("Störung 17-2: weg.", "17-2")
    manager.start()
    manager.add_modem(*modem.ports)
    happened(lte, "modemmanager_back")
    lte.send("Störung 17-2: weg.", "17-2")
    assert lte.process.status.failures == 0, lte.seen


def test_a_hung_modemmanager_costs_a_bounded_time_and_no_child(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, _ = allowed
    lte = start(runner, manager, answer_within_s=0.3)
    pid = lte.pid()
    with manager.hung():
        for ask in _questions(lte):
            with pytest.raises(Retry, match="does not answer"):
                ask()
    assert state(lte).sim is Sim.READY
    assert lte.pid() == pid
    assert lte.process.status.failures == 0, lte.seen


def _questions(lte: Instance) -> list[Callable[[], Any]]:
    return [lambda: state(lte), lambda: collect(lte), lambda: lte.send("Störung 17-1: weg.")]


def test_a_hung_modemmanager_that_was_given_an_sms_leaves_a_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, sent_within_s=1.0)
    modem.manners.on_send = ["swallowed"]
    with pytest.raises(Unknown, match="does not answer"):
        lte.send("Störung 17-1: weg.")


def test_without_a_bus_it_waits_for_one(runner: Runner, tmp_path: Path) -> None:
    lte = runner.start("modemmanager", {"bus": f"unix:path={tmp_path}/none"}, path=())
    for _ in range(2):
        with pytest.raises(Retry, match="no D-Bus"):
            state(lte)
    assert lte.process.status.failures == 0


def test_a_refusal_of_polkit_says_what_to_do(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    manager.refuse(f"{SERVICE}.Messaging")
    with pytest.raises(Permanent, match=r"polkit.*README"):
        lte.send("Störung 17-1: weg.")
    manager.refuse()
    lte.send("Störung 17-1: weg.")
    assert len(modem.sent) == 1


def test_of_several_modems_the_options_must_name_one(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    folder = modem.ports[0].parent / "two"
    folder.mkdir()
    with MmModem(folder, imei="350000000000002") as other:
        manager.add_modem(*other.ports, name="other")
        with pytest.raises(Permanent, match="several modems"):
            start(runner, manager).send("Störung 17-1: weg.")
        start(runner, manager, imei="350000000000002").send("Störung 17-2: weg.", "17-2")
        start(runner, manager, device="/virtual/lab").send("Störung 17-3: weg.", "17-3")
        assert (len(modem.sent), len(other.sent)) == (1, 1)
        with pytest.raises(Retry, match="no modem that is meant"):
            start(runner, manager, imei="350000000000003").send("Störung 17-4: weg.", "17-4")


def secret(folder: Path, value: str) -> str:
    path = folder / "pin"
    path.write_text(value + "\n")
    return str(path)


def objects_of(manager: ModemManager) -> list[str]:
    """Give the SMS that ModemManager has."""
    found: list[str] = manager.property(
        manager.modems()[0], f"{SERVICE}.Modem.Messaging", "Messages"
    )
    return found
