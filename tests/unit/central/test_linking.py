"""The page behind an alarm's link: it shows, it asks, and only a press acknowledges."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.central.conftest import START_S, Hands, Makers, keep_keys, key_of, make_site

from notanker.beat import link_key
from notanker.core import acklink
from notanker.core.acklink import Told
from notanker.core.heartbeat import BeatIncident, CentreOrder, OrderAnswer
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Verdict
from notanker_central.config import Board
from notanker_central.keys import LinkKeys
from notanker_central.orders import MOST_WAITING
from notanker_central.public.linking import BURST, Linking
from notanker_central.public.words import LINK
from notanker_central.store import Store
from notanker_central.vault import Vault

OPEN = (BeatIncident(17),)
TOLD = Told("nord", 17, "mara-beispiel", int(START_S) - 10)
ASKED = "<button"


def path(told: Told = TOLD) -> str:
    return acklink.path_of(told, link_key.key_of(key_of(told.site).secret))


@pytest.fixture
def phone(store: Store, vault: Vault, hands: Hands) -> FlaskClient:
    keep_keys(store, vault)
    app = Flask("notanker_central.receiver", static_folder=None)
    Linking(store, LinkKeys(store, vault).of, Board(), hands.clock).add_to(app)
    return app.test_client()


@pytest.fixture
def outage(store: Store, make: Makers) -> None:
    beat = make.beat(
        1,
        line=Line.BACKUP,
        primary=Verdict.DOWN,
        cause=Cause.PROVIDER,
        incident=17,
        open=OPEN,
    )
    store.take(beat, START_S - 5)


def orders(store: Store, make: Makers, counter: int = 50) -> tuple[CentreOrder, ...]:
    return store.take(make.beat(counter, incident=17, open=OPEN), START_S)[0].orders


@pytest.mark.usefixtures("outage")
def test_whoever_opens_the_link_sees_what_is_down_and_one_button(phone: FlaskClient) -> None:
    answer = phone.get(path())
    assert answer.status_code == 200
    for text in (
        "Störung 17: Nord",
        "Alarm an mara-beispiel",
        "auf Ersatzanbindung",
        "Anbieter",
        "Ich übernehme",
    ):
        assert text in answer.text
    assert answer.text.count(ASKED) == 1
    assert "ÜBUNG" not in answer.text


@pytest.mark.usefixtures("outage")
def test_to_open_it_acknowledges_nothing_however_often_scanners_do(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    for _ in range(5):
        assert phone.get(path()).status_code == 200
        assert phone.head(path()).status_code == 200
        assert phone.open(path(), method="OPTIONS").status_code == 200
    assert orders(store, make) == ()


@pytest.mark.usefixtures("outage")
def test_a_press_is_an_order_of_whom_the_link_was_for(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    pressed = phone.post(path())
    assert (pressed.status_code, pressed.headers["location"]) == (303, path())
    phone.post(path())
    (order,) = orders(store, make)
    assert order == CentreOrder(
        order.id, "acknowledge", 17, "mara-beispiel", "link", float(TOLD.at_s)
    )
    page = phone.get(path()).text
    assert "Der Standort erfährt es" in page
    assert "Nachsehen, ob er es weiß" in page
    assert ASKED not in page
    store.take(make.beat(60, answers=(OrderAnswer(order.id, taken=True),)), START_S + 3)
    page = phone.get(path()).text
    assert "Sie haben diese Störung übernommen" in page
    assert "Nachsehen" not in page


@pytest.mark.usefixtures("outage")
def test_why_the_site_did_not_take_it_is_said(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    phone.post(path())
    (order,) = orders(store, make)
    answers = (OrderAnswer(order.id, taken=False, reason="stale"),)
    store.take(make.beat(60, answers=answers), START_S + 3)
    assert "nicht angenommen: sie ist seither neu ausgebrochen" in phone.get(path()).text


def test_what_was_pressed_for_the_outage_before_does_not_count_for_this_one(
    phone: FlaskClient, store: Store, make: Makers, hands: Hands
) -> None:
    """What breaks again soon goes on under its number, and people are asked anew."""
    phone.post(path())
    (order,) = orders(store, make)
    taken = (OrderAnswer(order.id, taken=True),)
    mine = (BeatIncident(17, TOLD.contact),)
    store.take(make.beat(60, answers=taken, open=mine), START_S + 3)
    assert "Sie haben diese Störung" in phone.get(path()).text
    hands.move(120)
    now = Moment(130.0, START_S + 130, trusted=True, boot="boot-1")
    store.take(make.beat(61, open=OPEN, sent=now), START_S + 130)
    again = Told("nord", 17, TOLD.contact, int(START_S) + 120)
    assert "seither neu ausgebrochen" in phone.get(path()).text
    assert ASKED in phone.get(path(again)).text
    assert phone.post(path(again)).status_code == 303
    assert [one.at_s for one in orders(store, make, 62)] == [float(again.at_s)]


def test_a_second_alarm_to_the_same_person_is_on_its_way_as_well(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    phone.post(path())
    second = Told("nord", 17, TOLD.contact, TOLD.at_s + 5)
    assert "Notiert" in phone.get(path(second)).text
    phone.post(path(second))
    assert len(orders(store, make)) == 1


def test_who_comes_second_learns_who_has_it(phone: FlaskClient, store: Store, make: Makers) -> None:
    store.take(make.beat(1, incident=17, open=(BeatIncident(17, "jonas"),)), START_S)
    page = phone.get(path()).text
    assert "Übernommen von jonas" in page
    assert ASKED not in page
    assert phone.post(path()).status_code == 303
    assert store.take(make.beat(2), START_S)[0].orders == ()


def test_an_incident_that_is_over_is_said_to_be(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    store.take(make.beat(1), START_S)
    page = phone.get(path()).text
    assert "Diese Störung ist beendet" in page
    assert ASKED not in page
    phone.post(path())
    assert store.take(make.beat(2), START_S)[0].orders == ()


def test_before_the_site_has_told_of_it_one_can_take_it_on_all_the_same(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    assert ASKED in phone.get(path()).text, "no beat has ever come"
    before = Moment(1.0, TOLD.at_s - 30.0, trusted=True, boot="boot-1")
    store.take(make.beat(1, sent=before), START_S)
    page = phone.get(path()).text
    assert "noch nicht gemeldet" in page
    assert ASKED in page
    assert phone.post(path()).status_code == 303
    assert len(orders(store, make)) == 1


def test_a_beat_without_room_for_every_incident_ends_none(
    phone: FlaskClient, store: Store, make: Makers
) -> None:
    many = tuple(BeatIncident(number) for number in range(100, 110))
    store.take(make.beat(1, incident=100, open=many), START_S)
    assert ASKED in phone.get(path()).text


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize("late_s", [-400.0, acklink.LIFE_S + 60])
def test_a_link_that_has_had_its_time_shows_and_does_nothing(
    phone: FlaskClient, store: Store, make: Makers, hands: Hands, late_s: float
) -> None:
    hands.move(late_s)
    for answer in (phone.get(path()), phone.post(path())):
        assert answer.status_code == 410
        assert "gilt nicht mehr" in answer.text
        assert "Nord" not in answer.text
    assert orders(store, make) == ()


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize(
    "bad",
    [
        "/a/nord/17/mara-beispiel/t5k1xc/aaaaaaaaaaaaaaaaaaaa",
        "/a/nord",
        "/a/" + "x" * 500,
        "/u" + path()[2:],
        path().replace("/17/", "/18/"),
        path(Told("sued", 17, "mara", int(START_S))).replace("sued", "nord"),
        path() + "/",
        path().upper(),
    ],
)
def test_a_forged_link_shows_and_does_nothing(
    phone: FlaskClient, store: Store, make: Makers, bad: str
) -> None:
    for answer in (phone.get(bad), phone.post(bad)):
        assert answer.status_code == 404
        assert "Nord" not in answer.text
    assert orders(store, make) == ()


@pytest.mark.usefixtures("outage")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text(max_size=120))
@example("/0")  # a slash too many
def test_no_address_breaks_it(phone: FlaskClient, tail: str) -> None:
    assert phone.get("/a/" + tail).status_code in (404, 429)


@pytest.mark.usefixtures("outage")
def test_a_site_that_is_not_listed_any_more_has_no_links(phone: FlaskClient, store: Store) -> None:
    store.list_sites([make_site("sued")])
    assert phone.get(path()).status_code == 404
    assert phone.post(path()).status_code == 404


@pytest.mark.usefixtures("outage")
def test_a_drill_says_so_at_both_ends(phone: FlaskClient) -> None:
    told = Told("nord", 17, "mara-beispiel", TOLD.at_s, drill=True)
    page = phone.get(path(told)).text
    main = page.partition("<main>")[2].partition("</main>")[0]
    words = re.sub(r"<[^>]+>", " ", main).split()
    assert (words[0], words[-1]) == ("ÜBUNG", "ÜBUNG")
    assert "<title>ÜBUNG " in page
    english = phone.get(path(told), headers={"accept-language": "en"}).text
    assert english.count("DRILL") == 3


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize(
    ("accepted", "query", "said"),
    [
        ("en-GB,en;q=0.9,de;q=0.1", "", "I have it"),
        ("de-AT,en;q=0.5", "", "Ich übernehme"),
        ("fr,en-US;q=0.5,de;q=0", "", "I have it"),
        ("fr", "", "Ich übernehme"),
        ("", "", "Ich übernehme"),
        ("de", "?lang=en", "I have it"),
        ("en", "?lang=xx", "I have it"),
    ],
)
def test_the_page_speaks_the_phone_s_language(
    phone: FlaskClient, accepted: str, query: str, said: str
) -> None:
    page = phone.get(path() + query, headers={"accept-language": accepted}).text
    assert said in page
    assert f'<html lang="{"en" if said == "I have it" else "de"}">' in page


@pytest.mark.usefixtures("outage")
def test_a_press_stays_in_its_language(phone: FlaskClient) -> None:
    assert phone.post(path() + "?lang=en").headers["location"] == path() + "?lang=en"


@pytest.mark.usefixtures("outage")
def test_the_link_goes_nowhere_else(phone: FlaskClient) -> None:
    answer = phone.get(path())
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "set-cookie" not in headers
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "http:" not in answer.text
    assert "https:" not in answer.text


@pytest.mark.usefixtures("outage")
def test_one_address_asks_no_more_than_people_do(phone: FlaskClient, hands: Hands) -> None:
    told = [phone.get(path()).status_code for _ in range(BURST + 1)]
    assert told == [200] * BURST + [429]
    assert phone.get(path()).headers["retry-after"] == "60"
    elsewhere = {"REMOTE_ADDR": "2001:db8::7"}
    assert phone.get(path(), environ_overrides=elsewhere).status_code == 200
    hands.move(2)
    assert phone.get(path()).status_code == 200


@pytest.mark.usefixtures("outage")
def test_a_flood_of_guesses_from_everywhere_keeps_nobody_out(phone: FlaskClient) -> None:
    for number in range(150):
        stranger = {"REMOTE_ADDR": f"198.51.100.{number}"}
        assert phone.get("/a/nord/1/x/y/z", environ_overrides=stranger).status_code == 404
    assert phone.get("/a/nord/1/x/y/z").data == b"", "no page is made for it any more"
    assert phone.post(path()).status_code == 303


@pytest.mark.usefixtures("outage")
def test_a_crowd_is_bounded_and_told_so(phone: FlaskClient) -> None:
    for number in range(MOST_WAITING):
        told = Told("nord", 17, f"mara-{number}", TOLD.at_s)
        assert phone.post(path(told)).status_code == 303
    answer = phone.post(path(Told("nord", 17, "jonas", TOLD.at_s)))
    assert answer.status_code == 429
    assert "zu viele Aufträge" in answer.text


def test_no_word_is_missing_in_either_language() -> None:
    assert all(de and en for de, en in LINK.values())
