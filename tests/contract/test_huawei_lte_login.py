"""The Huawei plugin and who may log in at the modem."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.plugin import (
    Permanent,
    Retry,
)
from tests.contract.support.hilink import (
    start,
)
from tests.contract.support.runner import Runner
from tests.contract.support.stick import PASSWORD, Modem


@pytest.mark.parametrize(("login", "count"), [("base64", 3), ("sha256", 33), ("scram", 3)])
def test_every_kind_of_log_in_works(runner: Runner, login: str, count: int) -> None:
    with Modem("pool", login) as modem:
        lte = start(runner, modem)
        for number in range(1, count + 1):  # 33: more than a log-in's pool of tokens
            lte.send(f"Probe 17-{number}", f"17-{number}")
        assert len(modem.on_air) == count
        assert not modem.stick.errors


def test_a_wrong_password_does_not_lock_the_modem(runner: Runner, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("falsch-und-lang")
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, password=str(wrong))
        for _ in range(8):
            with pytest.raises(Permanent, match="user name"):
                lte.send()
        assert modem.count("POST /api/user/login") == 1
        wrong.write_text(PASSWORD)
        assert lte.send().proof == "send-status"
        runner.stop()
        assert "falsch-und-lang" not in runner.output()
        assert PASSWORD not in runner.output()


def test_a_modem_that_wants_a_log_in_is_said_so(runner: Runner) -> None:
    with Modem("rotate", "sha256") as modem:
        values = {"url": modem.url, "settle_s": 0.2}
        lte = runner.start("huawei_lte", values, path=())
        with pytest.raises(Retry, match="no password is configured"):
            lte.send()


def test_the_agent_logs_out_when_it_ends(runner: Runner) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem)
        lte.send()
        runner.stop()
        assert modem.count("POST /api/user/logout") == 1
        assert PASSWORD not in runner.output()


def test_a_locked_log_in_is_left_alone_until_its_time_is_over(runner: Runner) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, locked_pause_s=3600.0)
        modem.fault("login_locked_108007")
        for _ in range(5):
            with pytest.raises(Retry, match="locked"):
                lte.send()
        assert modem.count("POST /api/user/login") == 1
        assert modem.stick.errors["108007"] == 1


def test_somebody_else_at_the_page_is_waited_for(runner: Runner) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem)
        lte.send("Probe 17-1", "17-1")
        modem.fault("taken_108003")
        with pytest.raises(Retry, match="somebody else"):
            lte.send("Probe 17-2", "17-2")
        modem.fault("none")
        lte.send("Probe 17-2", "17-2")
        assert [text for _, text in modem.on_air] == ["Probe 17-1", "Probe 17-2"]
