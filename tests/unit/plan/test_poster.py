"""The sheet on the wall: its codes say what they should, it is one page, and the key is nowhere else."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import segno
from click.testing import CliRunner, Result
from tests.unit.plan.conftest import SAMPLE

from notanker.cli.plan_poster import poster
from notanker.plan.poster.drawing import QUIET_MODULES

SVG = "{http://www.w3.org/2000/svg}"
KEY = 'Anker;"Lampe" 17'
URL = "http://10.42.0.1/"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    return file


def drawn(*arguments: str | Path) -> Result:
    return CliRunner().invoke(poster, [str(SAMPLE), *map(str, arguments)])


def picture(file: Path, *arguments: str | Path) -> ET.Element:
    result = drawn("-o", file, *arguments)
    assert result.exit_code == 0, result.output
    return ET.fromstring(file.read_text())  # noqa: S314 - what was written a line above


def codes(root: ET.Element) -> list[set[tuple[int, int]]]:
    """Read the dark modules back out of the picture."""
    paths = [one.get("d", "") for one in root.iter(f"{SVG}path") if one.get("fill") == "#000"]
    return [
        {
            (int(x) + i - QUIET_MODULES, int(y) - QUIET_MODULES)
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
            for i in range(int(width))
        }
        for path in paths
    ]


def code(text: str) -> set[tuple[int, int]]:
    rows = segno.make(text, error="m", micro=False).matrix
    return {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark & 1}


def words(root: ET.Element) -> str:
    return "\n".join(one.text or "" for one in root.iter(f"{SVG}text"))


def unpacked(pdf: bytes) -> bytes:
    """Return a PDF's objects: most of them lie in compressed streams."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"\n".join((pdf, *(zlib.decompress(one) for one in streams if one[:1] == b"x")))


@pytest.mark.parametrize("kind", [(), ("--card",)])
def test_the_codes_are_the_wifi_and_the_literal_address(
    kind: tuple[str, ...], key: Path, tmp_path: Path
) -> None:
    root = picture(tmp_path / "a.svg", "--key-file", key, *kind)
    wifi = r"WIFI:T:WPA;S:NOTFALL;P:Anker\;\"Lampe\" 17;;"
    assert codes(root) == [code(wifi), code(URL)]


def test_an_open_wifi_has_no_key(tmp_path: Path) -> None:
    root = picture(tmp_path / "a.svg", "--ssid", "NOT;FALL")
    assert codes(root)[0] == code(r"WIFI:T:nopass;S:NOT\;FALL;;")
    assert "ohne Schlüssel" in words(root)


def test_who_has_no_camera_reads_it_all(key: Path, tmp_path: Path) -> None:
    said = words(picture(tmp_path / "a.svg", "--key-file", key))
    for part in ("WLAN: NOTFALL", KEY, URL, "112", "110", "Notfallleitung", "Musterhafen", "2026"):
        assert part in said
    assert "No internet? No phone?" in said


def test_one_language_stands_alone(tmp_path: Path) -> None:
    said = words(picture(tmp_path / "a.svg", "--lang", "en"))
    assert "No internet? No phone?" in said
    assert "Kein Internet" not in said


@pytest.mark.parametrize(("kind", "size"), [((), (595, 842)), (("--card",), (485, 153))])
def test_the_pdf_is_one_page_of_its_size(
    kind: tuple[str, ...], size: tuple[int, int], key: Path, tmp_path: Path
) -> None:
    result = drawn("-o", tmp_path / "a.pdf", "--key-file", key, *kind)
    assert result.exit_code == 0, result.output
    content = unpacked((tmp_path / "a.pdf").read_bytes())
    assert len(re.findall(rb"/Type ?/Page\b", content)) == 1
    box = re.search(rb"/MediaBox ?\[([^\]]+)\]", content)
    assert box is not None
    left, top, right, bottom = (float(one) for one in box[1].split())
    assert (left, top, round(right), round(bottom)) == (0, 0, *size)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.png"), "a.png"),
        (("-o", "a.svg", "--lang", "fr"), "--lang fr"),
        (("-o", "a.svg", "--ssid", "ü" * 17), "--ssid"),
        (("-o", "a.svg", "--ssid", ""), "--ssid"),
        (("-o", "a.svg", "--url", "http://notfall.lan/"), "http://notfall.lan/"),
        (("-o", "a.svg", "--key-file", "none"), "none"),
        (("-o", "none/a.svg"), "none/a.svg"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    result = drawn(*arguments)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("content", ["short", "x" * 64, "Schlüssel", "two\nlines of it"])
def test_a_key_that_is_none_is_refused_and_not_shown(content: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(content)
    result = drawn("-o", tmp_path / "a.svg", "--key-file", tmp_path / "key")
    assert result.exit_code == 2
    assert content not in result.output
