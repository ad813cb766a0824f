"""The status page tells what people have released, and no word more."""

from __future__ import annotations

import base64
import hashlib

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from tests.unit.central.conftest import START_S, Hands, make_site
from tests.unit.central.outside_desk import Journal

from notanker.core import drafts, incident
from notanker_central import outside
from notanker_central.config import Board, StatusPage
from notanker_central.public.released import all_told, told_of
from notanker_central.public.status_page import CACHE_S, StatusPages
from notanker_central.public.words import STATUS
from notanker_central.store import Store

CONFIG = StatusPage(listen="127.0.0.1:0", url="https://status.example", title="Beispiel AG")
TEXT = "Unser Telefon ist gestört."


@pytest.fixture
def reader(store: Store, hands: Hands) -> FlaskClient:
    return StatusPages(store, CONFIG, Board(), hands.clock).app().test_client()


@pytest.fixture
def journal(store: Store) -> Journal:
    journal = Journal(store)
    journal.opened()
    journal.drafted()
    return journal


def later(hands: Hands, journal: Journal) -> None:
    """Let what is kept get old, and the centre's clock show what the site's does."""
    hands.move(CACHE_S + 1)
    hands.wall_s = max(hands.wall_s, journal.now_s)


def release(journal: Journal, template: str = "T9", version: int = 1) -> None:
    journal.released("pia", template, version)
    journal.released("mara", template, version)


def test_nothing_is_told_before_as_many_people_released_it_as_it_takes(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    assert "keine Störung bekannt" in reader.get("/de/").text
    journal.released("pia")
    later(hands, journal)
    assert TEXT not in reader.get("/de/").text
    assert "Nord" not in reader.get("/de/").text
    journal.released("mara")
    later(hands, journal)
    page = reader.get("/de/").text
    assert TEXT in page
    assert "Nord" in page
    assert "Zurzeit ist ein Standort gestört." in page
    assert "English: " not in page
    assert f"English: {TEXT}" in reader.get("/en/").text


def test_updates_stand_in_their_order_and_what_was_withdrawn_is_gone(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    release(journal)
    journal.drafted(version=2, text="Zweite Fassung.")
    release(journal, version=2)
    later(hands, journal)
    page = reader.get("/de/").text
    assert page.index("Zweite Fassung.") < page.index("Frühere Mitteilungen") < page.index(TEXT)
    journal.withdrawn("jonas", version=2)
    later(hands, journal)
    page = reader.get("/de/").text
    assert "Zweite Fassung." not in page
    assert "Die nächste Mitteilung folgt hier." in page
    assert TEXT in page.partition("Frühere Mitteilungen")[2]


def test_a_promise_that_has_passed_is_no_current_word(
    reader: FlaskClient, store: Store, hands: Hands
) -> None:
    journal = Journal(store)
    journal.opened()
    journal.drafted(good_s=60.0)
    release(journal)
    later(hands, journal)
    assert TEXT in reader.get("/de/").text.partition("Frühere Mitteilungen")[0]
    hands.move(120)
    page = reader.get("/de/").text
    assert "Die nächste Mitteilung folgt hier." in page.partition("Frühere Mitteilungen")[0]


def test_the_end_is_told_with_the_apology_and_stays_for_days(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    release(journal)
    journal.resolved()
    journal.drafted("T13", text="Wir sind wieder da. Bitte entschuldigen Sie.")
    later(hands, journal)
    page = reader.get("/de/").text
    assert "behoben" in page
    assert "entschuldigen" not in page, "nobody has released it yet"
    release(journal, "T13")
    later(hands, journal)
    page = reader.get("/de/").text
    assert "Bitte entschuldigen Sie." in page.partition("Frühere Mitteilungen")[0]
    assert "keine Störung bekannt" in page
    hands.move(CONFIG.days * 86_400 + 60)
    assert "Nord" not in reader.get("/de/").text


def test_other_audiences_texts_stay_inside(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    for template in ("T6", "T7", "T10"):
        journal.drafted(template, text=f"Nicht für alle: {template}")
        release(journal, template)
    journal.drafted("T9-core", text="Ein Kern-Service ist gestört.")
    release(journal, "T9-core")
    later(hands, journal)
    page = reader.get("/de/").text
    assert "Nicht für alle" not in page
    assert "Ein Kern-Service ist gestört." in page, "a variant is for the same people"


def test_a_drill_is_never_told(reader: FlaskClient, store: Store, hands: Hands) -> None:
    journal = Journal(store)
    journal.opened()
    journal.drafted(drill=True)
    release(journal)
    later(hands, journal)
    assert TEXT not in reader.get("/de/").text


def test_a_site_that_is_not_listed_any_more_is_not_told_of(
    reader: FlaskClient, store: Store, journal: Journal, hands: Hands
) -> None:
    release(journal)
    store.list_sites([make_site("sued")])
    later(hands, journal)
    assert TEXT not in reader.get("/de/").text


def test_the_worst_stands_first_and_all_are_counted(
    reader: FlaskClient, store: Store, journal: Journal, hands: Hands
) -> None:
    release(journal)
    journal.resolved()
    other = Journal(store, "sued")
    other.opened()
    other.drafted(text="Auch hier.")
    release(other)
    later(hands, journal)
    page = reader.get("/de/").text
    assert page.index("Auch hier.") < page.index(TEXT)


@pytest.mark.parametrize(
    ("accepted", "path"), [("en", "en/"), ("de-AT,en;q=0.5", "de/"), ("fr", "de/"), ("", "de/")]
)
def test_who_comes_is_led_to_the_page_in_his_language(
    reader: FlaskClient, accepted: str, path: str
) -> None:
    answer = reader.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer.headers["location"]) == (302, path)
    assert answer.headers["vary"] == "accept-language"


def test_a_crowd_is_one_question_and_who_has_the_page_gets_no_second_one(
    reader: FlaskClient, store: Store, journal: Journal, hands: Hands
) -> None:
    release(journal)
    first = reader.get("/de/")
    assert first.headers["cache-control"] == "public, max-age=15"
    journal.drafted(version=2, text="Neu.")
    release(journal, version=2)
    assert reader.get("/de/").text == first.text, "made once in a quarter of a minute"
    again = reader.get("/de/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.data) == (304, b"")
    later(hands, journal)
    assert "Neu." in reader.get("/de/").text


def test_while_the_database_is_away_the_last_page_stands(
    reader: FlaskClient, store: Store, journal: Journal, hands: Hands
) -> None:
    release(journal)
    later(hands, journal)
    before = reader.get("/de/").text
    with store.write() as connection:
        connection.execute(sql("alter table outside rename to lost"))
    later(hands, journal)
    assert reader.get("/de/").text == before
    assert TEXT in reader.get("/de/feed.atom").text, "what was read serves the other pages as well"
    with store.write() as connection:
        connection.execute(sql("alter table lost rename to outside"))
    later(hands, journal)
    assert reader.get("/de/").status_code == 200


def test_a_page_that_never_was_is_told_as_a_sentence(store: Store, hands: Hands) -> None:
    with store.write() as connection:
        connection.execute(sql("drop table outside"))
    reader = StatusPages(store, CONFIG, Board(), hands.clock).app().test_client()
    answer = reader.get("/de/")
    assert answer.status_code == 503
    assert "in einer Minute" in answer.text


@pytest.mark.parametrize("path", ["/xx", "/de/feed", "/site/nord", "/de/../x", "/a/nord/1/x/y/z"])
def test_there_is_nothing_else_behind_this_door(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht." in answer.text
    assert reader.post("/de/").status_code == 405


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(
    reader: FlaskClient, store: Store, hands: Hands
) -> None:
    journal = Journal(store)
    journal.opened()
    journal.drafted(text="<script>alert(1)</script> & <b>")
    release(journal)
    later(hands, journal)
    answer = reader.get("/de/")
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert b"<script" not in reader.get("/de/feed.atom").data


WHO = st.sampled_from(["pia", "mara", "jonas", drafts.PANEL])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("drafted"), st.sampled_from(["a", "b"]), st.booleans()),
        st.tuples(st.just("released"), WHO, st.integers(1, 3)),
        st.tuples(st.just("withdrawn"), WHO, st.integers(1, 3)),
        st.tuples(st.sampled_from(["resolved", "reopened"])),
    ),
    max_size=25,
)


@settings(suppress_health_check=list(HealthCheck), max_examples=60, deadline=None)
@given(STEPS)
def test_no_order_of_events_shows_a_text_that_was_not_released(
    steps: list[tuple[object, ...]],
) -> None:
    """Beside the record itself: what is shown had two people on that very version, and was not withdrawn."""
    desk, version, signed, words = Desk(), 0, set[str](), ""
    desk.opened()
    good: set[str] = set()
    for kind, *more in steps:
        if kind == "drafted":
            version, signed = version + 1, set()
            words = f"{more[0]}{version}"
            desk.drafted(version=version, text=words, drill=bool(more[1]))
            drill = bool(more[1])
        elif kind == "released" and more[1] == version:
            desk.released(str(more[0]), version=version)
            signed |= {str(more[0])} - {drafts.PANEL}
            if len(signed) >= 2 and not drill:
                good.add(words)
        elif kind == "withdrawn" and more[1] == version:
            desk.withdrawn(str(more[0]), version=version)
            signed = set()
            good.discard(words)
        elif kind in ("resolved", "reopened"):
            getattr(desk, str(kind))()
            signed = signed if kind == "resolved" else set()
    told = told_of("nord", "Nord", desk.entries(), ("T9",), desk.now_s)
    shown = {dict(update.words)["de"] for found in told for update in found.updates}
    assert shown <= good


class Desk(Journal):
    """The same journal without a centre."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # nobody takes it

    def tell(self, *facts: object) -> None:
        """Keep the fact."""
        self.facts += facts  # type: ignore[arg-type]
        self.now_s += 1.0

    def entries(self) -> list[outside.Entry]:
        """Return the facts as the centre would read them."""
        return [outside.Entry(1, place, START_S, fact) for place, fact in enumerate(self.facts, 1)]


def test_the_desk_would_notice_a_release() -> None:
    desk = Desk()
    desk.opened()
    desk.drafted()
    desk.released("pia")
    desk.released("mara")
    (found,) = told_of("nord", "Nord", desk.entries(), ("T9",), desk.now_s)
    assert found.current
    assert incident.fold(entry.fact for entry in desk.entries()).open


def test_what_a_site_s_wrong_clock_says_is_put_right_by_the_centre_s(store: Store) -> None:
    journal = Journal(store)
    journal.opened()
    journal.drafted()
    release(journal)
    with store.write() as connection:
        connection.execute(sql("update event set trusted = false, wall_s = 12.0"))
    with store.read() as connection:
        (found,) = all_told(connection, ("T9",), journal.now_s, 7.0)
    assert all(update.at_s > START_S - 1 for update in found.updates)


def test_no_word_is_missing_in_either_language() -> None:
    assert all(de and en for de, en in STATUS.values())
