"""What a report is made of is gathered from the journal, and written without it if need be."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from notanker.config.model import Config
from notanker.core.delivery import Delivery
from notanker.core.facts import DeviceTold, Fact, Queued, Resolved
from notanker.core.incident import fold
from notanker.core.names import Outcome, Uplink
from notanker.core.report import Report
from notanker.core.state import start
from notanker.shell import composing, journal, recorder
from notanker.shell.composing import Composer
from notanker.shell.journal import Journal
from notanker.shell.logs import open_log
from notanker.shell.outbox import Outbox
from notanker.shell.recorder import Recorder
from tests.unit import incidents_of
from tests.unit.core.world import settings

SENT = Delivery("17-1", 17, "+493023125110", "STÖRUNG", 5.0, Outcome.SENT, channel="lte1")


def made(path: Path, store: Journal) -> Recorder:
    """Return a recorder that has the usual incident in memory."""
    config = SimpleNamespace(
        paths=SimpleNamespace(reports=path), site=SimpleNamespace(id="musterhafen")
    )
    site = SimpleNamespace(incidents=fold(incidents_of.usual()))
    return Recorder(
        cast("Config", config), store, cast("Outbox", None), composer(site), open_log("error"),
    )  # fmt: skip


def composer(site: Any) -> Composer:
    return Composer(
        lambda: site,
        lambda: None,
        lambda: incidents_of.at(60),
        "musterhafen",
        "de",
        open_log("error"),
    )


def written(path: Path) -> Report:
    return msgspec.json.decode((path / "17.json").read_bytes(), type=Report)


def facts() -> list[Fact]:
    told = DeviceTold(incidents_of.at(60), "lte1", "port_gone")
    usual = incidents_of.usual()
    end = next(n for n, fact in enumerate(usual) if isinstance(fact, Resolved))
    return [*usual[:end], told, *usual[end:]]


def test_the_report_has_what_befell_the_devices_and_the_channel_of_each_message(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        store = Journal(tmp_path / "journal.sqlite")
        store.start()
        await store.do(journal.append(facts(), [SENT]))
        await made(tmp_path / "reports", store).save_report(17)
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    report = written(tmp_path / "reports")
    assert report.messages[0].channel == "lte1"
    assert "Device lte1: port gone" in [one.en for one in report.shortfalls]


def test_a_journal_that_does_not_answer_costs_what_only_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "PAST_S", 0.01)
    gate = threading.Event()

    def held(_: Any) -> None:
        gate.wait(30)

    async def work() -> None:
        store = Journal(tmp_path / "journal.sqlite")
        store.start()
        store.do(held)
        await made(tmp_path / "reports", store).save_report(17)
        gate.set()
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    report = written(tmp_path / "reports")
    assert [message.channel for message in report.messages] == [""] * 5
    assert report.outage_s == 12_480


def test_words_that_fail_do_not_cost_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(composing, "text_of", fails)
    site = replace(
        start(settings(), incidents_of.at(0), Uplink.BACKUP), incidents=fold(incidents_of.usual())
    )
    config = SimpleNamespace(site=SimpleNamespace(id="musterhafen"))
    handed: list[Delivery] = []
    outbox = SimpleNamespace(add=lambda delivery, _: handed.append(delivery))

    async def work() -> None:
        store = Journal(tmp_path / "journal.sqlite")
        store.start()
        Recorder(
            cast("Config", config), store, cast("Outbox", outbox), composer(site), open_log("error"),
        ).record([fact for fact in incidents_of.usual() if isinstance(fact, Queued)])  # fmt: skip
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    assert handed[0].text == f"STÖRUNG musterhafen. Nr {handed[0].mark}"
