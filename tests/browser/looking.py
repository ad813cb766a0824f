"""The portal's pages, and the questions that a browser is asked about each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

from playwright.sync_api import Browser, Page

GERMAN: Final = (
    "/de/", "/de/still", "/kontakte", "/massnahmen", "/massnahme/rufumleitung-mobil",
    "/szenario/internet-und-telefon-tot", "/szenario/nur-internet-vpn", "/seite/ruhe",
    "/seite/neu-im-team", "/sprachregelung", "/formulare", "/formular/F1?ab=7&anzahl=2",
    "/formulare/nachtragen?F1=1-9", "/suche?q=netz+weg", "/verbinden", "/leitung", "/druck",
    "/bericht/16", "/none",
)  # fmt: skip
ENGLISH: Final = tuple(f"/en{path.removeprefix('/de')}" for path in GERMAN)
PATHS: Final = GERMAN + ENGLISH
WIDTHS: Final = (320, 360, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
# What a person in a hurry has to hit; links within a sentence may be smaller (WCAG 2.5.8).
PRIMARY: Final = (
    ".numbers a, .scenarios a, .dial, .phones a, .more li a, .sos a, .tongue, .brand, .chip, "
    ".button, .step label, .it summary, .all a, .state .who a, button, .find input, .ask input, "
    ".jump a, .helps summary"
)

TOO_WIDE: Final = """() => [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.skip, .wide, .unseen') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
SMALL_PRIMARY: Final = """primary => [...document.querySelectorAll(primary)]
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([_, box]) => box.height && (box.height < 43.5 || box.width < 43.5)).map(([html]) => html)"""
SMALL: Final = """() => [...document.querySelectorAll('a, summary, input, button')]
    .filter(e => !e.matches('.skip') && e.checkVisibility())
    .filter(e => {
        const box = (e.closest('label') || e).getBoundingClientRect();
        const line = parseFloat(getComputedStyle(e.parentElement).lineHeight);
        return Math.max(box.height, line) < 24;
    }).map(e => e.outerHTML.slice(0, 80))"""
PALE: Final = """() => {
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
FOCUS: Final = """() => {
    const e = document.activeElement, style = getComputedStyle(e);
    return e === document.body ? null : [e.outerHTML.slice(0, 80), parseFloat(style.outlineWidth)];
}"""


@contextmanager
def opened(browser: Browser, address: str, width: int = 360, **settings: Any) -> Iterator[Page]:
    """Open a page in a context of its own."""
    context = browser.new_context(viewport={"width": width, "height": 740}, **settings)
    try:
        page = context.new_page()
        page.goto(address)
        yield page
    finally:
        context.close()
