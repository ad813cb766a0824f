"""Turns a TOML table into a structure, field by field, and keeps every problem on the way.

`msgspec.convert` stops at the first fault. A technician wants all of them, each with its line, so the
structures are walked here and msgspec converts only the leaves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from types import NoneType, UnionType
from typing import Any, Final, TypeVar

import msgspec

from notanker.config.expected import expected
from notanker.config.lines import Path, line_of, lines_of
from notanker.errors import Catalogue, Entry, Place, Problem

MAX_FILE_BYTES: Final = 1_000_000

CATALOGUE: Final = Catalogue(
    {
        "unreadable": Entry(
            "error",
            ("Die Datei ist nicht lesbar ({reason}).", "Pfad und Rechte prüfen."),
            ("The file cannot be read ({reason}).", "Check its path and permissions."),
        ),
        "too-large": Entry(
            "error",
            ("Die Datei hat {size} Bytes, erlaubt sind {limit}.", "Die Datei kürzen."),
            ("The file has {size} bytes, {limit} are allowed.", "Shorten the file."),
        ),
        "syntax": Entry(
            "error",
            ("Kein gültiges TOML: {reason}.", "Die Zeile berichtigen."),
            ("Not valid TOML: {reason}.", "Correct the line."),
        ),
        "unknown-key": Entry(
            "error",
            ("Den Schlüssel „{key}“ gibt es hier nicht.", "{hint}"),
            ("There is no key '{key}' here.", "{hint}"),
        ),
        "missing-key": Entry(
            "error",
            ("Der Schlüssel „{key}“ fehlt.", "Ergänzen: {expected}."),
            ("The key '{key}' is missing.", "Add it: {expected}."),
        ),
        "wrong-value": Entry(
            "error",
            ("Der Wert {value} passt nicht.", "Erwartet: {expected}."),
            ("The value {value} does not fit.", "Expected: {expected}."),
        ),
    }
)

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML text with the line of each key; `file` is the name shown to people.

    `first_line` is added to each line, for front matter that begins further down in a file.
    """

    file: str
    table: Mapping[str, Any]
    lines: dict[Path, int] = field(default_factory=dict)
    first_line: int = 0

    def place(self, path: Path) -> Place:
        """Return the place of the path, or of the nearest table around it."""
        line = line_of(self.lines, path)
        return Place(self.file, None if line is None else line + self.first_line, dotted(path))


def dotted(path: Path) -> str:
    """Write the path as people do: `anchor[2].address`, items counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse(text: str, file: str, first_line: int = 0) -> tuple[Document | None, list[Problem]]:
    """Parse a TOML text. Returns no document if it isn't TOML."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number without end
        line = getattr(error, "lineno", None) or _line_in(str(error), text)
        place = Place(file, None if line is None else line + first_line)
        return None, [CATALOGUE.problem("syntax", place, reason=_reason(error))]
    return Document(file, table, lines_of(text), first_line), []


def read(path: FilePath, shown_as: str | None = None) -> tuple[Document | None, list[Problem]]:
    """Read a TOML file of at most `MAX_FILE_BYTES`. Returns no document if that fails."""
    text, problems = read_text(path, shown_as)
    if text is None:
        return None, problems
    return parse(text, shown_as or str(path))


def read_text(path: FilePath, shown_as: str | None = None) -> tuple[str | None, list[Problem]]:
    """Read a UTF-8 file of at most `MAX_FILE_BYTES`."""
    place = Place(shown_as or str(path))
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            size = path.stat().st_size
            return None, [CATALOGUE.problem("too-large", place, size=size, limit=MAX_FILE_BYTES)]
        return raw.decode("utf-8"), []
    except OSError as error:
        return None, [CATALOGUE.problem("unreadable", place, reason=error.strerror or str(error))]
    except UnicodeDecodeError as error:
        byte = error.start
        reason = (f"kein UTF-8 ab Byte {byte}", f"not UTF-8 from byte {byte} on")
        return None, [CATALOGUE.problem("unreadable", place, reason=reason)]


def convert(document: Document, kind: type[S], path: Path = ()) -> tuple[S | None, list[Problem]]:
    """Convert the table at the path into the structure.

    Returns:
        The structure, or None if anything in it is wrong, and every problem found.
    """
    table: Any = document.table
    for part in path:
        table = table[part]
    return _Walk(document).struct(table, kind, path)


def convert_items(
    document: Document, key: str, kind: type[S]
) -> tuple[tuple[S, ...], list[Problem]]:
    """Convert each `[[key]]` on its own: one that is wrong does not take the others with it."""
    items = document.table.get(key, [])
    problems: list[Problem] = []
    if not isinstance(items, list):
        return (), [_Walk(document).wrong(items, list[dict[str, Any]], (key,))]
    good: list[S] = []
    for index, item in enumerate(items):
        value, found = _Walk(document).struct(item, kind, (key, index))
        problems += found
        if value is not None:
            good.append(value)
    return tuple(good), problems


class _Walk:
    """One walk over a document; `problems` fills up on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def wrong(self, value: object, kind: object, path: Path) -> Problem:
        return CATALOGUE.problem(
            "wrong-value", self.document.place(path), value=_shown(value), expected=expected(kind)
        )

    def struct(self, table: object, kind: type[S], path: Path) -> tuple[S | None, list[Problem]]:
        if not isinstance(table, Mapping):
            return None, [self.wrong(table, kind, path)]
        fields = _fields_of(kind)
        problems = [self._unknown(key, fields, path) for key in table if key not in fields]
        values: dict[str, Any] = {}
        for name, item in fields.items():
            if name in table:
                value, found = self.value(table[name], item.type, (*path, name))
                values[item.name] = value
                problems += found
            elif item.required:
                problems.append(self._missing(name, item.type, path))
        if problems:
            return None, problems
        try:
            return kind(**values), []
        except ValueError as error:  # a structure's own rule across fields
            return None, [self._rule(error, path, fields)]

    def value(self, value: object, kind: Any, path: Path) -> tuple[Any, list[Problem]]:
        kind = _without_none(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(value, kind, path)
        inner = _items_of(kind)
        if inner is not None and isinstance(value, list):
            pairs = [self.struct(item, inner, (*path, n)) for n, item in enumerate(value)]
            return tuple(item for item, _ in pairs), [p for _, found in pairs for p in found]
        try:
            return msgspec.convert(value, kind, strict=True, dec_hook=_decode), []
        except (msgspec.ValidationError, NotImplementedError):
            return None, [self.wrong(value, kind, path)]

    def _unknown(self, key: str, fields: Mapping[str, object], path: Path) -> Problem:
        from difflib import get_close_matches

        close = get_close_matches(key, fields, n=1)
        known = ", ".join(sorted(fields))
        hint = (
            (f"Gemeint ist wohl „{close[0]}“.", f"Probably '{close[0]}' is meant.")
            if close
            else (f"Streichen; es gibt: {known}.", f"Remove it; there are: {known}.")
        )
        return CATALOGUE.problem(
            "unknown-key", self.document.place((*path, key)), key=key, hint=hint
        )

    def _missing(self, key: str, kind: object, path: Path) -> Problem:
        place = self.document.place(path)
        place = Place(place.file, place.line, dotted((*path, key)))
        return CATALOGUE.problem("missing-key", place, key=key, expected=expected(kind))

    def _rule(self, error: ValueError, path: Path, fields: Mapping[str, object]) -> Problem:
        """Make a problem of what a structure says in two languages; `field: ` in front is its place."""
        words = error.args if len(error.args) == 2 else (str(error), str(error))
        german, english = (str(text) for text in words)
        field, colon, _ = english.partition(": ")
        if colon and field in fields:
            path = (*path, field)
            german, english = german.removeprefix(f"{field}: "), english.removeprefix(f"{field}: ")
        german, english = (text.replace("{", "{{").replace("}", "}}") for text in (german, english))
        entry = Entry("error", (german, ""), (english, ""))
        return Catalogue({"rule": entry}).problem("rule", self.document.place(path))


@lru_cache(maxsize=4)
def _fields_of(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields of a structure.

    msgspec evaluates the annotations each time: measured, a third of reading a plan. Records of a kind stand
    beside one another, so a few kinds are enough to remember.
    """
    return {item.encode_name: item for item in msgspec.structs.fields(kind)}


def _decode(kind: Any, value: object) -> object:
    """Make what TOML has no type for: a path."""
    if kind is FilePath and isinstance(value, str) and value:
        return FilePath(value)
    raise NotImplementedError


def _without_none(kind: Any) -> Any:
    """Return S where the type is `S | None` for a structure S."""
    if isinstance(kind, UnionType):
        others = [item for item in kind.__args__ if item is not NoneType]
        if len(others) == 1 and isinstance(others[0], type):
            return others[0] if issubclass(others[0], msgspec.Struct) else kind
    return kind


def _items_of(kind: Any) -> type[msgspec.Struct] | None:
    """Return S where the type is a list or tuple of structures S."""
    arguments = getattr(kind, "__args__", ())
    if getattr(kind, "__origin__", None) in (list, tuple, Sequence) and arguments:
        inner = arguments[0]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return inner
    return None


def _shown(value: object) -> str:
    try:
        text = repr(value) if not isinstance(value, str) else f'"{value}"'
    except (ValueError, RecursionError):  # a number of thousands of digits, a table without end
        text = "..."
    return text if len(text) <= 60 else text[:57] + "..."


def _reason(error: Exception) -> str:
    return str(error).split(" (at ")[0].rstrip(".")


def _line_in(message: str, text: str) -> int | None:
    if message.endswith("(at end of document)"):
        return text.rstrip("\n").count("\n") + 1
    digits = message.partition("at line ")[2].partition(",")[0]
    return int(digits) if digits.isdigit() else None
