"""What the board shows, in both languages, and that it stays small however large the fleet is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from tests.unit.central.conftest import Hands, Makers

from notanker.core import facts, names
from notanker.core.heartbeat import BeatCause
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line, Uplink, Verdict
from notanker.core.wording import CAUSES, LINES, OUTCOMES, UPLINKS, VERDICTS, Pair
from notanker_central import rolling
from notanker_central import tables as t
from notanker_central.board.app import board_app
from notanker_central.board.show import Show
from notanker_central.board.wording import STATES, TEXTS
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.history import SENTENCES, sentence
from notanker_central.ingest import Ingest
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.watcher import Watcher

Visit = Callable[..., FlaskClient]


@pytest.fixture
def board(store: Store, ingest: Ingest, hands: Hands) -> Visit:
    def visit(**settings: Any) -> FlaskClient:
        watcher = Watcher(store, hands.clock)
        watcher.look()
        health = Health(store, watcher, ingest)
        return board_app(
            store, Board(**{"login": False, **settings}), hands.clock, health
        ).test_client()

    return visit


def test_a_site_on_backup_shows_state_cause_incident_and_uplink(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    beat = make.beat(
        1,
        line=Line.BACKUP,
        cause=Cause.PROVIDER,
        incident=17,
        over=Uplink.BACKUP,
        operator="Funk Eins",
    )
    store.take(beat, hands.wall_s - 30)
    page = board().get("/").text
    for text in (
        "auf Ersatzanbindung",
        "vor 30 s",
        "über Ersatzanbindung",
        "Anbieter",
        "Störung 17",
        "Funk Eins",
    ):
        assert text in page


@pytest.mark.parametrize(
    ("root", "words"),
    [
        ("", ("Kern-Switch", "dialler stumm, sicher, seit", "9 Systeme hängen davon ab")),
        ("/en", ("Core switch", "dialler silent, certain, since", "9 systems depend on it")),
    ],
)
def test_a_broken_system_is_called_by_the_site_s_own_name_for_it(
    root: str, words: tuple[str, ...], board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    since = Moment(1.0, hands.wall_s - 60, trusted=True, boot="boot-1")
    names_ = ("Kern-Switch", "Core switch")
    known = BeatCause("dialler silent", Confidence.CERTAIN, names_, since, 9)
    store.take(make.beat(1, cause=Cause.SWITCH, incident=18, known=known), hands.wall_s)
    assert words[0] in board().get(f"{root}/").text
    page = board().get(f"{root}/site/nord").text
    for text in words:
        assert text in page


def test_the_worst_site_comes_first(board: Visit, store: Store, make: Makers, hands: Hands) -> None:
    store.take(make.beat(1, line=Line.PRIMARY), hands.wall_s)
    store.take(make.beat(1, site="sued", line=Line.ISOLATED), hands.wall_s)
    page = board().get("/").text
    assert page.index("/site/sued") < page.index("/site/nord")


def test_german_is_the_default_and_english_is_one_click_away(board: Visit) -> None:
    assert 'lang="de"' in board().get("/").text
    assert "noch nie gemeldet" in board().get("/").text
    assert "never reported" in board().get("/en/").text
    assert "never reported" in board(language="en").get("/").text
    assert "noch nie gemeldet" in board(language="en").get("/de/").text


def test_every_word_exists_in_both_languages() -> None:
    tables: list[Mapping[Any, Pair]] = [
        STATES,
        CAUSES,
        LINES,
        OUTCOMES,
        UPLINKS,
        VERDICTS,
        TEXTS,
        SENTENCES,
    ]
    for table in tables:
        for german, english in table.values():
            assert german
            assert english
            fields = [set(re.findall(r"\{(\w+)", text)) for text in (german, english)]
            assert fields[0] == fields[1]


def test_every_value_of_the_closed_lists_has_a_word() -> None:
    lists: dict[type[StrEnum], Mapping[Any, Pair]] = {
        State: STATES,
        Cause: CAUSES,
        Line: LINES,
        Uplink: UPLINKS,
        Verdict: VERDICTS,
        names.Outcome: OUTCOMES,
    }
    for kind, table in lists.items():
        assert set(table) == set(kind)


def test_every_fact_of_the_journal_has_a_sentence() -> None:
    assert {kind.__name__ for kind in facts.KINDS} == set(SENTENCES)


def test_the_journal_is_told_in_words_and_without_telephone_numbers(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    fields = json.dumps({"mark": "17-1", "name": "Anna Beispiel", "number": "+49 30 000"})
    event = type(make.event(1))(1, "Queued", make.event(1).at, fields)
    unknown = type(event)(2, "Newer", event.at, '{"number": "+49 30 000", "what": "x"}')
    store.take(make.beat(1, events=(event, unknown)), hands.wall_s)
    page = board().get("/site/nord").text
    assert "Meldung 17-1 an Anna Beispiel" in page
    assert "Newer, what: x" in page
    assert "+49" not in page


@given(st.text(max_size=20) | st.sampled_from(sorted(SENTENCES)), st.text(max_size=40))
def test_whatever_a_site_wrote_there_is_a_text(kind: str, fields: str) -> None:
    for text in (fields, json.dumps({"incident": fields, "to": [fields], "ok": False})):
        assert isinstance(sentence(kind, text, "de"), str)


@given(st.floats(allow_nan=True) | st.none())
def test_whatever_a_clock_says_there_is_a_text(wall_s: float | None) -> None:
    import zoneinfo

    show = Show("de", zoneinfo.ZoneInfo("Europe/Berlin"), 1.8e9)
    assert isinstance(show.time(wall_s), str)


def test_what_a_site_sends_is_never_markup(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    bad = "<script>alert(1)</script>"
    store.take(make.beat(1, operator=bad, version=bad, degraded=(bad,)), hands.wall_s)
    for path in ("/", "/site/nord"):
        assert bad not in board().get(path).text


def test_the_page_allows_nothing_but_its_own_style_and_script(board: Visit) -> None:
    answer = board().get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for name in ("style", "script"):
        found = re.search(rf"<{name}>(.*?)</{name}>", answer.text, re.DOTALL)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert " style=" not in answer.text


def test_ten_thousand_sites_stay_one_bounded_page(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    store.list_sites([make.site(f"s{n:05d}") for n in range(10_000)])
    client = board()
    first, last = client.get("/").text, client.get("/?page=167").text
    assert len(first) < 100_000
    assert first.count('href="/site/') == 60
    assert "Seite 1 von 167" in first
    assert "/site/s09999" in last
    sites = client.get("/api/1/sites?page=2").json
    assert sites is not None
    assert (sites["page"], sites["pages"], sites["total"], len(sites["sites"])) == (
        2,
        100,
        10_000,
        100,
    )


def test_regions_come_by_the_page_and_all_of_them_are_on_the_map(
    board: Visit, store: Store, make: Makers
) -> None:
    places = [(48.0 + n / 30, 8.0 + n / 40) for n in range(500)]
    store.list_sites(
        [make.site(f"s{n:03}", region=f"R {n % 130:03}", place=places[n]) for n in range(500)]
    )
    client = board()
    pages = [client.get(f"/regions?page={number}").text for number in (1, 2, 3, 4)]
    assert [page.count('<li class="card') for page in pages] == [60, 60, 10, 10]
    assert [page.count("<circle") for page in pages] == [130] * 4
    assert 'href="/regions?page=2"' in pages[0]
    assert pages[0].count('<a href="/?region=R+000" aria-label') == 1
    assert len(pages[0]) < 80_000


@pytest.mark.parametrize(
    "query", ["page=0", "page=-5", "page=x", f"page={10**30}", "state=nonsense"]
)
def test_a_strange_query_gives_a_page(board: Visit, query: str) -> None:
    assert board().get(f"/?{query}").status_code == 200
    assert board().get(f"/api/1/sites?{query}").status_code == 200


def test_a_tile_leads_to_the_sites_in_that_state(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    store.take(make.beat(1), hands.wall_s)
    page = board().get("/?state=ok").text
    assert "/site/nord" in page
    assert "/site/sued" not in page


def test_what_is_not_there_is_not_found(board: Visit) -> None:
    for path in ("/site/nowhere", "/nothing", "/en/site/nowhere"):
        assert board().get(path).status_code == 404


def test_nothing_on_the_board_can_be_changed(board: Visit) -> None:
    for path in ("/", "/api/1/sites", "/api/1/alarms", "/site/nord"):
        assert board().post(path).status_code == 405


def test_the_json_tells_states_beats_and_alarms(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    store.take(make.beat(1), hands.wall_s)
    answer = board().get("/api/1/sites").json
    assert answer is not None
    assert answer["counts"] == {"isolated": 0, "silent": 0, "backup": 0, "never": 1, "ok": 1}
    assert [site["id"] for site in answer["sites"]] == ["sued", "nord"]
    assert answer["sites"][1]["beat"]["counter"] == 1
    assert board().get("/api/1/alarms").json == {"alarms": []}


def test_health_says_when_nobody_watches(board: Visit, hands: Hands) -> None:
    client = board()
    assert client.get("/healthz").status_code == 200
    hands.move(60.0)
    assert client.get("/healthz").status_code == 503
    assert "Totmannschaltung arbeitet gerade nicht" in client.get("/").text


def test_the_course_of_lte_is_drawn_and_told_in_words(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    beat = make.beat(1, signal_dbm=-101.0, lte_used_bytes=41_000_000, lte_limit_bytes=500_000_000)
    store.take(beat, hands.wall_s)
    assert "Noch kein LTE-Signal im Verlauf" in board().get("/site/nord").text
    hour = int(hands.wall_s // rolling.HOUR_S)
    with store.write() as connection:
        rolling.settle(connection, hour)
    hands.move(rolling.HOUR_S)
    page = board().get("/site/nord").text
    assert "-101 bis -101 dBm, im Mittel -101 dBm (mittel)" in page
    assert 'aria-label="LTE-Signal der letzten 30 Tage: -101 bis' in page
    assert "41 MB von 500 MB im Monat" in page
    assert "each day the month" in board().get("/en/site/nord").text


def test_a_site_s_page_of_90_full_days_stays_small(
    board: Visit, store: Store, make: Makers, hands: Hands
) -> None:
    store.take(make.beat(1, lte_limit_bytes=500_000_000), hands.wall_s)
    last = int(hands.wall_s // rolling.HOUR_S)
    usual = {"site": "nord", "settled": True}
    rows = [
        {**usual, "hour": last - ago, "signal_dbm": -60.0 - ago % 65, "lte_used_bytes": ago * 10**6}
        for ago in range(1, 92 * 24)
    ]
    with store.write() as connection:
        connection.execute(insert(t.roll_up), rows)
    page = board().get("/site/nord?days=90")
    assert page.status_code == 200
    assert len(page.data) < 60_000
