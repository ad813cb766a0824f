"""How available a site was: each figure by hand, months and daylight saving included."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zlib
import zoneinfo
from dataclasses import replace

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from tests.unit.central.conftest import Hands
from tests.unit.incidents_of import made, usual

from notanker_central.board.app import board_app
from notanker_central.board.availability import (
    Change,
    Figures,
    agreed_windows,
    figures_of,
    floor_pct,
    month_of,
    outages_of,
    overlap_s,
    spans_of,
)
from notanker_central.board.monthly import Month, month_in
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.tables import flip
from notanker_central.watcher import Watcher

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
HOUR_S = 3600.0


def at(text: str, zone: dt.tzinfo = BERLIN) -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("year", "month", "hours"),
    [(2026, 10, 31 * 24 + 1), (2026, 3, 31 * 24 - 1), (2026, 2, 28 * 24), (2028, 2, 29 * 24)],
)
def test_a_month_is_as_long_as_the_clocks_of_the_site_say(
    year: int, month: int, hours: int
) -> None:
    from_s, to_s = month_of(year, month, BERLIN)
    assert (to_s - from_s) / HOUR_S == hours


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_a_whole_agreed_day_has_the_hours_that_day_has(day: str, hours: int) -> None:
    from_s = at(f"{day}T00:00")
    to_s = at(f"{dt.date.fromisoformat(day) + dt.timedelta(1)}T00:00")
    windows = agreed_windows("Mo-So 0-24", BERLIN, from_s, to_s)
    assert sum(b - a for a, b in windows) / HOUR_S == hours


def test_agreed_hours_of_a_month_are_counted_day_by_day() -> None:
    from_s, to_s = month_of(2026, 10, BERLIN)
    windows = agreed_windows("Mo-Fr 07:00-19:00, Sa 08-12", BERLIN, from_s, to_s)
    assert sum(b - a for a, b in windows) / HOUR_S == 22 * 12 + 5 * 4
    assert windows[0] == (at("2026-10-01T07:00"), at("2026-10-01T19:00"))


def test_hours_past_midnight_reach_in_from_the_night_before() -> None:
    from_s, to_s = month_of(2026, 10, BERLIN)
    windows = agreed_windows("Mo-So 22-06", BERLIN, from_s, to_s)
    assert windows[0] == (from_s, at("2026-10-01T06:00"))
    assert windows[-1] == (at("2026-10-31T22:00"), to_s)


def test_overlapping_hours_count_once() -> None:
    from_s, to_s = at("2026-10-05T00:00"), at("2026-10-06T00:00")
    windows = agreed_windows("Mo 08-12, Mo 10-14", BERLIN, from_s, to_s)
    assert windows == [(at("2026-10-05T08:00"), at("2026-10-05T14:00"))]


def changes(*told: tuple[float, State, State]) -> list[Change]:
    return [Change(at_s, before, after, "provider") for at_s, before, after in told]


OUTAGE = changes(
    (100.0, State.OK, State.ISOLATED),
    (110.0, State.ISOLATED, State.BACKUP),
    (400.0, State.BACKUP, State.SILENT),
    (500.0, State.SILENT, State.BACKUP),
    (600.0, State.BACKUP, State.OK),
)


def test_down_on_backup_and_unknown_are_told_apart() -> None:
    spans = spans_of(OUTAGE, State.OK, 0.0, 1000.0)
    figures = figures_of(spans, [(0.0, 1000.0)])
    assert figures == Figures(ok_s=500.0, backup_s=390.0, down_s=10.0, unknown_s=100.0)
    assert figures.site_pct == pytest.approx(100 * 890 / 900)
    assert figures.primary_pct == pytest.approx(100 * 500 / 900)
    assert figures.least_pct == pytest.approx(89.0)


def test_one_outage_is_one_line_from_the_cut_to_the_return() -> None:
    (one,) = outages_of(spans_of(OUTAGE, State.OK, 0.0, 1000.0), [(0.0, 1000.0)])
    assert (one.from_s, one.to_s, one.cause) == (100.0, 600.0, "provider")
    assert (one.down_s, one.backup_s, one.unknown_s) == (10.0, 390.0, 100.0)
    assert not one.began_before
    assert not one.goes_on


def test_an_outage_outside_the_agreed_hours_is_none() -> None:
    spans = spans_of(OUTAGE, State.OK, 0.0, 1000.0)
    assert outages_of(spans, [(700.0, 900.0)]) == []
    assert figures_of(spans, [(700.0, 900.0)]) == Figures(ok_s=200.0)


def test_what_began_before_and_goes_on_after_says_so() -> None:
    (one,) = outages_of(spans_of([], State.BACKUP, 0.0, 10.0), [(0.0, 10.0)])
    assert one.began_before
    assert one.goes_on


def test_before_its_first_heartbeat_a_site_is_not_in_service() -> None:
    spans = spans_of(changes((400.0, State.NEVER, State.OK)), State.NEVER, 0.0, 1000.0)
    figures = figures_of(spans, [(0.0, 1000.0)])
    assert (figures.agreed_s, figures.site_pct) == (600.0, 100.0)
    assert Figures().site_pct is None


def test_a_clock_set_back_takes_no_time_away() -> None:
    told = changes((500.0, State.OK, State.BACKUP), (450.0, State.BACKUP, State.OK))
    assert sum(s.to_s - s.from_s for s in spans_of(told, State.OK, 0.0, 1000.0)) == 1000.0


@given(
    st.lists(
        st.tuples(st.floats(0, 2000), st.sampled_from(list(State)), st.sampled_from(list(State))),
        max_size=20,
    ),
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), max_size=4),
)
def test_no_second_is_lost_or_counted_twice(
    told: list[tuple[float, State, State]], pairs: list[tuple[float, float]]
) -> None:
    spans = spans_of(changes(*told), State.OK, 0.0, 1000.0)
    assert sum(s.to_s - s.from_s for s in spans) == pytest.approx(1000.0)
    edges = sorted({edge for pair in pairs for edge in pair})
    windows = list(zip(edges[::2], edges[1::2], strict=False))
    figures = figures_of(spans, windows)
    never_s = sum(overlap_s(s.from_s, s.to_s, windows) for s in spans if s.state is State.NEVER)
    assert figures.agreed_s + never_s == pytest.approx(sum(b - a for a, b in windows))


@pytest.mark.parametrize(
    ("share", "told"), [(99.999, 99.99), (100.0, 100.0), (99.95, 99.95), (0.0, 0.0)]
)
def test_per_cent_are_never_rounded_up(share: float, told: float) -> None:
    assert floor_pct(share) == told


@given(st.text(max_size=12))
def test_what_is_no_month_is_none(text: str) -> None:
    found = month_in(text)
    assert found is None or found.text == text


def test_months_follow_one_another() -> None:
    assert Month(2026, 12).moved(1) == Month(2027, 1)
    assert Month(2026, 1).moved(-1) == Month(2025, 12)


@pytest.fixture
def board(store: Store, ingest: Ingest, hands: Hands) -> FlaskClient:
    hands.wall_s = at("2026-12-15T12:00")
    rows = [
        ("never", "ok", "2026-10-20T08:00"),
        ("ok", "backup", "2026-11-22T10:42:07"),
        ("backup", "ok", "2026-11-22T14:12:07"),
        ("ok", "silent", "2026-12-01T00:00"),
        ("silent", "ok", "2026-12-01T01:00"),
    ]
    with store.write() as connection:
        connection.execute(
            insert(flip),
            [
                {"site": "nord", "at_s": at(when), "before": before, "after": after, "cause": cause}
                for before, after, when in rows
                for cause in ["provider" if after == "backup" else ""]
            ],
        )
    report = replace(made(usual()), site="nord")
    store.take_report(report, zlib.compress(msgspec.json.encode(report)), hands.wall_s)
    health = Health(store, Watcher(store, hands.clock), ingest)
    return board_app(store, Board(login=False), hands.clock, health).test_client()


def test_the_report_of_a_month_has_figures_outage_and_method(board: FlaskClient) -> None:
    page = board.get("/site/nord/month/2026-11").text
    for text in (
        "Verfügbarkeit im November 2026", "100,00 %", "99,51 %", "720:00:00", "22.11. 10:42:07",
        "22.11. 14:12:07", "in 1,4 s", "3:30:00", "rund um die Uhr", "Europe/Berlin", "nie aufgerundet",
    ):  # fmt: skip
        assert text in page, text
    english = board.get("/en/site/nord/month/2026-11").text
    for text in ("Availability in November 2026", "99.51 %", "22 Nov 10:42:07", "never up"):
        assert text in english, text


def test_a_month_that_is_not_over_says_until_when(board: FlaskClient) -> None:
    page = board.get("/site/nord/month/2026-12").text
    assert "Zwischenstand bis 15.12. 12:00:00" in page
    assert "Standort stumm" in page
    assert "348:00:00" in page


def test_programs_get_the_same_figures(board: FlaskClient) -> None:
    told = board.get("/site/nord/month/2026-11.json").json
    assert told is not None
    (one,) = told["sites"]
    assert (one["availability_pct"], one["primary_line_pct"]) == (100.0, 99.51)
    (outage,) = one["outages"]
    assert outage["from"] == "2026-11-22T10:42:07+01:00"
    assert outage["switched_s"] == pytest.approx(1.4)
    rows = list(csv.DictReader(io.StringIO(board.get("/month/2026-11.csv").text)))
    assert [(row["site"], row["primary_line_pct"]) for row in rows] == [
        ("nord", "99.51"),
        ("sued", ""),
    ]


def test_the_fleet_s_month_has_each_site_and_all_together(board: FlaskClient) -> None:
    page = board.get("/month/2026-11").text
    assert page.index("Nord") < page.index("Sued")
    assert "99,51 %" in page
    assert "Nord" not in board.get("/month/2026-11?q=sued").text


@pytest.mark.parametrize("month", ["2026-13", "26-1", "x", "2026-11.exe", "9999-01"])
def test_a_month_that_is_none_is_not_found(board: FlaskClient, month: str) -> None:
    assert board.get(f"/month/{month}").status_code == 404
    assert board.get(f"/site/nord/month/{month}").status_code == 404


def test_a_month_can_be_had_on_paper(board: FlaskClient) -> None:
    answer = board.get("/site/nord/month/2026-11.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF")
