"""The Huawei plugin in its child, against the lab's modem: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.plugin import (
    Collected,
    ModemInfo,
    Permanent,
    Receipt,
    Registration,
    Retry,
    Signal,
    Sim,
    StoredMessage,
    UplinkState,
)
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.hilink_session import TOKEN_MODES
from notanker_lab.hilinkctl import SWITCHES
from tests.contract.support.outbox import deliver
from tests.contract.support.runner import Instance, Runner, eventually, message
from tests.contract.support.stick import PASSWORD, Modem

LOGINS = ("none", "sha256")
FAULTS = sorted(set(SWITCHES) - {"none"})
LASTING = {"slow", "no_signal", "sim_pin", "connection_905", "multipart_hidden"}
"""These act on more than one request, so they end by the test's hand."""


@pytest.fixture(
    params=[(tokens, login) for tokens in TOKEN_MODES for login in LOGINS], ids="-".join
)
def modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(*request.param) as started:
        yield started


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(PASSWORD)
    return path


def start(runner: Runner, modem: Modem, secret: Path, **options: object) -> Instance:
    values = {
        "url": modem.url,
        "connect_timeout_s": 0.5,
        "read_timeout_s": 0.5,
        "settle_s": 0.2,
        "sent_within_s": 5.0,
        **options,
    }
    if modem.stick.sessions.login_kind != "none":
        values["password"] = str(secret)
    return runner.start("huawei_lte", values, path=())


def test_every_fault_once_loses_nothing_and_doubles_nothing(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    number = 0
    for name in ("none", *FAULTS):
        for how in ("reset", "hang") if name.startswith("lost_answer") else ("reset",):
            number += 1
            text = f"Störung 17-{number}: {name}/{how}, Kern-Switch antwortet nicht."
            times = 0 if name in LASTING else 1
            modem.fault(name, times=times, how=how, delay_s=0.2)
            outcome = deliver(
                lte, message(text, f"17-{number}"), after_try=lambda _: modem.fault("none")
            )
            modem.fault("none")
            assert outcome == "sent", (name, how)
            _await_on_air(modem, text)
            assert _count(modem, text) == 1, (name, how)
    assert len(modem.on_air) == number
    assert lte.process.status.failures == 0, lte.seen


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_is_survived_and_told_apart(
    runner: Runner, secret: Path, name: str
) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, secret, sent_within_s=0.8)
        modem.fault(name, delay_s=0.2)
        text = f"Störung 17-1: {name}"
        outcome = deliver(
            lte,
            message(text),
            after_try=lambda tries: modem.fault("none") if tries == 3 else None,
        )
        assert outcome == "sent"
        _await_on_air(modem, text)
        assert _count(modem, text) == 1
        assert lte.process.status.failures == 0, lte.seen


@pytest.mark.parametrize(("login", "count"), [("base64", 3), ("sha256", 33), ("scram", 3)])
def test_every_kind_of_log_in_works(runner: Runner, secret: Path, login: str, count: int) -> None:
    with Modem("pool", login) as modem:
        lte = start(runner, modem, secret)
        for number in range(1, count + 1):  # 33: more than a log-in's pool of tokens
            lte.send(f"Probe 17-{number}", f"17-{number}")
        assert len(modem.on_air) == count
        assert not modem.stick.errors


def test_no_post_needs_a_second_try_on_a_healthy_modem(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    for number in range(1, 6):
        lte.send(f"Probe 17-{number}", f"17-{number}")  # which list proves it is a matter of time
        assert lte.call("state", answer=UplinkState).connected is True
    assert not modem.stick.errors
    assert modem.count("POST /api/sms/send-sms") == 5


def test_the_status_of_the_last_sms_is_no_proof_for_a_draft(runner: Runner, secret: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        lte.send("Probe 17-1", "17-1")
        modem.fault("draft_only", times=1)
        with pytest.raises(Retry, match="draft"):
            lte.send("Probe 17-2", "17-2")
        assert lte.call("find_sent", message("Probe 17-2", "17-2"), answer=bool) is False
        assert modem.stick.boxes.as_dicts("drafts") == []
        lte.send("Probe 17-2", "17-2")
        assert [text for _, text in modem.on_air] == ["Probe 17-1", "Probe 17-2"]


def test_a_crash_at_any_moment_of_a_send_loses_and_doubles_nothing(
    runner: Runner, secret: Path
) -> None:
    with Modem("page", "sha256") as modem:
        modem.stick.boxes.radio_s = 0.1
        lte = start(runner, modem, secret)
        for number in range(1, 21):
            eventually(lambda: _answers(lte), "the child is back")
            kill = threading.Timer(number * 0.02, _kill, (lte,))
            kill.start()
            text = f"Störung 17-{number} nach Absturz"
            outcome = deliver(lte, message(text, f"17-{number}"), after_try=lambda _: None)
            kill.join()
            assert outcome == "sent"
            _await_on_air(modem, text)
        time.sleep(0.3)  # a second copy would leave within this
        assert len(modem.on_air) == 20
        assert len(set(modem.on_air)) == 20


def test_a_modem_that_restarts_while_it_sends_loses_nothing(runner: Runner, secret: Path) -> None:
    with Modem("rotate", "sha256") as modem:
        modem.stick.boxes.radio_s = 0.5
        lte = start(runner, modem, secret)
        lte.call("state", answer=UplinkState)
        threading.Timer(0.3, modem.reboot).start()
        assert deliver(lte, message(), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 1


def test_a_modem_that_is_unplugged_and_comes_back_gets_the_message(
    runner: Runner, secret: Path
) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        lte.call("state", answer=UplinkState)
        modem.go()
        with pytest.raises(Retry):
            lte.send()
        modem.come()
        assert deliver(lte, message(), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 1


def test_a_wrong_password_does_not_lock_the_modem(runner: Runner, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("falsch-und-lang")
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, wrong)
        for _ in range(8):
            with pytest.raises(Permanent, match="user name"):
                lte.send()
        assert modem.count("POST /api/user/login") == 1
        wrong.write_text(PASSWORD)
        assert lte.send().proof == "send-status"
        runner.stop()
        assert "falsch-und-lang" not in runner.output()
        assert PASSWORD not in runner.output()


def test_a_modem_that_wants_a_log_in_is_said_so(runner: Runner, secret: Path) -> None:
    with Modem("rotate", "sha256") as modem:
        values = {"url": modem.url, "settle_s": 0.2}
        lte = runner.start("huawei_lte", values, path=())
        with pytest.raises(Retry, match="no password is configured"):
            lte.send()


def test_the_agent_logs_out_when_it_ends(runner: Runner, secret: Path) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, secret)
        lte.send()
        runner.stop()
        assert modem.count("POST /api/user/logout") == 1
        assert PASSWORD not in runner.output()


def test_the_state_is_told_in_units(runner: Runner, secret: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        modem.stick.radio.month_bytes = 5_000_000_000
        state = lte.call("state", answer=UplinkState)
        assert state == UplinkState(
            operator="Labornetz",
            network="LTE",
            signal_dbm=-89.0,
            connected=True,
            data_switch=True,
            roaming=False,
            month_bytes=5_000_003_000,
            month_since=time.strftime("%Y-%m-01"),
            message_store_full=False,
            registration=Registration.HOME,
            sim=Sim.READY,
        )
        modem.fault("no_signal")
        state = lte.call("state", answer=UplinkState)
        assert (state.operator, state.signal_dbm, state.connected) == ("", None, False)


def test_the_data_session_goes_down_and_up(runner: Runner, secret: Path) -> None:
    with Modem("page", "none") as modem:
        lte = start(runner, modem, secret)
        for _ in range(2):
            lte.call("tear_down", answer=type(None))
            assert modem.stick.dataswitch is False
        for _ in range(2):
            lte.call("bring_up", answer=type(None))
            assert modem.stick.dataswitch is True
        assert modem.count("POST /api/dialup/mobile-dataswitch") == 2
        modem.fault("sim_pin")
        with pytest.raises(Permanent, match="PIN"):
            lte.call("bring_up", answer=type(None))


def test_a_full_store_is_emptied_of_what_was_sent(runner: Runner, secret: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        modem.stick.boxes.store("inbox", "+491713920017", "OK 17", 0)
        for number in range(6):
            lte.send(f"Probe 17-{number}", f"17-{number}")
        modem.stick.boxes.capacity = 7
        assert lte.call("state", answer=UplinkState).message_store_full is True
        assert deliver(lte, message("Neu 17-9", "17-9"), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 7
        assert len(modem.stick.boxes.as_dicts("inbox")) == 1


def test_an_older_sms_of_the_same_text_is_not_mistaken_for_this_one(
    runner: Runner, secret: Path
) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        lte.send("Probe 17-1", "17-1")
        assert lte.find_sent("Probe 17-1", "17-1") is True
        assert lte.find_sent("Probe 17-10", "17-10") is False
        assert lte.find_sent("Probe 7-1", "7-1") is False
        # A text that does not bear its mark can be known again by nobody.
        assert lte.find_sent("Probe 17-1", "18-1") is None
        assert lte.find_sent("Andere Probe 17-1", "17-1") is None


def test_a_modem_that_answers_without_end_is_left(runner: Runner, secret: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret, read_timeout_s=0.3)
        modem.fault("hang")
        began = time.monotonic()
        with pytest.raises(Retry):
            lte.call("state", answer=UplinkState)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("recipient", ["ALARM", "", "+49170,+49171", "1" * 30])
def test_what_is_no_number_is_not_handed_over(runner: Runner, secret: Path, recipient: str) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        wrong = message()
        wrong = type(wrong)(id="m", mark="17-1", recipient=recipient, text="Probe 17-1")
        with pytest.raises(Permanent, match="number"):
            lte.call("send", wrong, answer=Receipt)
        assert modem.count("POST /api/sms/send-sms") == 0


@pytest.mark.parametrize(
    "text",
    ["Größe 17-1", "Notfall 🚨 17-1", "a < b & c > d 17-1", "zwei\nZeilen 17-1", "\x00 17-1"],
)
def test_any_text_leaves_as_it_is_and_is_found_again(
    runner: Runner, secret: Path, text: str
) -> None:
    with Modem() as modem:
        lte = start(runner, modem, secret)
        lte.send(text)
        assert modem.on_air == [("+491713920017", text.replace("\x00", "").strip())]
        assert lte.call("find_sent", message(text), answer=bool) is True


@pytest.mark.parametrize(
    ("kind", "fault", "copies"),
    [("says_no", "lost_answer_sent", 2), ("says_yes", "lost_answer_unsent", 0)],
)
def test_this_suite_sees_what_is_lost_and_what_is_doubled(
    runner: Runner, kind: str, fault: str, copies: int
) -> None:
    with Modem() as modem:
        liar = runner.start(kind, {"url": modem.url, "settle_s": 0.0})
        modem.fault(fault, times=1)
        assert deliver(liar, message("Probe 17-1"), after_try=lambda _: None) == "sent"
        time.sleep(0.3)
        assert _count(modem, "Probe 17-1") == copies


def heard(lte: Instance) -> Collected:
    return lte.call("collect", answer=Collected)


def test_what_came_in_is_handed_over_until_it_is_discarded(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    assert heard(lte) == Collected()
    for text in ("OK 17", "STÖRUNG? 😀", "x" * 400):
        modem.stick.boxes.store("inbox", "+491713920017", text, 0)
    texts = [sms.text for sms in heard(lte).inbound]
    assert texts == ["OK 17", "STÖRUNG? 😀", "x" * 400]
    first = heard(lte).inbound[0]
    assert first.sender == "+491713920017"
    lte.call("discard", (first.name,), answer=type(None))
    assert [sms.text for sms in heard(lte).inbound] == texts[1:]


def test_a_number_that_is_given_anew_names_another_sms(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    modem.stick.boxes.store("inbox", "+491713920017", "OK 17", 0)
    name = heard(lte).inbound[0].name
    box = modem.stick.boxes.boxes["inbox"]
    box[0].text = "OK 18"  # the stick was reset, and begins to count at the same number
    lte.call("discard", (name,), answer=type(None))
    assert [sms.text for sms in heard(lte).inbound] == ["OK 18"]


def test_a_full_inbox_is_emptied_and_none_is_lost(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    for number in range(130):
        modem.stick.boxes.store("inbox", "+491713920017", f"Nr {number}", 0)
    texts = []
    while inbound := heard(lte).inbound:
        texts += [sms.text for sms in inbound]
        lte.call("discard", tuple(sms.name for sms in inbound), answer=type(None))
    assert texts == [f"Nr {number}" for number in range(130)]
    assert not modem.stick.boxes.boxes["inbox"]


def test_a_technician_is_told_what_the_stick_is_and_hears(
    runner: Runner, modem: Modem, secret: Path
) -> None:
    lte = start(runner, modem, secret)
    info = lte.call("info", answer=ModemInfo)
    assert (info.manufacturer, info.sim) == ("Huawei", Sim.READY)
    assert info.firmware
    heard_now = lte.call("signal", answer=Signal)
    assert heard_now.rsrp_dbm == float(modem.stick.radio.rsrp_dbm)
    assert heard_now.registration is Registration.HOME
    assert lte.call("ussd", "*100#", answer=str) == "*100#: 12,34 EUR"
    lte.send("Störung 17-1", "17-1")
    modem.stick.boxes.store("inbox", "+491713920017", "OK 17", 0)
    held = lte.call("messages", answer=tuple[StoredMessage, ...])
    assert {(one.box, one.text) for one in held} == {("in", "OK 17"), ("sent", "Störung 17-1")}


@pytest.mark.parametrize("code", ["", "balance", "*100#; reboot", "1" * 80])
def test_what_is_no_code_is_not_sent(runner: Runner, secret: Path, code: str) -> None:
    with Modem() as modem:
        with pytest.raises(Permanent):
            start(runner, modem, secret).call("ussd", code, answer=str)
        assert not modem.stick.ussd


def _await_on_air(modem: Modem, text: str) -> None:
    eventually(lambda: _count(modem, text) >= 1, f"on the air: {text}")


def _count(modem: Modem, text: str) -> int:
    return sum(sent == text for _, sent in modem.on_air)


def _answers(instance: Instance) -> bool:
    try:
        return instance.call("state", answer=UplinkState).connected is True
    except PluginDown:
        return False


def _kill(instance: Instance) -> None:
    if instance.process.pid is not None:
        os.kill(instance.process.pid, signal.SIGKILL)
