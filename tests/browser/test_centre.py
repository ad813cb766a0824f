"""The centre's pages for people on their telephones: they fit, can be hit and need no script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no types
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from tests.browser.looking import (
    FOCUS,
    PALE,
    SCHEMES,
    SMALL,
    SMALL_PRIMARY,
    TOO_WIDE,
    WIDTHS,
    opened,
)
from tests.browser.test_pages import OPTIONS
from tests.unit.central.conftest import keep_keys, key_of, make_beat, make_site
from tests.unit.central.outside_desk import Journal
from werkzeug.serving import BaseWSGIServer, make_server

from notanker.beat import link_key
from notanker.core import acklink
from notanker.core.acklink import Told
from notanker.core.heartbeat import BeatIncident, OrderAnswer
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Verdict
from notanker_central.board.app import board_app
from notanker_central.clock import Clock
from notanker_central.config import Board, StatusPage
from notanker_central.enrolling import KeyDesk
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.keys import LinkKeys
from notanker_central.opening import Opener
from notanker_central.public.linking import Linking
from notanker_central.public.status_page import StatusPages
from notanker_central.reception import Reception
from notanker_central.store import Store
from notanker_central.vault import Vault
from notanker_central.watcher import Watcher

AXE = Axe()
LONG = "Unser Telefon ist zurzeit gestört. Ihre Daten sind sicher. Nächste Info um 12:00 Uhr. " * 4
PRIMARY = "button, nav a, footer a, summary"
NOW_S = Clock().wall_s()


@dataclass(frozen=True)
class Centre:
    """Where its pages are, and a link for each state."""

    store: Store
    phone: str
    status: str
    calm: str
    board: str

    def page(self, name: str) -> str:
        """Return a page's address by the name that the tests have for it."""
        kind, _, language = name.partition(" ")
        if kind in ("status", "calm"):
            return f"{self.status if kind == 'status' else self.calm}/{language}/"
        if kind == "draft":
            return f"{self.board}/{language}/site/nord/draft/17/T9"
        return f"{self.phone}{link(kind)}?lang={language}"


def link(kind: str) -> str:
    """Return a link whose page is in that state."""
    if kind == "bad":
        return "/a/nord/17/mara/x/y"
    age_s = 4 * 86_400 if kind == "expired" else 5
    number = {"had": 18, "resolved": 19}.get(kind, 17)
    who = "a-contact-with-a-very-long-id-that-has-no-place-to-break" if kind == "long" else kind
    told = Told("nord", number, who, int(NOW_S) - age_s, drill=kind == "drill")
    return acklink.path_of(told, link_key.key_of(key_of("nord").secret))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    store = Store(f"sqlite:///{folder}/central.sqlite")
    sites = [make_site("nord", region="Küste")]
    store.list_sites(sites)
    vault = Vault(folder / "central.master")
    keep_keys(store, vault, "nord")
    told = outage(store)
    clock = Clock()
    link_door = Flask("notanker_central.receiver", static_folder=None)
    Linking(store, LinkKeys(store, vault).of, Board(), clock).add_to(link_door)
    page = StatusPage(url="https://status.example", imprint="https://www.example/impressum")
    quiet = StatusPage(url="https://status.example", texts=("T99",))
    opener = Opener(store, vault, clock)
    receiving = Reception(store, opener, clock)
    desk = KeyDesk(store, vault, clock, opener.look_again)
    health = Health(store, Watcher(store, clock), Ingest(store, receiving, desk, clock))
    apps = (
        link_door,
        StatusPages(store, page, Board(), clock).app(),
        StatusPages(store, quiet, Board(), clock).app(),
        board_app(store, Board(login=False), clock, health),
    )
    servers = [make_server("127.0.0.1", 0, app, threaded=True) for app in apps]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    found = Centre(store, *map(address, servers))
    press(told, link_door)
    yield found
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join(10)
        server.server_close()
    store.close()


def address(server: BaseWSGIServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def outage(store: Store) -> Journal:
    """Have a site in an outage with released texts, and a draft that waits."""
    journal = Journal(store, now_s=NOW_S - 600)
    journal.opened(16)
    journal.drafted(number=16, text=LONG)
    journal.released("pia", number=16)
    journal.released("mara", number=16)
    journal.resolved(16)
    journal.drafted("T13", number=16, text="Wir sind wieder da. Bitte entschuldigen Sie.")
    journal.released("pia", "T13", number=16)
    journal.released("jonas", "T13", number=16)
    journal.opened()
    for version in (1, 2):
        journal.drafted(version=version, text=f"{LONG} Fassung {version}")
        journal.released("pia", version=version)
        journal.released("mara", version=version)
    journal.drafted("T10", text=LONG)
    say(journal, 1000)
    return journal


def say(journal: Journal, counter: int, *answers: OrderAnswer) -> None:
    now = Moment(1.0, NOW_S, trusted=True, boot="boot-1")
    beat = make_beat(
        counter, sent=now, line=Line.BACKUP, line_since=now, primary=Verdict.DOWN,
        cause=Cause.PROVIDER, incident=17, open=(BeatIncident(17), BeatIncident(18, "jonas")),
        answers=answers,
    )  # fmt: skip
    orders = journal.store.take(beat, NOW_S)[0].orders
    if not answers and orders:
        reasons = {"taken": "", "refused": "stale"}
        say(
            journal,
            counter + 1,
            *(
                OrderAnswer(one.id, not reasons[one.contact], reasons[one.contact])
                for one in orders
                if one.contact in reasons
            ),
        )


def press(journal: Journal, door: Flask) -> None:
    """Press what was pressed before the pages are looked at; the site answers two of three."""
    for kind in ("taken", "refused", "waiting"):
        door.test_client().post(link(kind), environ_base={"REMOTE_ADDR": "192.0.2.9"})
    say(journal, 2000)


LINKS = ("ask", "long", "drill", "had", "resolved", "taken", "refused", "waiting", "expired", "bad")
GERMAN = (*LINKS, "status", "calm", "draft")
PAGES = (*(f"{kind} de" for kind in GERMAN), "drill en", "taken en", "status en", "draft en")
SAYS = {
    "ask": "Ich übernehme", "drill": "ÜBUNG", "had": "Übernommen von jonas", "resolved": "beendet",
    "taken": "Sie haben diese Störung", "refused": "neu ausgebrochen", "waiting": "Notiert",
    "expired": "gilt nicht mehr", "bad": "kein Standort gemacht", "status": "Fassung 2",
    "calm": "keine Störung bekannt", "draft": "Freigabe", "long": "Ich übernehme",
}  # fmt: skip


@pytest.fixture(autouse=True)
def from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the browser ask as often as a hundred telephones would."""
    monkeypatch.setattr("notanker_central.public.pace.Pace.allows", lambda *_: True)


def at(page: Page, width: int, scheme: str) -> Page:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 740})
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_can_be_hit_and_axe_finds_nothing(
    name: str, browser: Browser, centre: Centre
) -> None:
    kind = name.partition(" ")[0]
    with opened(browser, centre.page(name)) as page:
        assert name.endswith("en") or SAYS[kind] in page.inner_text("body")
        for width in WIDTHS:
            at(page, width, "light")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(TOO_WIDE) == []
            if kind != "draft":  # the board is looked at with a mouse
                assert page.evaluate(SMALL) == []
                assert page.evaluate(SMALL_PRIMARY, PRIMARY) == []
        page.set_viewport_size({"width": 640, "height": 740})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        page.evaluate("document.documentElement.style.fontSize = ''")
        for scheme in SCHEMES:
            at(page, 360, scheme)
            assert page.evaluate(PALE) == []
        found = AXE.run(page, options=OPTIONS)
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]])
                for one in found.response["violations"]]  # fmt: skip
        assert told == []


@pytest.mark.parametrize("name", ["ask de", "status de"])
def test_a_page_is_one_request_without_a_complaint_or_a_cookie(
    name: str, browser: Browser, centre: Centre
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(centre.page(name), wait_until="networkidle")
        assert asked == [centre.page(name)]
        assert said == []
        assert context.cookies() == []
    finally:
        context.close()


@pytest.mark.parametrize("name", ["ask de", "status de"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    name: str, browser: Browser, centre: Centre
) -> None:
    with opened(browser, centre.page(name)) as page:
        wanted = page.evaluate(
            "() => [...document.querySelectorAll('a[href], button, summary')]"
            ".filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))"
        )
        seen = []
        for _ in wanted:
            page.keyboard.press("Tab")
            html, outline = page.evaluate(FOCUS)
            assert outline >= 2
            seen.append(html)
        assert seen == wanted


def test_without_script_one_press_takes_the_incident_on(browser: Browser, centre: Centre) -> None:
    told = Told("nord", 17, "someone", int(NOW_S) - 5)
    path = acklink.path_of(told, link_key.key_of(key_of("nord").secret))
    address = f"{centre.phone}{path}"
    with opened(browser, address, locale="de-DE", java_script_enabled=False) as page:
        box = page.get_by_role("button", name="Ich übernehme").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740, "the button is on the first screen"
        page.get_by_role("button", name="Ich übernehme").click()
        expect(page.locator("main")).to_contain_text("Notiert")
        assert page.url == address


def test_the_page_of_a_draft_takes_a_release(browser: Browser, centre: Centre) -> None:
    with opened(browser, f"{centre.board}/site/nord", java_script_enabled=False) as page:
        page.get_by_role("link", name="T10, Presse").click()
        page.get_by_label("Ihr Name").fill("Pia Entwurf")
        page.get_by_role("button", name="Fassung 1 freigeben").click()
        said = "Pia Entwurf gibt T10, Fassung 1, zu Störung 17 frei"
        expect(page.locator("main")).to_contain_text(said)
        assert page.url == f"{centre.board}/site/nord"


def test_the_feed_is_found_from_the_page(browser: Browser, centre: Centre) -> None:
    with opened(browser, f"{centre.status}/") as page:
        href = page.locator('link[rel="alternate"]').get_attribute("href")
        assert href == "feed.atom"
        answer = page.request.get(f"{centre.status}/de/feed.atom")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("application/atom+xml")
