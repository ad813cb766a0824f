"""The portal's pages in a browser: they fit, can be hit, need no script, and can be printed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no types
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as NotInTimeError
from tests.browser.looking import (
    FOCUS,
    GERMAN,
    PALE,
    PATHS,
    PRIMARY,
    SCHEMES,
    SMALL,
    SMALL_PRIMARY,
    TOO_WIDE,
    WIDTHS,
    opened,
)

from notanker.portal import pages

AXE = Axe()
STYLE = Path(pages.__file__).with_name("style.css").read_text("utf-8")
MEDIA: tuple[Literal["screen", "print"], ...] = ("screen", "print")
ALL_AT_ONCE = "* { content-visibility: visible !important }"
"""What is laid out only once it is near is laid out at some moment, and no two pictures are the same."""
TAGS = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"]}


def at(page: Page, width: int, scheme: str) -> Page:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 740})
    return page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_can_be_hit(path: str, browser: Browser, site: str) -> None:
    with opened(browser, site + path) as page:
        for width in WIDTHS:
            at(page, width, "light")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(TOO_WIDE) == []
            assert page.evaluate(SMALL_PRIMARY, PRIMARY) == []
            assert page.evaluate(SMALL) == []
        # 1280 x 1024 at 400 %, and text alone at 200 %
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.set_viewport_size({"width": 640, "height": 740})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_every_text_stands_out(
    path: str, browser: Browser, site: str, request: pytest.FixtureRequest
) -> None:
    """WCAG A and AA up to 2.2, and 1.4.3 once more by hand: each text with the colours it has in the end."""
    widths = WIDTHS if request.config.getoption("--long") else (360,)
    with opened(browser, site + path) as page:
        for scheme in SCHEMES:
            for width in widths:
                at(page, width, scheme)
                assert page.evaluate(PALE) == []
                found = AXE.run(page, options=OPTIONS)
                told = [(one["id"], [node["html"][:120] for node in one["nodes"]])
                        for one in found.response["violations"]]  # fmt: skip
                assert told == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_one_request_without_a_complaint(path: str, browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site + path, wait_until="networkidle")
        assert [url for url in asked if not url.startswith("data:")] == [site + path]
        assert [text for text in said if "404" not in text] == []
        assert context.cookies() == []
    finally:
        context.close()


def look_alike(one: bytes, other: bytes) -> bool:
    """Tell whether two pictures are the same to the eye: Chromium may round a colour by one of 255."""
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    if first.size != second.size:
        return False
    differing = ImageChops.difference(first, second).point(lambda level: 255 * (level > 2))
    return differing.getbbox() is None


@pytest.mark.parametrize("path", GERMAN)
def test_what_is_cut_off_the_style_changes_nothing_that_is_seen(
    path: str, browser: Browser, site: str
) -> None:
    with opened(browser, site + path, bypass_csp=True) as page:
        page.add_style_tag(content=ALL_AT_ONCE)
        for medium in MEDIA:
            page.emulate_media(media=medium)
            page.eval_on_selector("style", "(e, css) => { e.kept = e.textContent }")
            cut = page.screenshot(full_page=True)
            page.eval_on_selector("style", "(e, css) => { e.textContent = css }", STYLE)
            whole = page.screenshot(full_page=True)
            page.eval_on_selector("style", "e => { e.textContent = e.kept }")
            assert look_alike(cut, whole), medium


def test_the_home_page_loads_itself_anew_until_it_is_stopped(
    browser: Browser, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "REFRESH_S", 1)
    with opened(browser, f"{site}/de/", java_script_enabled=False) as page:
        for _ in range(3):  # the third is an answer that says "not modified"
            page.wait_for_event("load", timeout=10_000)
        page.get_by_role("link", name="Neuladen anhalten").click()
        page.wait_for_url("**/de/still")
        with pytest.raises(NotInTimeError):
            page.wait_for_event("load", timeout=2_500)
        page.get_by_role("link", name="Wieder").click()
        page.wait_for_url("**/de/")


def test_without_script_the_way_from_the_start_to_a_number_is_the_same(
    browser: Browser, site: str
) -> None:
    with opened(browser, f"{site}/de/", java_script_enabled=False) as page:
        first = page.locator(".numbers a").first
        assert first.get_attribute("href") == "tel:+493023125110"
        box = first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740, "the first number is on the first screen"
        page.get_by_role("link", name="Internet und Telefon sind tot").click()
        title = page.get_by_role("heading", level=1)
        expect(title).to_have_text("Internet und Telefon sind tot")
        step = page.get_by_role("checkbox").first
        step.check()
        assert step.is_checked()
        page.get_by_role("link", name="English").click()
        expect(title).to_have_text("Internet and phones are dead")


def test_the_scenario_that_fits_the_state_is_marked_in_words(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/") as page:
        marked = page.locator(".fits:visible")
        assert marked.count() == 2
        assert marked.first.inner_text() == "passt zur Lage"


def test_the_state_is_told_without_colour(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/", forced_colors="active") as page:
        assert page.locator(".state svg").is_visible()
        assert page.locator(".state h1").inner_text() == "Internet läuft über LTE"


@pytest.mark.parametrize("path", ["/de/", "/szenario/nur-internet-vpn", "/formular/F1", "/leitung"])
def test_with_the_systems_own_colours_nothing_is_lost(
    path: str, browser: Browser, site: str
) -> None:
    with opened(browser, site + path, forced_colors="active") as page:
        assert page.evaluate(PALE) == []
        borders = page.evaluate(
            "() => [...document.querySelectorAll('.numbers a, .scenarios a, button, .step label')]"
            ".filter(e => getComputedStyle(e).borderTopStyle === 'none').map(e => e.outerHTML)"
        )
        assert borders == []


@pytest.mark.parametrize(
    "path", ["/de/", "/kontakte", "/szenario/nur-internet-vpn", "/formular/F1", "/leitung"]
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    path: str, browser: Browser, site: str
) -> None:
    with opened(browser, site + path) as page:
        wanted = page.evaluate(
            "() => [...document.querySelectorAll('a[href], button, input, summary')]"
            ".filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))"
        )
        seen = []
        for _ in range(len(wanted) + 8):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus is None:
                break
            assert focus[1] >= 1, focus
            seen.append(focus[0])
        assert set(wanted) <= set(seen)


@pytest.mark.parametrize("path", ["/de/", "/szenario/nur-internet-vpn", "/kontakte"])
def test_without_style_the_page_still_says_all_in_order(
    path: str, browser: Browser, site: str
) -> None:
    with opened(browser, site + path) as page:
        page.evaluate("document.querySelectorAll('style').forEach(e => e.remove())")
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.locator("main a[href^='tel:']").first.is_visible()
        text = page.locator("body").inner_text()
        assert "<!--" not in text
        assert text.index("112") > text.index(page.get_by_role("heading", level=1).inner_text())


def test_any_number_is_two_taps_from_the_start(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/", java_script_enabled=False) as page:
        own = [a.get_attribute("href") for a in page.locator("a").all()]
        near = {href for href in own if href and href.startswith("tel:")}
        for href in sorted({h for h in own if h and h.startswith("/") and not h.startswith("/en")}):
            page.goto(site + href)
            near |= {a.get_attribute("href") or "" for a in page.locator("a[href^='tel:']").all()}
        page.goto(f"{site}/druck")
        everywhere = {a.get_attribute("href") for a in page.locator("a[href^='tel:']").all()}
        assert len(everywhere) > 20
        assert everywhere <= near


def test_the_keyboard_reaches_the_first_number_past_the_header(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/") as page:
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Zum Inhalt"
        page.keyboard.press("Enter")
        page.wait_for_url("**#main")
