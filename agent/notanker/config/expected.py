"""Says in words what a field wants: "a whole number from 1 to 60"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect

Pair = tuple[str, str]

_SIMPLE: Final[dict[type, Pair]] = {
    inspect.BoolType: ("true oder false", "true or false"),
    inspect.DateType: ("ein Datum wie 2026-11-22", "a date such as 2026-11-22"),
    inspect.DictType: ("eine Tabelle", "a table"),
    inspect.AnyType: ("ein Wert", "a value"),
    inspect.NoneType: ("nichts", "nothing"),
}


def expected(kind: Any) -> Pair:
    """Return the description of the type in German and English."""
    try:
        return _describe(inspect.type_info(kind))
    except (TypeError, NotImplementedError):
        return ("ein Wert", "a value")


def _describe(info: Any) -> Pair:
    for kinds, describe in _DESCRIBERS:
        if isinstance(info, kinds):
            return describe(info)
    return _SIMPLE.get(type(info), ("ein Wert", "a value"))


def _metadata(info: Any) -> Pair:
    extra = info.extra or {}
    if "de" in extra and "en" in extra:
        return (str(extra["de"]), str(extra["en"]))
    return _describe(info.type)


def _number(info: Any) -> Pair:
    whole = isinstance(info, inspect.IntType)
    german, english = ("eine ganze Zahl", "a whole number") if whole else ("eine Zahl", "a number")
    low = info.ge if info.ge is not None else info.gt
    high = info.le if info.le is not None else info.lt
    if low is not None:
        german, english = f"{german} ab {low}", f"{english} from {low}"
    if high is not None:
        german, english = f"{german} bis {high}", f"{english} to {high}"
    return (german, english)


def _text(info: Any) -> Pair:
    if info.pattern:
        return (f"Text der Form {info.pattern}", f"text of the form {info.pattern}")
    return ("Text", "text")


def _table(info: Any) -> Pair:
    needed = ", ".join(
        item.encode_name for item in msgspec.structs.fields(info.cls) if item.required
    )
    if needed:
        return (f"eine Tabelle mit {needed}", f"a table with {needed}")
    return ("eine Tabelle", "a table")


def _literal(info: Any) -> Pair:
    values = ", ".join(f'"{value}"' for value in info.values)
    return (f"einer von {values}", f"one of {values}")


def _enum(info: Any) -> Pair:
    values = ", ".join(f'"{member.value}"' for member in info.cls)
    return (f"einer von {values}", f"one of {values}")


def _union(info: Any) -> Pair:
    pairs = [_describe(item) for item in info.types if not isinstance(item, inspect.NoneType)]
    return (" oder ".join(p[0] for p in pairs), " or ".join(p[1] for p in pairs))


def _list(info: Any) -> Pair:
    inner = _describe(info.item_type)
    return (f"eine Liste, je {inner[0]}", f"a list, each {inner[1]}")


def _custom(info: Any) -> Pair:
    return ("ein Pfad", "a path") if info.cls is Path else ("ein Wert", "a value")


_DESCRIBERS: Final[tuple[tuple[Any, Callable[[Any], Pair]], ...]] = (
    (inspect.Metadata, _metadata),
    ((inspect.IntType, inspect.FloatType), _number),
    (inspect.StrType, _text),
    (inspect.LiteralType, _literal),
    (inspect.EnumType, _enum),
    (inspect.UnionType, _union),
    ((inspect.ListType, inspect.VarTupleType), _list),
    (inspect.StructType, _table),
    (inspect.CustomType, _custom),
)
