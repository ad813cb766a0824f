"""SMS that leave through the AT plugin, against the lab's modem and all its bad manners."""

from __future__ import annotations

import pytest

from notanker.plugin import Permanent, Receipt, Retry
from notanker_lab.at_modem import AtModem
from notanker_lab.at_switches import SWITCHES
from tests.contract.support.at_modem import (
    REPORT_S,
    collected,
    delivered,
    message,
    start,
    taken,
    together,
)
from tests.contract.support.runner import Runner, eventually

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
