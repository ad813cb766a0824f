"""The English twins of the plan's TOML files: what people read of a record, under the record's own id.

A number or a name that stood twice would differ one day. So a twin such as `i18n/en/roles.toml` has nothing
but words: each record is found by what identifies it, and only fields that people read may be said anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from notanker.config.fields import Document, convert, convert_items
from notanker.errors import Place, Problem
from notanker.plan.catalogue_files import CATALOGUE as FILES
from notanker.plan.model import Plan
from notanker.plan.records import indices, only
from notanker.plan.values import Line, Names

TWINS: Final = "i18n/en/"
PROGRAMME: Final = "exercises/programme.toml"
R = TypeVar("R", bound=msgspec.Struct)

English = dict[str, dict[str, Any]]
"""Fields by `file/record`; those of a file that is one record by its name."""


class _Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    who: Line
    criterion: Line
    trigger: Line = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    scope: Line = ""
    purpose: Line = ""
    audience: Line = ""
    retention: Line = ""
    incident_interface: tuple[Line, ...] = ()
    change_log: tuple[Line, ...] = ()
    activation: tuple[_Trigger, ...] = ()
    deactivation: tuple[_Trigger, ...] = ()


class _Role(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    tasks: tuple[Line, ...] = ()
    authority: Line = ""
    on_duty: Line = ""


class _Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    name: Line = ""
    org: Line = ""
    sla: Line = ""
    security_phrase_hint: Line = ""


class _Announcement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    head_number: Line
    check: Line = ""


class _Service(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    customers: Line = ""
    rto: Line = ""
    mtd: Line = ""
    min_level: Line = ""
    peak_note: Line = ""
    contract_duty: Line = ""


class _System(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    location: Line = ""
    rto: Line = ""
    restart_doc: Line = ""
    restore_doc: Line = ""
    spof_accepted: Line = ""


class _Risk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    title: Line = ""
    why: Line = ""
    instead: Line = ""


class _Planned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Line
    title: Line = ""
    window: Line = ""
    partners: tuple[Line, ...] = ()


class _Action(msgspec.Struct, frozen=True, kw_only=True):
    what: Line


class _Drill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    took_part: Names = ("-",)
    met: tuple[Line, ...] = ()
    missed: tuple[Line, ...] = ()
    action: tuple[_Action, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """One `[[key]]` of a file: what its records may say in English, and what tells them apart."""

    key: str
    kind: type[msgspec.Struct]
    known_by: str = "id"


_TABLES: Final = {
    "roles.toml": _Table("role", _Role),
    "contacts.toml": _Table("contact", _Contact),
    "escalation.toml": _Table("announcement", _Announcement, "head_number"),
    "services.toml": _Table("service", _Service),
    "systems.toml": _Table("system", _System),
    "risks.toml": _Table("risk", _Risk),
    PROGRAMME: _Table("drill", _Planned),
}


def read_twin(document: Document) -> tuple[English, list[Problem]]:
    """Read one twin. A record that is wrong stays German, and costs the others nothing."""
    file = document.file.removeprefix(TWINS)
    table = _TABLES.get(file)
    if table is not None:
        return _records(document, file, table)
    whole, problems = convert(document, _Head if file == "plan.toml" else _Drill)
    return ({} if whole is None else {file: _said(whole, document.table)}), problems


def _records(document: Document, file: str, table: _Table) -> tuple[English, list[Problem]]:
    items, problems = convert_items(document, table.key, table.kind)
    rows: Any = document.table.get(table.key, [])
    by_name = {
        row.get(table.known_by): row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping) and isinstance(row.get(table.known_by), str)
    }
    found: English = {}
    for item in items:
        name: str = getattr(item, table.known_by)
        found[f"{file}/{name}"] = _said(item, by_name[name], table.known_by)
    return found, problems + only(document, (table.key,))


def _said(item: msgspec.Struct, row: Mapping[str, Any], known_by: str = "") -> dict[str, Any]:
    return {key: getattr(item, key) for key in row if key != known_by}


def lonely(plan: Plan, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Report English words for records that there are not; one that only cannot be read is told already."""
    told: set[str] = set()
    for name in plan.english:
        file, _, record = _split(name)
        german = documents.get(file)
        if german is None and file not in told:
            told.add(file)
            yield FILES.problem("lonely-twin", Place(TWINS + file, 1), id=file)
        elif german is not None and not _is_in(german, file, record):
            place = _place(documents[TWINS + file], file, record)
            yield FILES.problem("lonely-twin", place, id=record)


def _is_in(document: Document, file: str, record: str) -> bool:
    table = _TABLES.get(file)
    return table is None or bool(indices(document, table.key, table.known_by, record))


def _place(document: Document, file: str, record: str) -> Place:
    table = _TABLES.get(file)
    if table is None:
        return Place(document.file, 1)
    found = indices(document, table.key, table.known_by, record)
    return document.place((table.key, found[0] if found else 0, table.known_by))


def _split(name: str) -> tuple[str, str, str]:
    file, dot, record = name.partition(".toml")
    return f"{file}{dot}", dot, record.removeprefix("/")


def english_of(
    plan: Plan, documents: Mapping[str, Document]
) -> Iterator[tuple[str, Place, str, msgspec.Struct, Mapping[str, Any]]]:
    """Yield for each record its file, its place there, its name, itself, and what it says in English."""
    for name, item in _named(plan):
        file, _, record = _split(name)
        document = documents.get(file)
        if document is not None:
            yield (
                file,
                _place(document, file, record),
                record or file,
                item,
                plan.english.get(name, {}),
            )


def localised(plan: Plan, language: str) -> Plan:
    """Return the plan as people read it in the language: with the English words where there are any."""
    if language != "en" or not plan.english:
        return plan
    new = {name: _in_english(plan, name, item) for name, item in _named(plan)}

    def of(file: str, items: tuple[R, ...], known_by: str = "id") -> tuple[Any, ...]:
        return tuple(new.get(f"{file}/{getattr(item, known_by)}", item) for item in items)

    written = plan.escalation
    announced = of("escalation.toml", written.announcements, "head_number")
    planned = of(PROGRAMME, plan.programme.drills)
    return msgspec.structs.replace(
        plan,
        head=new["plan.toml"],
        roles=of("roles.toml", plan.roles),
        contacts=of("contacts.toml", plan.contacts),
        services=of("services.toml", plan.services),
        systems=of("systems.toml", plan.systems),
        risks=of("risks.toml", plan.risks),
        escalation=msgspec.structs.replace(written, announcements=announced),
        programme=msgspec.structs.replace(plan.programme, drills=planned),
        drills=tuple(new[f"exercises/{drill.id}.toml"] for drill in plan.drills),
    )


def _named(plan: Plan) -> Iterator[tuple[str, msgspec.Struct]]:
    """Yield each record that may have English words, with its name."""
    yield "plan.toml", plan.head
    for file, items in (
        ("roles.toml", plan.roles),
        ("contacts.toml", plan.contacts),
        ("services.toml", plan.services),
        ("systems.toml", plan.systems),
        ("risks.toml", plan.risks),
        (PROGRAMME, plan.programme.drills),
    ):
        for item in items:
            yield f"{file}/{item.id}", item
    for announcement in plan.escalation.announcements:
        yield f"escalation.toml/{announcement.head_number}", announcement
    for drill in plan.drills:
        yield f"exercises/{drill.id}.toml", drill


def _in_english(plan: Plan, name: str, item: msgspec.Struct) -> msgspec.Struct:
    said = plan.english.get(name, {})
    fields = {key: _like(getattr(item, key), value) for key, value in said.items()}
    return msgspec.structs.replace(item, **fields) if fields else item


def _like(german: Any, english: Any) -> Any:
    """Return the English value as the German one is built: an action keeps its owner and its day."""
    if not isinstance(german, tuple) or not german or not isinstance(german[0], msgspec.Struct):
        return english
    pairs = zip(german, english, strict=False)
    new = [msgspec.structs.replace(old, **msgspec.to_builtins(text)) for old, text in pairs]
    return (*new, *german[len(new) :])
