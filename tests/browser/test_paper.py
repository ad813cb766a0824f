"""The portal's pages on paper: which plan it is stands on each sheet, and each form is one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser
from tests.browser.looking import opened
from tests.browser.paper import sheets_of
from tests.unit.portal.world import accepted

from notanker.plan.index import decoded


def mark() -> str:
    index = decoded((accepted() / "current" / "index.json").read_bytes())
    assert index is not None
    return index.fingerprint[:8]


@pytest.mark.parametrize(
    "path",
    [
        "/druck",
        "/en/druck",
        "/bericht/16",
        "/kontakte",
        "/szenario/nur-internet-vpn",
        "/formular/F1?anzahl=3",
    ],
)
def test_each_sheet_says_which_plan_it_is(path: str, browser: Browser, site: str) -> None:
    with opened(browser, site + path) as page:
        sheets = sheets_of(page.pdf(format="A4", prefer_css_page_size=True))
        assert len(sheets) >= (8 if "druck" in path else 1)
        assert [n for n, text in enumerate(sheets) if mark() not in text] == []
        page.emulate_media(media="print")
        for hidden in (".tongue", ".leave", ".find", ".jump"):
            assert not page.locator(hidden).first.is_visible() or not page.locator(hidden).count()
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("form", ["F1", "F2", "F3", "F4"])
def test_each_copy_of_a_form_is_one_sheet_with_its_number(
    form: str, language: str, browser: Browser, site: str
) -> None:
    with opened(browser, f"{site}{language}/formular/{form}?ab=9&anzahl=3") as page:
        sheets = sheets_of(page.pdf(format="A4", prefer_css_page_size=True))
        assert len(sheets) == 3
        numbers = [re.search(rf"musterhafen-261122-{form}-(\d+)", text) for text in sheets]
        assert [found and found[1] for found in numbers] == ["009", "010", "011"]
