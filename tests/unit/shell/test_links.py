"""Which messages get a link to the centre, and that nothing about it holds up an alarm."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from notanker.beat import link_key
from notanker.beat.keys import SiteKey
from notanker.config.centre import CentreConfig
from notanker.core import acklink
from notanker.core.acklink import Told
from notanker.core.delivery import Delivery
from notanker.core.lineage import Kind, Lineage
from notanker.core.ways import Choice, Way
from notanker.plugin import Link
from notanker.shell import links
from notanker.shell.links import Links
from notanker.shell.logs import QUIET

ALARM = Delivery(
    "17-1", 17, "+493023125111", "STÖRUNG Musterhafen. Nr 17-1", 0.0, contact="mara", kind="alarm"
)
MAIL = Choice("mail", Way("mail", "mara@ankerruf.example"))
LINEAGE = Lineage(1_790_000_000.75)
KEY = SiteKey(17, bytes(range(32)))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(KEY.text() + "\n")
    return path


def of(
    key: Path,
    alarm: Delivery = ALARM,
    way: Choice = MAIL,
    lineage: Lineage = LINEAGE,
    link_url: str | None = None,
) -> Link | None:
    config = CentreConfig(url="https://centre.example:8443", key=key, link_url=link_url)
    return asyncio.run(Links(config, "musterhafen", QUIET).of(alarm, way, lineage))


def test_a_mail_s_link_says_who_was_told_of_what_and_when(key: Path) -> None:
    found = of(key)
    assert found is not None
    assert found.words == "Ich übernehme:"
    path = found.url.removeprefix("https://centre.example:8443")
    keys = {"musterhafen": link_key.key_of(KEY.secret)}
    assert acklink.read(path, keys.get) == Told("musterhafen", 17, "mara", 1_790_000_000)


def test_an_english_message_has_an_english_link(key: Path) -> None:
    found = of(key, lineage=replace(LINEAGE, language="en"))
    assert found is not None
    assert found.words == "I have it:"


def test_the_link_of_a_drill_says_so(key: Path) -> None:
    for text in ("ÜBUNG STÖRUNG Musterhafen. Nr 17-1 ÜBUNG", "DRILL OUTAGE x DRILL"):
        found = of(key, replace(ALARM, text=text))
        assert found is not None
        assert "/u/musterhafen/17/" in found.url


@pytest.mark.parametrize(
    "alarm",
    [
        *(replace(ALARM, kind=str(kind)) for kind in Kind if kind is not Kind.ALARM),
        replace(ALARM, kind=""),
        replace(ALARM, incident=0),
        replace(ALARM, contact=""),
        replace(ALARM, contact="+493023125111"),
    ],
)
def test_what_nobody_can_take_on_has_no_link(key: Path, alarm: Delivery) -> None:
    assert of(key, alarm) is None


def test_an_sms_has_no_room_for_a_link(key: Path) -> None:
    assert of(key, way=Choice("lte1", Way("sms", "+493023125111"))) is None
    assert of(key, way=Choice("gateway", Way("sms", "+493023125111"))) is None


def test_while_nobody_knows_the_time_there_is_no_link(key: Path) -> None:
    assert of(key, lineage=Lineage()) is None


def test_links_lead_where_people_reach_the_centre_or_are_not_sent(key: Path) -> None:
    found = of(key, link_url="https://notfall.example")
    assert found is not None
    assert found.url.startswith("https://notfall.example/a/musterhafen/17/mara/")
    assert of(key, link_url="") is None


def test_without_a_centre_there_are_no_links() -> None:
    assert asyncio.run(Links(None, "musterhafen", QUIET).of(ALARM, MAIL, LINEAGE)) is None


def test_without_a_key_the_alarm_goes_without_a_link(tmp_path: Path) -> None:
    assert of(tmp_path / "nothing") is None


def test_a_disk_that_hangs_costs_the_link_and_not_the_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "key"
    os.mkfifo(pipe)  # to read it takes until somebody writes
    monkeypatch.setattr(links, "KEY_S", 0.05)

    async def wait() -> Link | None:
        config = CentreConfig(url="https://centre.example:8443", key=pipe)
        found = await Links(config, "musterhafen", QUIET).of(ALARM, MAIL, LINEAGE)
        pipe.write_text("k" * 43)  # lets the reader go
        return found

    assert asyncio.run(wait()) is None
