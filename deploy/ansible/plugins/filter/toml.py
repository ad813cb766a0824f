"""Filters that make notanker.toml of variables. Standard library only: it runs wherever Ansible runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class FilterModule:
    """What Ansible finds here."""

    def filters(self) -> dict[str, Any]:
        """Name the filters."""
        return {"problems_of": problems_of, "to_toml": to_toml, "without_nothing": without_nothing}


def problems_of(said: str, language: str) -> list[dict[str, str]]:
    """Read the errors that `notanker check --json` has found.

    Returns:
        Each with `code`, `file`, and `say`: where, what is wrong and what to do, in the language.
    """
    found = json.loads(said)["problems"]
    return [_problem(one, language) for one in found if one["severity"] == "error"]


def _problem(one: Mapping[str, Any], language: str) -> dict[str, str]:
    words, place = one[language], one["place"]
    where = f"[{place['field']}] " if place["field"] else ""
    say = f"{where}{words['what']} {words['cure']}"
    return {"code": one["code"], "file": place["file"], "say": say}


def without_nothing(value: Any) -> Any:
    """Leave out what is empty (None, "", [], {}), all the way down: notanker's own default applies then."""
    if isinstance(value, Mapping):
        kept = {key: without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in (None, "", [], {})}
    if _is_list(value):
        return [without_nothing(one) for one in value]
    return value


def to_toml(value: Mapping[str, Any]) -> str:
    """Write a mapping as TOML, sections after what belongs to the file itself.

    Raises:
        ValueError: a value has no form in TOML, such as None in a list.
    """
    return "\n".join(_table(value, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner = {}
    for key, value in table.items():
        if isinstance(value, Mapping) or _is_tables(value):
            inner[key] = value
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        place = (*path, str(key))
        name = ".".join(map(_key, place))
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]", *_table(value, place))
        else:
            for one in value:
                yield from ("", f"[[{name}]]", *_table(one, place))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_tables(value: Any) -> bool:
    return _is_list(value) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(key: object) -> str:
    text = str(key)
    return text if _BARE.fullmatch(text) else _string(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + "}"
    if _is_list(value):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise ValueError(f"TOML has no form for {value!r}")


def _string(text: str) -> str:
    # JSON's strings are TOML's, but for the one sign that TOML wants escaped and JSON does not.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
