"""Reads the text of each sheet out of a PDF that Chromium made: enough to tell what stands on which sheet."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
"""With the line's end after it: a stream may end with the same byte."""
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>\s*Tj|\[(.*?)\]\s*TJ", re.DOTALL)


def sheets_of(paper: bytes) -> list[str]:
    """Return the text of each sheet; words that are set apart by moving the pen run together."""
    objects = {int(number): body for number, body in _OBJECT.findall(paper)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    return [_text(page, objects) for page in pages]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _letters(objects, int(number))
        for block in re.findall(rb"/Font\s*<<(.*?)>>", page, re.DOTALL)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", block)
    }
    contents = re.findall(rb"/Contents\s*\[?\s*((?:\d+ 0 R\s*)+)", page)
    numbers = re.findall(rb"(\d+) 0 R", b" ".join(contents))
    drawn = b"\n".join(_stream(objects[int(number)]) for number in numbers)
    text, letters = "", dict[int, str]()
    for font, one, several in _SHOWN.findall(drawn):
        if font:
            letters = fonts.get(font, {})
        for piece in [one] if one else re.findall(rb"<([0-9A-Fa-f]+)>", several):
            codes = [int(piece[i : i + 4], 16) for i in range(0, len(piece), 4)]
            text += "".join(letters.get(code, "") for code in codes)
    return text


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """Return the letter of each glyph of a font, by its ToUnicode map (PDF 32000-1, 9.10.3)."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if found is None:
        return {}
    table = _stream(objects[int(found[1])]).decode("latin-1")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[int(code, 16)] = _unicode(letter)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, letter in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for at in range(int(low, 16), int(high, 16) + 1):
                letters[at] = chr(int(letter, 16) + at - int(low, 16))
    return letters


def _unicode(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be", "replace")


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompressobj().decompress(found[1]) if b"FlateDecode" in body else found[1]
