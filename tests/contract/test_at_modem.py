"""The AT plugin in its child, against the lab's modem and all its bad manners."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Deliver
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.at_modem import AtModem
from notanker_lab.at_switches import SWITCHES
from tests.contract.support.runner import Instance, Runner, eventually

NUMBER = "+491713920017"
SENDER = "+491713920018"
SENDING = [
    name for name in SWITCHES if name.startswith(("hang", "reboot_", "no_prompt", "prompt", "pdu"))
]
SENDING += [
    "late",
    "cms",
    "cme",
    "urc_in_prompt",
    "urc_in_result",
    "urc_before_echo",
    "unplug_sent",
]
LINE = [
    "bytewise", "garbage", "nul", "pause_in_line", "bare_lf", "bare_cr", "doubled_cr", "echo_stays",
    "boot_flood", "rssi_flood", "slow", "half_line", "swallow",
]  # fmt: skip
RECEIVING = [
    name for name in SWITCHES if name.startswith(("notice", "list", "delete", "urc_in_list"))
]
REPORT_S = 0.3
SENT_WITHIN_S = 1.0
WAIT_FOR_REPORT_S = 4.0
PATIENCE_S = 60.0
AT_ONCE = 8


def start(runner: Runner, modem: AtModem, **options: object) -> Instance:
    values = {"port": str(modem.port), "sent_within_s": SENT_WITHIN_S, "answer_s": 1.0, **options}
    return runner.start("at_modem", values, path=())


def message(mark: str, text: str = "", **more: object) -> Message:
    values: dict[str, object] = {"recipient": NUMBER, "reference": 17, **more}
    return Message(id=mark, mark=mark, text=f"{text or 'Störung'} {mark}", **values)  # type: ignore[arg-type]  # as above


def delivered(lte: Instance, sms: Message) -> str:
    """Do with the message what the outbox does: an unknown waits for proof, then it is repeated, marked."""
    end_s = time.monotonic() + PATIENCE_S
    unknown_s: float | None = None
    while time.monotonic() < end_s:
        hear_news(lte)
        try:
            if unknown_s is None:
                lte.call("send", sms, answer=Receipt)
                return "sent"
            if lte.find_sent(sms.text, sms.mark):
                return "found"
            if time.monotonic() - unknown_s > WAIT_FOR_REPORT_S:
                unknown_s, sms = None, repeated(sms)
        except Unknown:
            unknown_s = time.monotonic()
        except Permanent as error:
            return error.reason
        except (Retry, PluginDown) as error:
            time.sleep(min(getattr(error, "after_s", 0.2), 0.5))
    return "waiting"


def hear_news(lte: Instance) -> None:
    """Collect at once what the plugin has news of, as the agent does."""
    if lte.process.news.is_set():
        lte.process.news.clear()
        with contextlib.suppress(Retry, Permanent, PluginDown):
            lte.call("collect", answer=Collected)


def repeated(sms: Message) -> Message:
    return Message(
        id=sms.id,
        mark=sms.mark,
        recipient=sms.recipient,
        text=sms.text.replace(sms.mark, f"{sms.mark}r"),
        attempt=2,
        reference=sms.reference,
        repeat=True,
        left=sms.left,
    )


def together(what: Callable[[str], None], names: list[str]) -> None:
    """Do it for each of the names, some at a time: they wait most of it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(what, names):
            pass


def collected(lte: Instance) -> Collected:
    for _ in range(100):
        try:
            return lte.call("collect", answer=Collected)
        except Retry as error:
            time.sleep(min(error.after_s, 0.2))
    raise AssertionError("nothing can be collected")


def text_of(pdu: str) -> str:
    try:
        read = decode(pdu)
    except PduError:
        return ""
    return read.text if isinstance(read, Deliver) else ""


def taken(lte: Instance, texts: dict[str, int]) -> int:
    """Take what is there as the agent does: write it down, then discard it; return how much it was."""
    found = collected(lte)
    for one in found.inbound:
        texts[text_of(one.pdu)] = texts.get(text_of(one.pdu), 0) + 1
    names = tuple(
        filter(None, [one.name for one in found.inbound] + [one.name for one in found.reports])
    )
    if names:
        lte.call("discard", names, answer=type(None))
    return len(found.inbound)


# --- sending -----------------------------------------------------------------------------------------


def test_every_fault_loses_nothing_and_with_reports_doubles_nothing(runner: Runner) -> None:
    def check(name: str) -> None:
        with AtModem() as modem:
            modem.set(report_s=REPORT_S, boot_s=1.0, register_s=0.5)
            lte = start(runner, modem)
            modem.fault(name, times=1, down_s=1.0, delay_s=2.0)
            outcome = delivered(lte, message("17-1", name))
            assert outcome in ("sent", "found"), (name, outcome)
            assert len(modem.sent) == 1, (name, outcome)
            assert not modem.state()["spoilt"], name
            assert lte.process.status.failures == 0, (name, lte.seen)

    together(check, ["none", *SENDING])


def test_without_reports_nothing_is_lost_and_a_copy_is_marked(runner: Runner) -> None:
    def check(name: str) -> None:
        with AtModem() as modem:
            modem.set(report_s=None)
            lte = start(runner, modem, reports=False)
            modem.fault(name, times=1, down_s=1.0, delay_s=2.0)
            delivered(lte, message("17-1", name))
            texts = modem.texts()
            assert 1 <= len(texts) <= 2, name
            assert all("17-1r" in text for text in texts[1:]), name
            assert all(sent.submit.rejects_copies for sent in modem.sent[1:]), name

    together(check, SENDING)


def test_a_line_with_bad_manners_changes_nothing(runner: Runner) -> None:
    def check(name: str) -> None:
        with AtModem() as modem:
            modem.set(report_s=REPORT_S)
            lte = start(runner, modem, answer_s=3.0, sent_within_s=3.0)
            collected(lte)
            modem.fault(name, times=3 if name in ("swallow", "half_line", "slow") else 0)
            outcome = delivered(lte, message("17-1", name))
            assert outcome in ("sent", "found"), (name, outcome, lte.seen, runner.output())
            assert len(modem.sent) == 1, name
            assert lte.process.status.failures == 0, (name, lte.seen)

    together(check, LINE)


def test_a_healthy_modem_is_quick_and_every_sms_asks_for_a_report(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        lte = start(runner, modem)
        receipts = [lte.call("send", message(f"17-{n}"), answer=Receipt) for n in range(1, 11)]
        assert all(receipt.report and receipt.proof == "+CMGS" for receipt in receipts)
        assert [receipt.references[0] for receipt in receipts] == [s.reference for s in modem.sent]
        assert all(sent.submit.asks_report for sent in modem.sent)
        eventually(lte.process.news.is_set, "news of the reports")
        reports: dict[int | None, str] = {}

        def all_reported() -> bool:
            for one in collected(lte).reports:
                reports[one.reference] = one.fate
            return len(reports) == 10

        eventually(all_reported, "ten reports")
        assert set(reports.values()) == {"delivered"}


def test_a_long_sms_leaves_in_parts_and_only_missing_ones_are_repeated(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        lte = start(runner, modem)
        sms = message("17-1", "Der Kern-Switch antwortet nicht. " * 12)
        lte.call("send", sms, answer=Receipt)
        assert modem.texts() == [sms.text]
        parts = len(modem.sent)
        assert parts == 3
        missing = message("17-2", "Der Kern-Switch antwortet nicht. " * 12, left=(1, 3))
        assert len(lte.call("send", missing, answer=Receipt).references) == 1
        assert len(modem.sent) == parts + 1


def test_a_part_that_is_refused_says_which_ones_left(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.fault("cms", times=1, code=500)
        with pytest.raises(Retry) as raised:
            lte.call("send", message("17-1", "Störung " * 40), answer=Receipt)
        assert raised.value.left == ()
        assert delivered(lte, message("17-1", "Störung " * 40)) == "sent"


@pytest.mark.parametrize("code", [28, 304])
def test_what_the_network_will_never_take_is_permanent(runner: Runner, code: int) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.fault("cms", times=1, code=code)
        with pytest.raises(Permanent, match=str(code)):
            lte.call("send", message("17-1"), answer=Receipt)


def test_what_is_no_number_or_no_text_is_permanent(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        for sms in (message("17-1", recipient="Zentrale"), message("17-1", "x" * 1001)):
            with pytest.raises(Permanent):
                lte.call("send", sms, answer=Receipt)
        assert not modem.sent


def test_reports_that_lie_in_the_wrong_memory_are_found(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        lte = start(runner, modem)
        collected(lte)
        modem.fault("report_wrong_memory")
        lte.call("send", message("17-1"), answer=Receipt)
        eventually(lambda: collected(lte).reports, "the report")
        taken(lte, {})
        assert not modem.box("SR")


# --- the port and the device -------------------------------------------------------------------------


def test_a_modem_that_comes_back_under_another_name_sends_within_ten_seconds(
    runner: Runner,
) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        lte.call("send", message("17-1"), answer=Receipt)
        before = len(runner.logged)
        modem.unplug()
        away_s = time.monotonic()
        while time.monotonic() - away_s < 3.0:
            with pytest.raises(Retry):
                lte.call("send", message("17-2"), answer=Receipt)
            time.sleep(0.05)
        assert len(runner.logged) == before, runner.logged[before:]
        modem.replug("ttyUSB7", ports=["ttyUSB8"])
        back_s = time.monotonic()
        assert delivered(lte, message("17-2")) == "sent"
        assert time.monotonic() - back_s < 10.0
        assert "; back at" in runner.output()


@pytest.mark.parametrize("silent", [False, True])
def test_a_modem_that_has_restarted_is_set_up_anew_and_receives(
    runner: Runner, silent: bool
) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.reboot(0.5, silent=silent)
        start_s = time.monotonic()

        def is_set_up() -> bool:
            collected(lte)
            state = modem.state()
            return bool(state["up"]) and state["cnmi"][1] == 1 and not state["echo"]

        eventually(is_set_up, "settings", within_s=15.0)
        modem.receive(SENDER, "OK 17")
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS", within_s=15.0)
        assert time.monotonic() - start_s < 15.0
        assert texts == {"OK 17": 1}


def test_a_restart_that_nobody_heard_of_sends_no_pdu_as_a_text(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        lte = start(runner, modem)
        lte.call("send", message("17-1"), answer=Receipt)
        modem.reboot(0.0, silent=True)
        eventually(lambda: modem.state()["registered"] == "home", "the modem is up")
        with pytest.raises(Retry, match="restarted"):
            lte.call("send", message("17-2"), answer=Receipt)
        assert delivered(lte, message("17-2")) == "sent"
        assert modem.texts() == ["Störung 17-1", "Störung 17-2"]
        assert not modem.state()["spoilt"]


def test_three_commands_without_an_answer_cost_less_than_twenty_seconds(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.fault("deaf", times=3)
        start_s = time.monotonic()
        assert delivered(lte, message("17-1")) == "sent"
        assert time.monotonic() - start_s < 20.0
        assert len(modem.sent) == 1


def test_a_deaf_modem_is_brought_back_by_what_cures_it(runner: Runner, tmp_path: Path) -> None:
    with AtModem() as modem:
        script = tmp_path / "power"
        done = tmp_path / "done"
        script.write_text(f"#!/bin/sh\ntouch {done}\n")
        script.chmod(0o755)
        lte = start(runner, modem, power_command=[str(script)])
        collected(lte)
        modem.fault("deaf", cure="power")
        whats: list[str] = []

        def rescued() -> bool:
            for method, answer in (("state", UplinkState), ("collect", Collected)):
                try:
                    found = lte.call(method, answer=answer)
                    whats.extend(one.what for one in getattr(found, "happenings", ()))
                except Retry:
                    time.sleep(0.2)
            return "rescue_restart" in whats

        eventually(rescued, "the ladder", within_s=60.0)
        assert "rescue_reopen" in whats
        modem.power(on=False)
        modem.power(on=True)
        assert delivered(lte, message("17-1")) == "sent"


def test_a_port_that_another_program_has_is_named(runner: Runner) -> None:
    with AtModem() as modem:
        fd = os.open(modem.port, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lte = start(runner, modem)
            with pytest.raises(Retry, match="held by"):
                lte.call("signal", answer=Signal)
        finally:
            os.close(fd)
        eventually(lambda: _signal(lte) is not None, "the port is free again")


def test_somebody_elses_answers_are_noticed(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.say("+QGMR: somebody", "OK")
        time.sleep(0.2)
        eventually(
            lambda: "port_shared" in [one.what for one in collected(lte).happenings], "the word"
        )


@pytest.mark.parametrize("typed", ["", "0011000C91", "0011000C919471319302107F0000A704D7F7BB0C"])
def test_a_prompt_that_a_killed_child_left_open_is_left_and_takes_nothing(
    runner: Runner, typed: str
) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        fd = os.open(modem.port, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, b"ATE0\rAT+CMGS=30\r" + typed.encode())
        eventually(lambda: os.read(fd, 100).endswith(b"> "), "the prompt")
        os.close(fd)
        lte = start(runner, modem)
        assert lte.call("send", message("17-1"), answer=Receipt).proof == "+CMGS"
        assert modem.texts() == ["Störung 17-1"]
        assert not modem.state()["spoilt"]


def test_another_modem_than_the_configured_one_is_left_alone(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem, imei="490154203237518")
        with pytest.raises(Retry, match="another modem"):
            lte.call("signal", answer=Signal)


@pytest.mark.parametrize("kind", ["tcp", "rfc2217"])
def test_a_modem_behind_the_network_sends_and_receives(runner: Runner, kind: str) -> None:
    with AtModem(**{kind: ("127.0.0.1", 0)}) as modem:  # type: ignore[arg-type]  # one of the two
        (url,) = modem.urls
        lte = start(runner, modem, port=url)
        assert delivered(lte, message("17-1")) == "sent"
        modem.receive(SENDER, "OK 17")
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS", within_s=60.0)
        assert texts == {"OK 17": 1}


# --- receiving ---------------------------------------------------------------------------------------


def test_every_way_of_not_announcing_loses_nothing_and_hands_over_once(runner: Runner) -> None:
    def check(name: str) -> None:
        with AtModem() as modem:
            lte = start(runner, modem)
            taken(lte, {})
            modem.fault(name, times=0 if name.startswith("list") else 1)
            for number in range(3):
                modem.receive(SENDER, f"Antwort {number}")
            texts: dict[str, int] = {}

            def all_there() -> bool:
                taken(lte, texts)
                return {f"Antwort {number}" for number in range(3)} <= set(texts)

            if name.startswith("list"):
                eventually(lambda: taken(lte, texts), "the list", within_s=40.0)
                modem.fault("none")
            eventually(all_there, name, within_s=40.0)
            assert lte.process.status.failures == 0, (name, lte.seen)

    together(check, ["none", *RECEIVING])


def test_news_comes_at_once(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        taken(lte, {})
        lte.process.news.clear()
        modem.receive(SENDER, "OK 17")
        eventually(lte.process.news.is_set, "news", within_s=2.0)
        assert [text_of(one.pdu) for one in collected(lte).inbound] == ["OK 17"]


def test_what_is_not_discarded_comes_again_under_its_name(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.receive(SENDER, "OK 17")
        eventually(lambda: collected(lte).inbound, "the SMS")
        first, second = collected(lte).inbound, collected(lte).inbound
        assert first == second
        assert len(first) == 1


def test_a_name_of_old_never_deletes_another_sms(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.receive(SENDER, "OK 17")
        eventually(lambda: collected(lte).inbound, "the SMS")
        (old,) = collected(lte).inbound
        lte.call("discard", (old.name,), answer=type(None))
        modem.receive(SENDER, "OK 18")
        eventually(lambda: collected(lte).inbound, "the next SMS")
        lte.call("discard", (old.name,), answer=type(None))
        assert [text_of(one.pdu) for one in collected(lte).inbound] == ["OK 18"]


def test_an_sms_for_the_screen_is_handed_over_too(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        taken(lte, {})
        modem.receive(SENDER, "Netzhinweis", flash=True)
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS")
        assert texts == {"Netzhinweis": 1}


def test_a_storm_through_a_small_store_loses_nothing(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(ME=5, SM=5)
        lte = start(runner, modem)
        texts: dict[str, int] = {}
        taken(lte, texts)
        wanted = {f"Antwort {number}" for number in range(60)}
        for text in sorted(wanted):
            modem.receive(SENDER, text)

        def all_there() -> bool:
            taken(lte, texts)
            return set(texts) == wanted

        eventually(all_there, "all of them", within_s=60.0)
        assert set(texts.values()) == {1}
        assert not modem.state()["kept_by_network"]


# --- SIM, network, questions -------------------------------------------------------------------------


@pytest.fixture
def pin(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text("1234")
    return path


def test_the_pin_opens_the_sim_and_stands_in_no_log(runner: Runner, pin: Path) -> None:
    with AtModem() as modem:
        modem.sim("pin", locked=True)
        lte = start(runner, modem, pin=str(pin))
        assert delivered(lte, message("17-1")) == "sent"
        assert "1234" not in runner.output()


def test_a_wrong_pin_is_tried_once_whatever_is_asked(runner: Runner, pin: Path) -> None:
    with AtModem() as modem:
        modem.sim("pin", locked=True)
        pin.write_text("9999")
        lte = start(runner, modem, pin=str(pin))
        for _ in range(4):
            with pytest.raises((Permanent, Retry)):
                lte.call("send", message("17-1"), answer=Receipt)
            assert lte.call("state", answer=UplinkState).sim is Sim.PIN
        assert modem.state()["pin_tries"] == 2


@pytest.mark.parametrize(
    ("state", "sim"),
    [("puk", Sim.PUK), ("absent", Sim.MISSING), ("failure", Sim.FAILED), ("busy", Sim.BUSY)],
)
def test_a_sim_that_cannot_be_used_is_told(runner: Runner, state: str, sim: Sim) -> None:
    with AtModem() as modem:
        modem.sim(state)
        lte = start(runner, modem)
        with pytest.raises((Permanent, Retry), match="SIM"):
            lte.call("send", message("17-1"), answer=Receipt)
        assert lte.call("state", answer=UplinkState).sim is sim
        modem.sim("ready")
        assert delivered(lte, message("17-1")) == "sent"


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("home", Registration.HOME),
        ("searching", Registration.SEARCHING),
        ("denied", Registration.DENIED),
        ("roaming", Registration.ROAMING),
        ("sms_only", Registration.SMS_ONLY),
        ("emergency", Registration.EMERGENCY_ONLY),
    ],
)
def test_registration_is_told_and_data_follows_it(
    runner: Runner, state: str, meaning: Registration
) -> None:
    with AtModem() as modem:
        modem.register(state)
        lte = start(runner, modem)
        assert lte.call("state", answer=UplinkState).registration is meaning
        if meaning is Registration.HOME:
            lte.call("bring_up", answer=type(None))
            assert modem.state()["data"]
        else:
            with pytest.raises((Permanent, Retry)):
                lte.call("bring_up", answer=type(None))


@pytest.mark.parametrize("vendor", ["generic", "huawei", "quectel", "simcom"])
def test_each_vendors_modem_is_known(runner: Runner, vendor: str) -> None:
    with AtModem(vendor) as modem:
        lte = start(runner, modem)
        info = lte.call("info", answer=ModemInfo)
        assert info.sim is Sim.READY
        assert info.imei
        assert info.manufacturer
        signal = lte.call("signal", answer=Signal)
        assert signal.rsrp_dbm is not None
        assert -120 < signal.rsrp_dbm < -60
        lte.call("bring_up", answer=type(None))
        state = lte.call("state", answer=UplinkState)
        assert state.connected
        assert state.address
        lte.call("tear_down", answer=type(None))
        assert not lte.call("state", answer=UplinkState).connected


@pytest.mark.parametrize("name", ["none", "ussd_ucs2", "ussd_packed"])
def test_a_code_is_answered_in_clear_text(runner: Runner, name: str) -> None:
    with AtModem() as modem:
        modem.set(ussd={"*100#": "Guthaben: 12,34 EUR"}, ussd_s=0.1)
        lte = start(runner, modem)
        modem.fault(name)
        assert lte.call("ussd", "*100#", answer=str) == "Guthaben: 12,34 EUR"


def test_a_code_that_is_none_is_not_sent(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        with pytest.raises(Permanent):
            lte.call("ussd", '*100#";+CFUN=1,1', answer=str)
        assert lte.call("messages", answer=tuple[StoredMessage, ...]) == ()


def _signal(lte: Instance) -> Signal | None:
    try:
        return lte.call("signal", answer=Signal)
    except Retry:
        return None
