"""What differs between two plans, by record and field: for who signs one, or wonders what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from notanker.plan.model import Plan

Kind = Literal["added", "removed", "changed"]
_OF_ITSELF: Final = frozenset({"fingerprint", "line"})
"""Fields that follow from others, or from where something stands."""
_NAMES: Final = ("id", "head_number", "order", "on", "date")
"""What tells records of a kind apart, in this order."""

Record = dict[str, object]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    Attributes:
        record: Such as `contacts/jonas-muster`, or `pages/ruhe/en`.
        field: Empty if the record as a whole came or went.
        old: The value before, None if there was none.
        new: The value now, None if there is none.
    """

    kind: Kind
    record: str
    field: str = ""
    old: object = None
    new: object = None


def changes(old: Plan, new: Plan) -> tuple[Change, ...]:
    """Return what differs, in the order of records and fields."""
    before, now = _records(old), _records(new)
    found: list[Change] = []
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            found.append(Change(kind="removed", record=name))
        elif name not in before:
            found.append(Change(kind="added", record=name))
        else:
            found += _fields(name, before[name], now[name])
    return tuple(found)


def lines(old: str, new: str) -> tuple[int, int]:
    """Return how many lines of a text came and how many went; none, if they only stand elsewhere."""
    before, now = Counter(old.splitlines()), Counter(new.splitlines())
    return (now - before).total(), (before - now).total()


def _fields(name: str, before: Record, now: Record) -> Iterator[Change]:
    for field in sorted(before.keys() | now.keys()):
        old, new = before.get(field), now.get(field)
        if old != new:
            kind: Kind = "added" if old is None else "removed" if new is None else "changed"
            yield Change(kind=kind, record=name, field=field, old=old, new=new)


def _records(plan: Plan) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for section, value in msgspec.to_builtins(plan).items():
        if section not in _OF_ITSELF:
            _collect(section, value, found)
    return found


def _collect(name: str, value: object, found: dict[str, Record]) -> None:
    """Take up a record, and each record below it under a name of its own."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            _collect(f"{name}/{_name(item, index)}", item, found)
    elif isinstance(value, dict):
        record = found.setdefault(name, {})
        for key, inner in value.items():
            _take(name, key, inner, record, found)


def _take(name: str, key: str, value: object, record: Record, found: dict[str, Record]) -> None:
    if key in _OF_ITSELF or value is None or value in ("", ()):
        return
    if isinstance(value, tuple) and all(isinstance(item, dict) for item in value):
        _collect(f"{name}/{key}", value, found)
    elif isinstance(value, dict):
        for inner, item in value.items():
            _take(name, inner if key == "head" else f"{key}.{inner}", item, record, found)
    else:
        record[key] = value


def _name(item: object, index: int) -> str:
    """Return what a record is called: by its id and language, else by its place."""
    if not isinstance(item, dict):
        return str(index + 1)
    head = item.get("head", item)
    own = next((head[key] for key in _NAMES if head.get(key) not in (None, "")), index + 1)
    language = item.get("language") or head.get("lang")
    return f"{own}/{language}" if language in ("de", "en") and "body" in item else str(own)
