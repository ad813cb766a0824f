"""The after-action report on paper and on screens: two sheets at most, whatever happened."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser
from tests.unit import incidents_of

from notanker.errors import Language
from notanker.plan.report_page import report_page

REPORTS = {
    "usual": incidents_of.made(incidents_of.usual()),
    "worst": incidents_of.made(incidents_of.worst(), incidents_of.beside_worst()),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_two_sheets_of_paper_at_most(
    name: str, language: Language, browser: Browser
) -> None:
    page = browser.new_page()
    try:
        page.set_content(report_page(REPORTS[name], (), language, ZoneInfo("Europe/Berlin")))
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        assert 1 <= paper.count(b"/Type /Page\n") <= 2
    finally:
        page.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("name", REPORTS)
def test_the_report_fits_every_screen_also_unfolded(
    name: str, width: int, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740})
    try:
        page.set_content(report_page(REPORTS[name], (), "de"))
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.close()
