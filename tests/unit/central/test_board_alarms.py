"""The centre's own incidents on the board: one for a region that is silent, and somebody takes it on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from tests.unit.central.test_alarms import NAMES, Centre, build

from notanker_central.board.app import board_app
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest

__all__ = ["build"]  # a fixture

NORTH = [name for name in NAMES if name[0] == "n"]
MEANT = "Region Süd: 12 von 12 Standorten stumm"


@pytest.fixture
def centre(ingest: Ingest, build: Callable[..., Centre]) -> Centre:
    centre = build()
    centre.beat(*NAMES)
    centre.run(60, *NAMES)
    return centre


@pytest.fixture
def board(centre: Centre, ingest: Ingest) -> Callable[..., FlaskClient]:
    def visit(**settings: object) -> FlaskClient:
        health = Health(centre.store, centre.watcher, ingest)
        shown = Board(**{"login": False, **settings})  # type: ignore[arg-type]
        return board_app(centre.store, shown, centre.hands.clock, health).test_client()

    return visit


def page(visitor: FlaskClient, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def press(visitor: FlaskClient, path: str, who: str) -> int:
    token = re.search(r'name="form" value="([^"]+)"', page(visitor, path))
    assert token is not None
    return visitor.post(path, data={"form": token.group(1), "who": who}).status_code


def test_a_silent_region_is_one_thing_above_the_sites(
    centre: Centre, board: Callable[..., FlaskClient]
) -> None:
    centre.run(200, *NORTH)
    visitor = board()
    for path in ("/de/", "/de/incidents", "/de/alarms"):
        assert page(visitor, path).count(MEANT) == 1
    assert "in Süd sind stumm" not in page(visitor, "/de/"), "the same is told once"
    assert "region Süd: 12 of 12 sites silent" in page(visitor, "/en/")
    centre.beat(*NAMES)
    centre.run(60, *NAMES)
    assert MEANT not in page(visitor, "/de/")


def test_who_takes_it_on_at_the_board_stops_the_chain(
    centre: Centre, board: Callable[..., FlaskClient]
) -> None:
    centre.run(200, *NORTH)
    visitor = board()
    assert "/de/alarm/1/ack" in page(visitor, "/de/alarms")
    assert press(visitor, "/de/alarm/1/ack", "Mara Muster") == 303
    assert "übernommen von Mara Muster" in page(visitor, "/de/")
    assert "/de/alarm/1/ack" not in page(visitor, "/de/alarms")
    told = len(centre.told("carla"))
    centre.run(1200, *NORTH, step_s=30)
    assert len(centre.told("carla")) == told, "the next people are left in peace"
    assert press(visitor, "/de/alarm/1/ack", "Ben Beispiel") == 303
    assert "übernommen von Mara Muster" in page(visitor, "/de/"), "who had it keeps it"


def test_a_single_site_is_taken_on_under_the_alarms(
    centre: Centre, board: Callable[..., FlaskClient]
) -> None:
    centre.run(200, *[name for name in NAMES if name != "n0"])
    visitor = board()
    assert "N0 ist stumm" in page(visitor, "/de/alarms")
    assert "N0 ist stumm" not in page(visitor, "/de/")


def test_what_is_no_incident_or_no_name_takes_nothing_on(
    centre: Centre, board: Callable[..., FlaskClient]
) -> None:
    centre.run(200, *NORTH)
    visitor = board()
    for number in ("0", "99", "99999999999999999999", "-1", "x"):
        assert visitor.get(f"/de/alarm/{number}/ack").status_code == 404, number
    for who, status in (("", 303), ("\x00", 403), ("x" * 65, 403)):
        assert press(visitor, "/de/alarm/1/ack", who) == status
    evil = {"origin": "https://evil.example"}
    posted = visitor.post("/de/alarm/1/ack", data={"who": "Mara"}, headers=evil)
    assert posted.status_code == 403
    assert "/de/alarm/1/ack" in page(visitor, "/de/alarms")
