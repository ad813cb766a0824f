"""Texts for people outside on the board: what is shown, and that a press becomes an order to the site."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from tests.unit.central.conftest import Hands, Makers
from tests.unit.central.outside_desk import Journal

from notanker.core.heartbeat import BeatEvent, CentreOrder, OrderAnswer
from notanker_central.board.app import board_app
from notanker_central.board.wording import REASONS, TEXTS
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.store import Store
from notanker_central.watcher import Watcher

PATH = "/site/nord/draft/17/T9"


@pytest.fixture
def board(store: Store, ingest: Ingest, hands: Hands) -> FlaskClient:
    health = Health(store, Watcher(store, hands.clock), ingest)
    return board_app(store, Board(login=False), hands.clock, health).test_client()


@pytest.fixture
def journal(store: Store, hands: Hands) -> Journal:
    journal = Journal(store)
    journal.opened()
    journal.drafted()
    hands.move(30)
    return journal


def press(board: FlaskClient, **form: object) -> int:
    usual = {"who": "Pia Entwurf", "version": "1", "do": "release"}
    return board.post(PATH, data={**usual, **form}).status_code


def wanted(store: Store, make: Makers, journal: Journal) -> tuple[CentreOrder, ...]:
    journal.position += 1
    return store.take(make.beat(journal.position + 1000), 1.0)[0].orders


def test_a_draft_is_shown_with_its_words_version_and_who_is_missing(
    board: FlaskClient, journal: Journal
) -> None:
    site = board.get("/site/nord").text
    assert PATH in site
    assert "T9, Kunden" in site
    assert "es fehlen die Freigaben von 2 verschiedenen Personen" in site
    page = board.get(PATH).text
    for text in ("Unser Telefon ist gestört.", "English: Unser", "Fassung 1", 'lang="en"'):
        assert text in page
    assert 'http-equiv="refresh"' not in page, "whoever types must not lose it"
    assert "Freigabe zurücknehmen" not in page
    journal.released("pia")
    page = board.get(PATH).text
    assert "Pia Entwurf (" in page
    assert "es fehlt die Freigabe einer Person" in page
    assert "Freigabe zurücknehmen" in page


def test_the_english_board_has_english_words(board: FlaskClient, journal: Journal) -> None:
    page = board.get(f"/en{PATH}").text
    assert "Release version 1" in page
    assert "T9, customers" in page
    assert f'action="/en{PATH}"' in page


def test_to_look_at_a_draft_releases_nothing(
    board: FlaskClient, journal: Journal, store: Store, make: Makers
) -> None:
    board.get(PATH)
    assert wanted(store, make, journal) == ()


def test_a_press_becomes_an_order_with_the_words_that_were_seen(
    board: FlaskClient, journal: Journal, store: Store, make: Makers, hands: Hands
) -> None:
    seen_s = hands.wall_s - 12.5
    assert press(board, seen=str(seen_s)) == 303
    assert press(board, seen=str(seen_s)) == 303
    (order,) = wanted(store, make, journal)
    assert (order.kind, order.incident, order.template, order.version) == ("release", 17, "T9", 1)
    assert (order.contact, order.how, order.at_s) == ("Pia Entwurf", "centre", seen_s)
    told = board.get("/site/nord").text
    assert "Pia Entwurf gibt T9, Fassung 1, zu Störung 17 frei" in told
    assert "noch nicht angekommen" in told


def test_what_the_site_says_of_a_release_is_on_its_page(
    board: FlaskClient, journal: Journal, store: Store, make: Makers
) -> None:
    press(board)
    (order,) = wanted(store, make, journal)
    answers = (OrderAnswer(order.id, taken=False, reason="you_did"),)
    store.take(make.beat(5000, answers=answers), 2.0)
    assert "diese Person hat schon freigegeben" in board.get("/site/nord").text
    assert "another one is needed" in board.get("/en/site/nord").text


def test_a_release_is_taken_back(
    board: FlaskClient, journal: Journal, store: Store, make: Makers
) -> None:
    journal.released("pia")
    journal.released("mara")
    assert "freigegeben" in board.get("/site/nord").text
    assert press(board, do="withdraw") == 303
    (order,) = wanted(store, make, journal)
    assert order.kind == "withdraw"
    assert "nimmt T9, Fassung 1, zu Störung 17 zurück" in board.get("/site/nord").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"who": " "}, 303),
        ({"who": "a\x1b[2Jb"}, 403),
        ({"do": "explode"}, 303),
        ({"version": "2"}, 409),
        ({"version": "one"}, 409),
        ({"version": ""}, 409),
    ],
)
def test_what_is_no_release_becomes_no_order(
    board: FlaskClient,
    journal: Journal,
    store: Store,
    make: Makers,
    form: dict[str, str],
    status: int,
) -> None:
    assert press(board, **form) == status
    assert wanted(store, make, journal) == ()


@pytest.mark.parametrize("seen", ["nan", "inf", "-1", "1e300", "", "soon"])
def test_an_odd_time_is_none(
    board: FlaskClient, journal: Journal, store: Store, make: Makers, hands: Hands, seen: str
) -> None:
    press(board, seen=seen)
    (order,) = wanted(store, make, journal)
    assert order.at_s == hands.wall_s


def test_a_form_on_a_stranger_s_page_releases_nothing(board: FlaskClient, journal: Journal) -> None:
    form = {"who": "Pia Entwurf", "version": "1", "do": "release"}
    headers = {"sec-fetch-site": "cross-site"}
    assert board.post(PATH, data=form, headers=headers).status_code == 403


def test_a_draft_whose_words_are_others_by_now_is_not_released(
    board: FlaskClient, journal: Journal
) -> None:
    journal.released("pia")
    journal.drafted(version=2, text="Andere Worte.")
    assert press(board) == 409
    page = board.get(PATH).text
    assert "Andere Worte." in page
    assert "Pia Entwurf (" not in page


def test_what_is_over_or_a_drill_is_not_offered(board: FlaskClient, journal: Journal) -> None:
    journal.drafted("T10", drill=True)
    assert "T10" not in board.get("/site/nord").text.partition("Verlauf am Standort")[0]
    journal.resolved()
    assert PATH not in board.get("/site/nord").text
    assert board.get(PATH).status_code == 404
    journal.drafted("T13", text="Wir sind wieder da.")
    assert "/site/nord/draft/17/T13" in board.get("/site/nord").text


def test_words_are_shown_and_not_run(board: FlaskClient, journal: Journal) -> None:
    journal.drafted(version=2, text="<script>alert(1)</script>")
    page = board.get(PATH).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "fields",
    ["", "[]", "{}", '{"incident":"x"}', '{"incident":-1}', '{"incident":17,"words":3}', "[" * 900],
)
def test_a_journal_that_nobody_understands_hides_nothing_else(
    board: FlaskClient, journal: Journal, store: Store, make: Makers, fields: str
) -> None:
    journal.position += 1
    event = BeatEvent(journal.position, "Drafted", journal.at(), fields)
    store.take(make.beat(journal.position, events=(event,)), journal.now_s)
    assert "Unser Telefon" in board.get(PATH).text


def test_strange_addresses_are_answered(board: FlaskClient, journal: Journal) -> None:
    for path in ("/site/nord/draft/17/T99", "/site/nord/draft/18/T9", "/site/west/draft/17/T9"):
        assert board.get(path).status_code == 404
    assert board.get(f"/site/nord/draft/{10**30}/T9").status_code == 404


def test_no_word_is_missing_in_either_language() -> None:
    assert all(de and en for de, en in (*TEXTS.values(), *REASONS.values()))
