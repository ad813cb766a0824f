"""The portal's pages in a browser: they fit, can be hit, need no script, and can be printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

GERMAN = [
    "/de/",
    "/kontakte",
    "/szenario/internet-und-telefon-tot",
    "/szenario/nur-internet-vpn",
    "/seite/ruhe",
    "/druck",
    "/bericht/16",
    "/none",
]
PATHS = GERMAN + ["/en/" if path == "/de/" else f"/en{path}" for path in GERMAN]
WIDTHS = [320, 360, 1280]
# What a person in a hurry has to hit; links within a sentence may be smaller (WCAG 2.5.8).
PRIMARY = (
    ".numbers a, .scenarios a, .dial, .phones a, .more li a, .sos a, .tongue, .brand, .chip, "
    ".button, .step label, .it summary, .all a, .state .who a"
)


@contextmanager
def opened(
    browser: Browser,
    address: str,
    width: int = 360,
    scheme: Literal["light", "dark"] = "light",
    *,
    script: bool = True,
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme=scheme, java_script_enabled=script
    )
    try:
        page = context.new_page()
        page.goto(address)
        yield page
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_can_be_hit(
    path: str, width: int, scheme: Literal["light", "dark"], browser: Browser, site: str
) -> None:
    with opened(browser, site + path, width, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
            .filter(e => !e.closest('.skip, .wide') && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert wide == []
        boxes: list[dict[str, Any]] = page.evaluate(
            """primary => [...document.querySelectorAll(primary)]
            .map(e => ({html: e.outerHTML.slice(0, 80), box: e.getBoundingClientRect().toJSON()}))""",
            PRIMARY,
        )
        assert boxes
        small = [b["html"] for b in boxes if b["box"]["height"] < 43.5 or b["box"]["width"] < 43.5]
        assert small == []


@pytest.mark.parametrize("path", PATHS)
def test_no_target_is_smaller_than_a_fingertip_can_tell(
    path: str, browser: Browser, site: str
) -> None:
    with opened(browser, site + path, 320) as page:
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, summary, input')]
            .filter(e => !e.matches('.skip'))
            .filter(e => {
                const box = (e.closest('label') || e).getBoundingClientRect();
                const line = parseFloat(getComputedStyle(e.parentElement).lineHeight);
                return Math.max(box.height, line) < 24;
            }).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_every_text_stands_out_from_its_ground(
    path: str, scheme: Literal["light", "dark"], browser: Browser, site: str
) -> None:
    """WCAG 1.4.3: 4.5 to 1, for each text with the colours that it has in the end."""
    with opened(browser, site + path, 360, scheme) as page:
        pale = page.evaluate(
            """() => {
            const parse = c => {
                const found = c.match(/[0-9.]+/g).map(Number);
                return c.startsWith('color(') ? found.slice(-4).map((v, i) => i < 3 ? v * 255 : v) : found;
            };
            const lum = ([r, g, b]) => [r, g, b].map(v => v / 255)
                .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
            const ground = e => {
                for (; e; e = e.parentElement) {
                    const c = parse(getComputedStyle(e).backgroundColor);
                    if (c.length === 3 || c[3] > 0) return c;
                }
                return [255, 255, 255];
            };
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const bad = [];
            while (texts.nextNode()) {
                const e = texts.currentNode.parentElement;
                if (!texts.currentNode.data.trim() || !e.checkVisibility()) continue;
                const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(ground(e))];
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) bad.push([texts.currentNode.data, ratio]);
            }
            return bad;
        }"""
        )
        assert pale == []


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


def test_without_script_the_way_from_the_start_to_a_number_is_the_same(
    browser: Browser, site: str
) -> None:
    with opened(browser, f"{site}/de/", script=False) as page:
        first = page.locator(".numbers a").first
        assert first.get_attribute("href") == "tel:+493023125110"
        box = first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740, "the first number is on the first screen"
        page.get_by_role("link", name="Internet und Telefon sind tot").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Internet und Telefon sind tot"
        step = page.get_by_role("checkbox").first
        step.check()
        assert step.is_checked()
        page.get_by_role("link", name="English").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Internet and phones are dead"


def test_the_scenario_that_fits_the_state_is_marked_in_words(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/") as page:
        marked = page.locator(".fits:visible")
        assert marked.count() == 2
        assert marked.first.inner_text() == "passt zur Lage"


def test_the_state_is_told_without_colour(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, forced_colors="active")
    try:
        page = context.new_page()
        page.goto(f"{site}/de/")
        assert page.locator(".state svg").is_visible()
        assert page.locator(".state h1").inner_text() == "Internet läuft über LTE"
    finally:
        context.close()


def test_the_keyboard_reaches_the_first_number_past_the_header(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/de/") as page:
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Zum Inhalt"
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")


@pytest.mark.parametrize("path", PATHS)
def test_larger_text_does_not_break_a_page(path: str, browser: Browser, site: str) -> None:
    with opened(browser, site + path, 640) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize(
    "path", ["/druck", "/en/druck", "/bericht/16", "/szenario/nur-internet-vpn"]
)
def test_a_page_can_be_printed(path: str, browser: Browser, site: str) -> None:
    with opened(browser, site + path) as page:
        paper = page.pdf(format="A4")
        assert paper.startswith(b"%PDF")
        sheets = paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ")
        assert sheets >= (4 if "druck" in path else 1)
        page.emulate_media(media="print")
        assert not page.locator(".tongue").is_visible()
        assert not page.locator(".leave").is_visible()
        assert (
            page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        )
