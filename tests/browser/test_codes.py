"""The codes on poster, card and page as a camera has them, blurred and noisy, read by a decoder."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image, ImageFilter
from playwright.sync_api import Browser
from tests.unit.plan.conftest import SAMPLE

from notanker.cli.plan_poster import poster
from notanker.portal.join import Join, picture, wifi_text

URL = "http://10.42.0.1/"
ODD = ('Not;fall "Küche"', r'a\b;c,d:e"f 17')
WIFI = {
    ("NOTFALL", "Anker-Lampe-17"): "WIFI:T:WPA;S:NOTFALL;P:Anker-Lampe-17;;",
    ODD: r"WIFI:T:WPA;S:Not\;fall \"Küche\";P:a\\b\;c\,d\:e\"f 17;;",
}
WIDTHS = (420, 1000)
"""Of the whole sheet, in pixels: across a room, and near."""


def shot(browser: Browser, svg: str, width: int) -> Image.Image:
    page = browser.new_page(viewport={"width": width, "height": width * 3 // 2})
    page.set_content(f"<style>body{{margin:0}}svg{{width:100%;height:auto}}</style>{svg}")
    seen = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    page.close()
    return seen


def spoilt(seen: Image.Image) -> Image.Image:
    """Blur it as a hand that shakes, and add noise as a dark room."""
    lot = random.Random(17)  # noqa: S311 - noise
    soft = seen.filter(ImageFilter.GaussianBlur(1))
    noise = bytes(min(255, max(0, dot + lot.randint(-25, 25))) for dot in soft.tobytes())
    return Image.frombytes("L", soft.size, noise)


def read(seen: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(seen)}


@pytest.mark.parametrize("wifi", WIFI)
@pytest.mark.parametrize("kind", ["poster", "card"])
def test_poster_and_card_can_be_scanned_from_afar_and_with_a_shaking_hand(
    wifi: tuple[str, str], kind: str, browser: Browser, tmp_path: Path
) -> None:
    ssid, key = wifi
    (tmp_path / "key").write_text(f"{key}\n", "utf-8")
    told = [str(SAMPLE), "-o", str(tmp_path / "a.svg"), "--ssid", ssid]
    told += ["--key-file", str(tmp_path / "key"), *(["--card"] if kind == "card" else [])]
    result = CliRunner().invoke(poster, told)
    assert result.exit_code == 0, result.output
    for width in WIDTHS:
        seen = shot(browser, (tmp_path / "a.svg").read_text(), width)
        assert read(seen) == {WIFI[wifi], URL}, width
    assert read(spoilt(seen)) == {WIFI[wifi], URL}


@pytest.mark.parametrize("wifi", WIFI)
def test_the_codes_of_the_page_for_others_can_be_scanned_from_a_screen(
    wifi: tuple[str, str], browser: Browser
) -> None:
    join = Join("10.42.0.1", *wifi)
    for text, right in ((wifi_text(join), WIFI[wifi]), (join.url, URL)):
        for width in (120, 272):  # a watch's, and as the page has it
            seen = shot(browser, str(picture(text, "Code")), width)
            assert read(seen) == {right}, width
        assert read(spoilt(seen)) == {right}


def test_the_page_itself_shows_a_code_that_leads_here(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{site}/verbinden")
    seen = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    page.close()
    assert read(seen) == {f"{site}/"}
