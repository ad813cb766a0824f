"""Who acknowledges at the centre: from the board to the site and back, over TLS and a real database."""

from __future__ import annotations

import asyncio
import http.client
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from tests.unit.central.conftest import Hands, Makers
from tests.unit.central.test_serving import Running, centre, toml
from tests.unit.core.outside_world import outage
from tests.unit.shell.journal_desk import open_journal

from notanker.beat import link_key
from notanker.config.centre import CentreConfig
from notanker.core import acklink, view
from notanker.core.acklink import Told
from notanker.core.commands import Beat
from notanker.core.facts import Acknowledged, OrderRefused
from notanker.core.heartbeat import MOST_ORDERS, BeatIncident, OrderAnswer
from notanker.core.names import Uplink
from notanker.core.outside import Released
from notanker.shell import journal
from notanker.shell.centre import Centre
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker_central.board.app import board_app
from notanker_central.clock import Clock
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.orders import MOST_WAITING
from notanker_central.store import Store
from notanker_central.watcher import Watcher

__all__ = ["centre", "toml"]
OPEN = (BeatIncident(17),)


@pytest.fixture
def board(store: Store, ingest: Ingest, hands: Hands) -> FlaskClient:
    health = Health(store, Watcher(store, hands.clock), ingest)
    return board_app(store, Board(login=False), hands.clock, health).test_client()


def acknowledge(
    board: FlaskClient, number: int = 17, who: str = "Ida", headers: dict[str, str] | None = None
) -> int:
    path = f"/site/nord/ack/{number}"
    return board.post(path, data={"who": who}, headers=headers or {}).status_code


def test_the_button_is_there_until_somebody_has_it(
    board: FlaskClient, store: Store, make: Makers
) -> None:
    store.take(make.beat(1, incident=17, open=OPEN), 1.0)
    assert "/site/nord/ack/17" in board.get("/site/nord").text
    store.take(make.beat(2, incident=17, open=(BeatIncident(17, "mara"),)), 2.0)
    page = board.get("/site/nord").text
    assert "/site/nord/ack/17" not in page
    assert "übernommen von mara" in page


def test_to_look_at_the_page_acknowledges_nothing(
    board: FlaskClient, store: Store, make: Makers
) -> None:
    page = board.get("/en/site/nord/ack/17").text
    assert "I have it" in page
    assert 'http-equiv="refresh"' not in page, "whoever types must not lose it"
    assert store.take(make.beat(1), 1.0)[0].orders == ()


def test_an_order_is_delivered_again_until_the_site_has_answered(
    board: FlaskClient, store: Store, make: Makers
) -> None:
    assert acknowledge(board) == 303
    first, _ = store.take(make.beat(1), 1.0)
    again, _ = store.take(make.beat(2), 2.0)
    assert first.orders == again.orders
    (order,) = first.orders
    assert (order.incident, order.contact, order.how) == (17, "Ida", "centre")
    assert "noch nicht angekommen" in board.get("/site/nord").text
    done, _ = store.take(make.beat(3, answers=(OrderAnswer(order.id, taken=True),)), 3.0)
    assert done.orders == ()
    assert "am Standort angekommen" in board.get("/site/nord").text


def test_why_a_site_refused_is_on_its_page(board: FlaskClient, store: Store, make: Makers) -> None:
    acknowledge(board)
    (order,) = store.take(make.beat(1), 1.0)[0].orders
    store.take(make.beat(2, answers=(OrderAnswer(order.id, taken=False, reason="resolved"),)), 2.0)
    assert "abgewiesen: sie ist schon beendet" in board.get("/site/nord").text
    assert "refused by the site: it is resolved already" in board.get("/en/site/nord").text


def test_a_site_answers_for_its_own_orders_alone(
    board: FlaskClient, store: Store, make: Makers
) -> None:
    acknowledge(board)
    (order,) = store.take(make.beat(1), 1.0)[0].orders
    store.take(make.beat(1, site="sued", answers=(OrderAnswer(order.id, taken=True),)), 2.0)
    assert store.take(make.beat(2), 3.0)[0].orders == (order,)


def test_pressing_twice_is_one_order_and_a_crowd_is_bounded(
    board: FlaskClient, store: Store, make: Makers
) -> None:
    assert [acknowledge(board) for _ in range(3)] == [303] * 3
    assert len(store.take(make.beat(1), 1.0)[0].orders) == 1
    told = [acknowledge(board, who=f"Ida {n}") for n in range(MOST_WAITING)]
    assert told == [303] * (MOST_WAITING - 1) + [429]
    assert len(store.take(make.beat(2), 2.0)[0].orders) == MOST_ORDERS


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost"}, 403),
        ({"origin": "https://anderswo.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://localhost"}, 303),
    ],
)
def test_a_form_on_a_stranger_s_page_acknowledges_nothing(
    board: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert acknowledge(board, headers=headers) == status


@pytest.mark.parametrize("who", ["", "  ", "a\0b", "a\x1b[2Jb"])
def test_nobody_is_no_answer(board: FlaskClient, store: Store, make: Makers, who: str) -> None:
    assert acknowledge(board, who=who) in (303, 403)
    assert store.take(make.beat(1), 1.0)[0].orders == ()


def test_strange_addresses_are_answered(board: FlaskClient) -> None:
    assert acknowledge(board, number=10**30) in (404, 405)
    assert board.get("/site/nowhere/ack/1").status_code == 404
    assert board.post("/site/nowhere/ack/1", data={"who": "Ida"}).status_code == 404


class Outage:
    """A site in an outage: the real core and the real heartbeat; only the line is a story."""

    def __init__(self, centre: Running, store: Journal, key: Path) -> None:
        self.world = outage()
        self.cost: list[int] = []
        config = CentreConfig(
            url=f"https://central.example:{centre.port}",
            key=key,
            ca=centre.certificate,
            addresses=("127.0.0.1",),
        )
        self.centre = Centre(
            "nord",
            config,
            dict.fromkeys(Uplink, "lo"),
            dict.fromkeys(Uplink, ()),
            store,
            key.parent,
            self.world.happen,
            lambda: self.world.state,
            QUIET,
            self.cost.append,
        )

    async def beat(self) -> None:
        status = view.status_of(self.world.state, self.world.moment())
        await self.centre.beat(Beat(Uplink.BACKUP, 5.0), replace(status, site="nord"))
        assert not self.centre.status.reason


def press(centre: Running, number: int) -> int:
    return send(centre, f"/site/nord/ack/{number}", {"who": "Ida"})


def send(centre: Running, path: str, fields: dict[str, str]) -> int:
    """Send a form of the board's."""
    connection = http.client.HTTPConnection("127.0.0.1", centre.board, timeout=30)
    form = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(fields), form)
    status = connection.getresponse().status
    connection.close()
    return status


def open_link(centre: Running, link: str, method: str) -> tuple[int, str]:
    """Do with a link what a telephone does: over TLS, at the door that faces the sites."""
    connection = centre.connect()
    connection.request(method, link)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def page(centre: Running) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", centre.board, timeout=30)
    connection.request("GET", "/site/nord")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_from_the_board_to_the_core_in_one_beat_and_back_in_the_next(
    centre: Running, make: Makers, tmp_path: Path
) -> None:
    key = tmp_path / "nord.key"

    async def live() -> None:
        async with open_journal(tmp_path / "journal.sqlite") as store:
            site = Outage(centre, store, key)
            await site.beat()
            assert await asyncio.to_thread(press, centre, 1) == 303
            assert await asyncio.to_thread(press, centre, 5) == 303
            await site.beat()
            (one,) = site.world.state.incidents.open
            assert one.acknowledged_by == "Ida"
            (said,) = site.world.of(Acknowledged)
            assert said.how == "centre"
            (refused,) = site.world.of(OrderRefused)
            assert (refused.order, refused.reason) == ("acknowledge 5", "unknown")
            await site.beat()
            assert len(site.world.of(Acknowledged)) == 1
            told = await asyncio.to_thread(page, centre)
            assert "am Standort angekommen" in told
            assert "der Standort kennt sie nicht" in told
            assert all(size < 8_000 for size in site.cost), "what a beat costs on LTE"

    asyncio.run(live())


def test_from_a_link_to_the_core_in_one_beat_and_back_in_the_next(
    centre: Running, make: Makers, tmp_path: Path
) -> None:
    key = tmp_path / "nord.key"
    told = Told("nord", 1, "mara", int(Clock().wall_s()))
    link = acklink.path_of(told, link_key.key_of(centre.seal.key.secret))

    async def live() -> None:
        async with open_journal(tmp_path / "journal.sqlite") as store:
            site = Outage(centre, store, key)
            await site.beat()
            status, text = await asyncio.to_thread(open_link, centre, link, "GET")
            assert status == 200
            assert "Ich übernehme" in text
            await site.beat()
            assert not site.world.of(Acknowledged), "to look at it takes nothing on"
            assert (await asyncio.to_thread(open_link, centre, link, "POST"))[0] == 303
            await site.beat()
            (said,) = site.world.of(Acknowledged)
            assert (said.contact, said.how) == ("mara", "link")
            await site.beat()
            assert "Sie haben diese Störung" in open_link(centre, link, "GET")[1]

    asyncio.run(live())


def test_two_people_release_a_text_on_the_board_and_the_site_counts_them(
    centre: Running, make: Makers, tmp_path: Path
) -> None:
    key = tmp_path / "nord.key"
    draft = "/site/nord/draft/1/T9"

    async def live() -> None:
        async with open_journal(tmp_path / "journal.sqlite") as store:
            site = Outage(centre, store, key)
            written = 0

            async def beat() -> None:
                nonlocal written
                facts, written = site.world.facts[written:], len(site.world.facts)
                await store.do(journal.append(facts, []))
                await site.beat()

            async def release(who: str) -> int:
                form = {"who": who, "version": "1", "do": "release"}
                status = await asyncio.to_thread(send, centre, draft, form)
                await beat()
                return status

            await beat()
            assert await release("Pia Entwurf") == 303
            assert await release("pia") == 303
            assert not site.world.draft("T9").is_released, "one person twice is not two"
            assert await release("Mara Beispiel") == 303
            assert site.world.draft("T9").is_released
            assert [one.how for one in site.world.of(Released)] == ["centre", "centre"]
            await beat()
            told = await asyncio.to_thread(page, centre)
            assert "diese Person hat schon freigegeben" in told
            assert "am Standort angekommen" in told
            assert "freigegeben</small>" in told

    asyncio.run(live())
