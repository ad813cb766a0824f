"""Turns the options of a plugin into its `Config`, and keeps every problem on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from notanker.errors import Catalogue, Entry, Place, Problem
from notanker.plugin.secret import SecretFile

SHOWN_CHARACTERS: Final = 60

CATALOGUE: Final = Catalogue(
    {
        "option-unknown": Entry(
            "error",
            ("Die Option „{key}“ gibt es hier nicht.", "{hint}"),
            ("There is no option '{key}' here.", "{hint}"),
        ),
        "option-missing": Entry(
            "error",
            ("Die Option „{key}“ fehlt.", "Ergänzen."),
            ("The option '{key}' is missing.", "Add it."),
        ),
        "option-value": Entry(
            "error",
            ("Der Wert {value} passt nicht.", "Erwartet: {expected}."),
            ("The value {value} does not fit.", "Expected: {expected}."),
        ),
        "option-secret": Entry(
            "error",
            ("Hier steht kein Pfad.", "Das Geheimnis in eine Datei legen, deren Pfad hier steht."),
            ("This is no path.", "Put the secret into a file and write its absolute path here."),
        ),
        "option-rule": Entry("error", ("{rule}", ""), ("{rule}", "")),
    }
)

S = TypeVar("S", bound=msgspec.Struct)


def decoded(kind: type[Any], value: object) -> Any:
    """Make a `SecretFile` from its path (msgspec's `dec_hook`).

    Raises:
        NotImplementedError: the type is another one.
    """
    if kind is SecretFile and isinstance(value, str):
        return SecretFile(value)
    raise NotImplementedError(kind)


def encoded(value: object) -> object:
    """Write a `SecretFile` as its path (msgspec's `enc_hook`).

    Raises:
        NotImplementedError: the type is another one.
    """
    if isinstance(value, SecretFile):
        return value.path
    raise NotImplementedError(type(value))


def read_options(
    table: Mapping[str, object], kind: type[S], path: str = ""
) -> tuple[S | None, list[Problem]]:
    """Convert the table into the structure, option by option.

    Returns:
        The structure, or None if anything in it is wrong, and every problem found. Their places
        have the option's name alone; the reader of the file knows its line.
    """
    fields = {item.encode_name: item for item in msgspec.structs.fields(kind)}
    problems = [_unknown(key, fields, path) for key in table if key not in fields]
    values: dict[str, Any] = {}
    for name, item in fields.items():
        place = f"{path}.{name}" if path else name
        if name in table:
            values[item.name], found = _value(table[name], item.type, place)
            problems += found
        elif item.required:
            problems.append(CATALOGUE.problem("option-missing", Place(field=place), key=name))
    if problems:
        return None, problems
    try:
        return kind(**values), []
    except ValueError as error:  # the structure's own rule across its fields
        return None, [CATALOGUE.problem("option-rule", Place(field=path), rule=_rule(error))]


def _value(value: object, kind: Any, place: str) -> tuple[Any, list[Problem]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, Mapping):
        return read_options(value, kind, place)
    try:
        return msgspec.convert(value, kind, strict=True, dec_hook=decoded), []
    except (msgspec.ValidationError, ValueError, NotImplementedError) as error:
        return None, [_wrong(value, kind, place, error)]


def _wrong(value: object, kind: Any, place: str, error: Exception) -> Problem:
    if kind is SecretFile or SecretFile in getattr(kind, "__args__", ()):
        # What stands here may be the secret itself: it is not shown.
        return CATALOGUE.problem("option-secret", Place(field=place))
    shown = repr(value)
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[: SHOWN_CHARACTERS - 3] + "..."
    expected = str(error).partition(" - at ")[0].removeprefix("Expected ").replace("`", "")
    return CATALOGUE.problem("option-value", Place(field=place), value=shown, expected=expected)


def _unknown(key: str, fields: Mapping[str, object], path: str) -> Problem:
    from difflib import get_close_matches

    close = get_close_matches(key, fields, n=1)
    known = ", ".join(sorted(fields)) or "-"
    hint = (
        (f"Gemeint ist wohl „{close[0]}“.", f"Probably '{close[0]}' is meant.")
        if close
        else (f"Streichen; es gibt: {known}.", f"Remove it; there are: {known}.")
    )
    place = Place(field=f"{path}.{key}" if path else key)
    return CATALOGUE.problem("option-unknown", place, key=key, hint=hint)


def _rule(error: ValueError) -> str | tuple[str, str]:
    if len(error.args) == 2:
        return (str(error.args[0]), str(error.args[1]))
    return str(error)
