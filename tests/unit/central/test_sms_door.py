"""Beats by SMS: from the site's outbox to the centre's database, in whatever a gateway makes of the text."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from tests.unit.central.conftest import Makers
from tests.unit.central.test_offline import SITE, status
from tests.unit.shell.journal_desk import open_journal

from notanker.beat.texting import text_of
from notanker.core.commands import Beat
from notanker.core.delivery import Delivery
from notanker.core.names import Carrier, Uplink
from notanker.plugin.sms import text as sms
from notanker.shell.carriage.composing import Composing
from notanker.shell.carriage.numbering import Numbering
from notanker.shell.carriage.seal import Seal
from notanker.shell.carriage.sms import Texts
from notanker.shell.centre_orders import CentreOrders
from notanker_central.doors.sms import NO_BEAT, TAKEN, take
from notanker_central.reception import Reception
from notanker_central.store import Store


def beat_text(make: Makers, counter: int, site: str = "nord") -> str:
    return text_of(make.sealed(make.beat(counter, site)))


def test_a_text_is_taken_once_and_no_worse_when_it_comes_twice(
    reception: Reception, make: Makers
) -> None:
    text = f"{beat_text(make, 7)} Nr B-3".encode()
    before = reception.counts.get("stored", 0)
    assert [take(reception, text) for _ in range(2)] == [TAKEN, TAKEN]
    assert reception.counts["stored"] == before + 1
    assert reception.by_carrier["sms", "stored"] == 1


def test_gateways_may_wrap_it_as_they_like(reception: Reception, make: Makers) -> None:
    """Thirty beats, so that their Base64 has every sign that a form or JSON writes otherwise."""
    for counter in range(10, 40):
        text = f"{beat_text(make, counter)} Nr B-3"
        wrapped = (
            text,
            f"From: +491713920010\nSent: 26-11-26\n\n{text}\n",
            f"from=%2B491713920010&text={quote(text, safe='')}",
            json.dumps({"from": "+491713920010", "text": text}).replace("/", "\\/"),
        )
        assert [take(reception, one.encode()) for one in wrapped] == [TAKEN] * len(wrapped)


@pytest.mark.parametrize("text", [b"", b"Hallo", b"\xff" * 100, b"NTK1" + b"A" * 39, b"x" * 20_000])
def test_what_is_no_beat_is_counted(reception: Reception, text: bytes) -> None:
    assert take(reception, text) == NO_BEAT
    assert reception.by_carrier["sms", NO_BEAT] == 1


def test_nobody_else_speaks_for_a_site(reception: Reception, make: Makers) -> None:
    assert take(reception, beat_text(make, 7, "west").encode()) not in (TAKEN, NO_BEAT)
    forged = bytearray(make.sealed(make.beat(8)))
    forged[-1] ^= 1
    assert take(reception, text_of(bytes(forged)).encode()) not in (TAKEN, NO_BEAT)


def test_from_the_core_s_command_to_the_centre_s_database(
    reception: Reception, store: Store, make: Makers, tmp_path: Path
) -> None:
    key = tmp_path / "site.key"
    key.write_text(make.key("nord").text())
    sent: list[Delivery] = []
    outbox = SimpleNamespace(add=lambda delivery, _: sent.append(delivery))

    async def work() -> None:
        async with open_journal(tmp_path / "journal.sqlite") as journal:
            seal = Seal(key)
            composing = Composing(
                journal, Numbering(journal, lambda: 0.0), CentreOrders(lambda: SITE, lambda _: None)
            )
            texts = Texts("+493023125199", journal, outbox, composing, seal)  # type: ignore[arg-type]
            told = status()
            await texts.send(
                Beat(Uplink.BACKUP, 3600.0, Carrier.SMS), replace(told, findings=("x",) * 9)
            )

    asyncio.run(work())
    (message,) = sent
    assert message.number == "+493023125199"
    assert sms.units(message.text) <= sms.SINGLE_UNITS
    assert take(reception, message.text.encode()) == TAKEN
    with store.read() as connection:
        (state,) = connection.exec_driver_sql("select state from site where id='nord'").scalars()
    assert state not in ("ok", "silent"), "the outage is told"
