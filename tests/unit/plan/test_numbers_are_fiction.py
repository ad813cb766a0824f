"""No phone number in the repository can ring at a real person's.

Ranges: Bundesnetzagentur, Mitteilung 148/2021; Ofcom's and NANPA's numbers for drama.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FICTION = re.compile(
    r"\+(4930 23125\d{3}|4969 90009\d{3}|4940 66969\d{3}|49221 4710\d{3}|4989 99998\d{3}"
    r"|49171 39200\d\d|49176 040690\d\d|49152 (28817386|28895456|54599371)"
    r"|49172 (9925904|9968532|9973185|9973186|9980752)|49174 (9091317|9464308)"
    r"|44 7700900\d{3}|1 \d{3}55501\d\d)".replace(" ", "")
)
NUMBER = re.compile(r"(?<![\w.+])(?:\+|00)[1-9](?:[ ()/-]?\d){7,15}(?!\w)")
# A number of the same shape that is something else: an offset, a hash, a coordinate.
TEXT = {".py", ".md", ".toml", ".html", ".css", ".yml", ".yaml", ".json", ".txt", ".sh", ".j2"}


def outside(text: str) -> list[str]:
    """Return the numbers in the text that are not reserved for fiction."""
    found = (re.sub(r"[^+\d]", "", match[0]) for match in NUMBER.finditer(text))
    numbers = ("+" + number[2:] if number.startswith("00") else number for number in found)
    return [number for number in numbers if not FICTION.fullmatch(number)]


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
        capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return [ROOT / name for name in names if Path(name).suffix in TEXT]


def test_every_number_in_the_repository_is_reserved_for_fiction() -> None:
    files = [path for path in tracked() if path.is_file() and path != Path(__file__)]
    assert len(files) > 50
    found = {
        str(path.relative_to(ROOT)): numbers
        for path in files
        if (numbers := outside(path.read_text("utf-8", "replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 23125 110",
        "+493023125110",
        "0049 171 39200 10",
        "+44 7700 900123",
        "+1 212 555-0123",
    ],
)
def test_the_search_knows_fiction(text: str) -> None:
    assert NUMBER.search(text)
    assert outside(text) == []


@pytest.mark.parametrize("text", ["+49 30 12345678", "tel:+4917112345678", "0049 89 1234567"])
def test_the_search_finds_what_could_be_real(text: str) -> None:
    assert len(outside(text)) == 1
