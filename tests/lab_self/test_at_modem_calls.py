"""The AT emulator places voice calls, and somebody is at the far end, or nobody."""

import pytest

from notanker_lab.at_modem import AtModem
from notanker_lab.at_voice import FAR_ENDS
from notanker_lab.control import wait_until
from tests.lab_self.at_user import NUMBER, Terminal

ALERTING = "+CLCC: 1,0,3,0,0,"
ACTIVE = "+CLCC: 1,0,0,0,0,"
ENDS = {
    "busy": "BUSY",
    "no_carrier": "NO CARRIER",
    "declines": "NO CARRIER",
    "no_answer": "NO ANSWER",
}


def lists(host: Terminal, state: str) -> None:
    wait_until(lambda: state in host.ask("AT+CLCC"), 3.0, f"the call is listed as {state}")


@pytest.fixture(autouse=True)
def quick(modem: AtModem) -> None:
    modem.set(alert_s=0.02, answer_s=0.05)


@pytest.mark.parametrize("far_end", ENDS)
def test_a_call_that_the_far_end_ends_is_told(modem: AtModem, host: Terminal, far_end: str) -> None:
    modem.set(far_end=far_end)
    host.ask(f"ATD{NUMBER};")
    if far_end in ("declines", "no_answer"):
        lists(host, ALERTING)
    assert ENDS[far_end] in host.read(f"\r\n{ENDS[far_end]}\r\n")
    assert [(made.number, made.ended) for made in modem.calls] == [(NUMBER, "far end")]


@pytest.mark.parametrize("command", ["AT+CHUP", "ATH"])
def test_a_call_rings_until_the_host_hangs_up(modem: AtModem, host: Terminal, command: str) -> None:
    host.ask(f"ATD{NUMBER};")
    lists(host, ALERTING)
    host.ask(command)
    assert "+CLCC:" not in host.ask("AT+CLCC")
    assert [made.ended for made in modem.calls] == ["host"]


def test_a_call_that_is_taken_is_listed_as_active(modem: AtModem, host: Terminal) -> None:
    modem.set(far_end="answers")
    host.ask(f"ATD{NUMBER};")
    lists(host, ACTIVE)


@pytest.mark.parametrize(
    ("far_end", "got"), [("refused", "NO CARRIER"), ("unsupported", "+CME ERROR: 4")]
)
def test_a_call_may_be_refused_at_once(
    modem: AtModem, host: Terminal, far_end: str, got: str
) -> None:
    modem.set(far_end=far_end)
    assert got in host.ask(f"ATD{NUMBER};", f"{got}\r\n")
    assert modem.calls == []


def test_a_restart_ends_a_call(modem: AtModem, host: Terminal) -> None:
    host.ask(f"ATD{NUMBER};")
    modem.reboot()
    assert [made.ended for made in modem.calls] == ["restart"]


def test_every_far_end_says_what_it_does() -> None:
    assert {*ENDS, "rings", "answers", "never", "refused", "unsupported"} == set(FAR_ENDS)
