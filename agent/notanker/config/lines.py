"""Finds the line on which a key of a TOML text stands.

`tomllib` gives values without places. This scanner knows just enough of TOML to tell where tables and
keys begin; it never decides what a file means.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]

_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(
    r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART: Final = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of each table and key.

    Items of arrays of tables are numbered from 0: `("anchor", 0, "address")`.
    """
    scanner = _Scanner()
    for number, line in enumerate(text.splitlines(), start=1):
        scanner.feed(number, line)
    return scanner.found


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of the path, or of the nearest table around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Scanner:
    def __init__(self) -> None:
        self.found: dict[Path, int] = {}
        self._table: Path = ()
        self._counts: dict[Path, int] = {}
        self._depth = 0
        self._string_end = ""

    def feed(self, number: int, line: str) -> None:
        if self._string_end:
            if self._string_end in line:
                self._string_end = ""
            return
        if self._depth == 0:
            self._note(number, line)
        self._skip_values(line)

    def _note(self, number: int, line: str) -> None:
        if header := _HEADER.match(line):
            self._enter(_parts(header[2]), many=header[1] == "[[")
            self.found.setdefault(self._table, number)
        elif key := _KEY.match(line):
            self.found.setdefault((*self._table, *_parts(key[1])), number)

    def _enter(self, names: tuple[str, ...], *, many: bool) -> None:
        path: Path = ()
        for name in names[:-1]:
            path = self._latest((*path, name))
        path = (*path, names[-1])
        if many:
            self._counts[path] = self._counts.get(path, -1) + 1
        self._table = self._latest(path)

    def _latest(self, path: Path) -> Path:
        return (*path, self._counts[path]) if path in self._counts else path

    def _skip_values(self, line: str) -> None:
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                self._string_end = mark
                return
        if _HEADER.match(line) and self._depth == 0:
            return
        bare = _QUOTED.sub("", line)
        opened = bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
        self._depth = max(0, self._depth + opened)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
