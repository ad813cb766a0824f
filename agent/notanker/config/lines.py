"""Finds the line on which a key of a TOML text stands.

`tomllib` gives values without places. This scanner knows just enough of TOML to tell where tables and
keys begin; it never decides what a file means.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]

_KEY: Final = re.compile(
    r"""((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART: Final = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
_TOKEN: Final = re.compile(
    r'"""(?:\\.|(?!""")[^\\])*"{3,5}|' + r"'''(?:(?!''').)*'{3,5}|"  # over many lines, or one
    r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of each table and key.

    Items of arrays of tables are numbered from 0: `("anchor", 0, "address")`.
    """
    scanner = _Scanner()
    for number, line in enumerate(_TOKEN.sub(_bare, text).split("\n"), start=1):
        scanner.feed(number, line.strip())
    return scanner.found


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of the path, of its first item, or of the nearest table around it."""
    while path:
        line = lines.get(path) or lines.get((*path, 0))
        if line is not None:
            return line
        path = path[:-1]
    return None


def _bare(token: re.Match[str]) -> str:
    """Drop comments, and of strings over many lines all but their line ends."""
    text = token[0]
    if text.startswith("#"):
        return ""
    return '""' + "\n" * text.count("\n") if text.startswith(('"""', "'''")) else text


class _Scanner:
    def __init__(self) -> None:
        self.found: dict[Path, int] = {}
        self._table: Path = ()
        self._counts: dict[Path, int] = {}
        self._depth = 0

    def feed(self, number: int, line: str) -> None:
        if self._depth == 0 and line.startswith("["):
            self._enter(_parts(line), many=line.startswith("[["))
            self.found.setdefault(self._table, number)
            return
        if self._depth == 0 and (key := _KEY.match(line)):
            self.found.setdefault((*self._table, *_parts(key[1])), number)
        bare = _QUOTED.sub("", line)
        opened = bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
        self._depth = max(0, self._depth + opened)

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


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
