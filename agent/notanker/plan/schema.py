"""JSON Schemas of the plan's files, for editors: made of the structures that read them, so never behind.

The structures' docstrings become descriptions; what they say of a field stands at the field. A schema knows
less than `notanker plan check`: nothing of what hangs together across files.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from notanker.plan.model import (
    Agreed,
    Announcement,
    Brand,
    Bridge,
    Contact,
    Drill,
    FormHead,
    Head,
    Limits,
    MeasureHead,
    Notice,
    PageHead,
    Planned,
    PlanSystem,
    Quiet,
    Risk,
    Role,
    ScenarioHead,
    Service,
    Step,
    TemplateHead,
    Updates,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Tables = Mapping[str, Any]

WHOLE: Final[Mapping[str, type[msgspec.Struct]]] = {
    "plan.toml": Head,
    "brand.toml": Brand,
    "exercises/*.toml": Drill,
    "scenarios/*.md": ScenarioHead,
    "measures/*.md": MeasureHead,
    "templates/*.md": TemplateHead,
    "forms/*.md": FormHead,
    "pages/*.md": PageHead,
}
"""Files, and heads of texts, that are one structure."""

OF_TABLES: Final[Mapping[str, Tables]] = {
    "roles.toml": {"role": list[Role]},
    "contacts.toml": {"contact": list[Contact]},
    "services.toml": {"service": list[Service]},
    "systems.toml": {"system": list[PlanSystem]},
    "risks.toml": {"risk": list[Risk]},
    "exercises/programme.toml": {"drill": list[Planned]},
    "escalation.toml": {
        "step": list[Step],
        "notice": list[Notice],
        "announcement": list[Announcement],
        "bridge": Bridge,
        "updates": Updates,
        "quiet": Quiet,
        "limits": Limits,
        "targets": Agreed,
    },
}
"""Files that are made of tables, by the name of each."""

_SECTION: Final = re.compile(r"^Attributes:\n((?: {4}.*\n?|\n)+)", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"`?(\w+)`?(?:, `(\w+)`)*: (.*)")


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each file of the plan, by the pattern of its path."""
    whole = {name: _schema(name, msgspec.json.schema(kind)) for name, kind in WHOLE.items()}
    return whole | {name: _of_tables(name, tables) for name, tables in OF_TABLES.items()}


def file_name(pattern: str) -> str:
    """Return the name under which that schema is written."""
    stem = pattern.replace("/*", "").rpartition(".")[0].replace("/", "-")
    return f"{stem}.schema.json"


def _schema(title: str, made: dict[str, Any]) -> dict[str, Any]:
    definitions = {name: _told(name, one) for name, one in made.get("$defs", {}).items()}
    rest = {key: value for key, value in made.items() if key != "$defs"}
    return {"$schema": DIALECT, "title": title, **rest, "$defs": definitions}


def _of_tables(title: str, tables: Tables) -> dict[str, Any]:
    made, definitions = msgspec.json.schema_components(
        tables.values(), ref_template="#/$defs/{name}"
    )
    properties = dict(zip(tables, made, strict=True))
    table = {"type": "object", "properties": properties, "additionalProperties": False}
    return _schema(title, {**table, "$defs": definitions})


def _told(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """Put what a docstring says of the fields at the fields, and forbid keys that the reader refuses."""
    if made.get("type") != "object":
        return made
    text = inspect.cleandoc(made.get("description", ""))
    section = _SECTION.search(text)
    fields = _fields(section[1]) if section is not None else {}
    properties = {
        key: {"title": key, **({"description": fields[key]} if key in fields else {}), **value}
        for key, value in made.get("properties", {}).items()
    }
    description = _SECTION.sub("", text).strip()
    return {
        **made,
        "title": name,
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }


def _fields(section: str) -> dict[str, str]:
    """Read the `Attributes:` of a docstring."""
    found: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(section).splitlines():
        match = _ATTRIBUTE.fullmatch(line)
        if match is not None and not line.startswith(" "):
            name = match[1]
            found[name] = match[3].strip()
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
