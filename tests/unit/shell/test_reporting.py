"""After-action reports on their way to the centre: each once, and again when more is known."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from notanker.beat.keys import SiteKey
from notanker.config.centre import CentreConfig
from notanker.core.names import Uplink
from notanker.files import replace_file
from notanker.shell.centre import Centre
from notanker.shell.journal import Journal
from notanker.shell.logs import Log
from notanker.shell.probes.http import Response
from notanker.shell.reporting import MOST, Reporting
from tests.unit.core.world import World

Sent = list[tuple[int, bytes]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Journal]:
    store = Journal(tmp_path / "journal.sqlite")
    store.start()
    yield store
    store.close()


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


def write(folder: Path, number: int, text: str) -> None:
    replace_file(folder / f"{number}.json", text.encode(), sync=True)


async def all_of(reporting: Reporting) -> Sent:
    """Take everything that is to be sent, as a centre that says yes to all."""
    sent: Sent = []
    while (found := await reporting.next()) is not None:
        pending, body = found
        sent.append((pending.number, zlib.decompress(body)))
        await reporting.done_with(pending)
    return sent


def run(part: Callable[[], Coroutine[Any, Any, Sent]]) -> Sent:
    return asyncio.run(part())


def test_each_report_is_sent_once_the_latest_first(store: Journal, reports: Path) -> None:
    for number in (9, 10, 2):
        write(reports, number, f"report {number}")
    (reports / "10.notes.json").write_text("no report")
    reporting = Reporting(reports, store)
    assert [number for number, _ in run(lambda: all_of(reporting))] == [10, 9, 2]
    assert run(lambda: all_of(reporting)) == []


def test_a_restart_sends_nothing_again(store: Journal, reports: Path) -> None:
    write(reports, 1, "one")
    assert run(lambda: all_of(Reporting(reports, store))) == [(1, b"one")]
    assert run(lambda: all_of(Reporting(reports, store))) == []


def test_a_report_that_is_written_anew_is_sent_anew(store: Journal, reports: Path) -> None:
    reporting = Reporting(reports, store)
    write(reports, 1, "one")
    run(lambda: all_of(reporting))
    write(reports, 1, "one, and who confirmed it later")
    assert run(lambda: all_of(reporting)) == [(1, b"one, and who confirmed it later")]


def test_what_the_centre_did_not_take_is_offered_again(store: Journal, reports: Path) -> None:
    write(reports, 1, "one")
    reporting = Reporting(reports, store)
    assert asyncio.run(reporting.next()) == asyncio.run(reporting.next())


def test_a_site_without_reports_has_nothing_to_send(store: Journal, tmp_path: Path) -> None:
    assert run(lambda: all_of(Reporting(tmp_path / "none", store))) == []


def test_of_many_years_only_the_last_hundred_are_sent(store: Journal, reports: Path) -> None:
    for number in range(1, MOST + 21):
        (reports / f"{number}.json").write_text("x")
    numbers = [number for number, _ in run(lambda: all_of(Reporting(reports, store)))]
    assert numbers == list(range(MOST + 20, 20, -1))


def test_two_beats_at_once_send_a_report_once(
    store: Journal, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beats travel over both lines at once, and each may send a report when it is through."""
    write(reports, 7, "report 7")
    key = tmp_path / "centre.key"
    key.write_text(SiteKey(1, bytes(32)).text(), "ascii")
    logged: list[dict[str, object]] = []
    centre = Centre(
        "nord", CentreConfig(url="https://centre.example", key=key), {}, {}, store, reports,
        happen=lambda _: None, site=lambda: World().state, log=Log(logged.append),
    )  # fmt: skip
    posts: list[bytes] = []
    under_way, answered = asyncio.Event(), asyncio.Event()

    async def post(_over: Uplink, _path: str, body: bytes, _headers: object) -> Response:
        posts.append(body)
        if len(posts) == 1:
            under_way.set()
            await answered.wait()
        return Response(200, b"")

    async def both() -> None:
        monkeypatch.setattr(centre._carriers.https, "post", post)
        first = asyncio.create_task(centre._report())
        await under_way.wait()
        await centre._report()
        answered.set()
        await first

    asyncio.run(both())
    assert len(posts) == 1
    assert [told["event"] for told in logged] == ["report_at_centre"]
