"""Reads a plan folder: every problem at once, and everything that is readable.

`load` never raises for what stands in the folder. One contact with a typing error does not cost the
others; only without an identity in plan.toml is there no plan at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from notanker.config.fields import Document, read
from notanker.errors import Place, Problem, softened
from notanker.plan import records
from notanker.plan.assets import assets
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import PlanFile, belongs, files_of
from notanker.plan.fingerprint import fingerprint_of
from notanker.plan.model import Asset, Brand, Drill, Escalation, Head, Plan, Programme
from notanker.plan.places import Documents, lined
from notanker.plan.references import check
from notanker.plan.texts import TWINS, Texts, texts

R = TypeVar("R")

_HOLDS: Final = {
    "plan.toml": ("Kennung, Version und Verantwortung", "identity, version and ownership"),
    "roles.toml": ("die Rollen", "the roles"),
    "contacts.toml": ("die Kontakte", "the contacts"),
    "escalation.toml": ("die Eskalation und die Konferenz", "the escalation and the bridge"),
}
BRAND: Final = "brand.toml"
PROGRAMME: Final = "exercises/programme.toml"
_KNOWN: Final = re.compile(
    r"(i18n/en/)?(plan|roles|contacts|escalation|services|systems|risks)\.toml|brand\.toml"
    r"|(i18n/en/)?(scenarios|measures|templates|forms|pages)/[^/]+\.md"
    r"|(i18n/en/)?exercises/[^/]+\.toml|assets/[^/]+\.(svg|png)|(README|LICENSE)(\.md|\.txt)?"
)


_TWIN: Final = re.compile(
    r"i18n/en/((plan|roles|contacts|escalation|services|systems|risks)\.toml|exercises/[^/]+\.toml)"
)

English = dict[str, dict[str, Any]]


def load(folder: Path) -> tuple[Plan | None, list[Problem]]:
    """Load the plan in the folder.

    Returns:
        The plan with whatever of it is readable, or None if its identity isn't, and every problem.
    """
    plan, problems, _ = read_plan(folder)
    return plan, problems


def read_plan(folder: Path) -> tuple[Plan | None, list[Problem], Documents]:
    """Load the plan, and return as well the TOML of its files, in which each field has its line."""
    reader = _Reader(folder)
    head = reader.record("plan.toml", records.head, None)
    roles: records.Roles = reader.record("roles.toml", records.roles, ())
    contacts: records.Contacts = reader.record("contacts.toml", records.contacts, ())
    escalation = reader.record("escalation.toml", records.escalation, Escalation())
    systems: records.Systems = reader.optional("systems.toml", records.systems, ())
    services: records.Services = reader.optional("services.toml", records.services, ())
    brand = reader.brand()
    risks: records.Risks = reader.optional("risks.toml", records.risks, ())
    programme = reader.optional(PROGRAMME, records.programme, Programme())
    drills = reader.drills()
    written = reader.texts(head)
    pictures = reader.assets()
    english = reader.twins(head)
    if head is None:
        return None, reader.problems, reader.documents
    plan = Plan(
        head=head,
        roles=roles,
        contacts=contacts,
        escalation=escalation,
        systems=systems,
        services=services,
        scenarios=written.scenarios,
        measures=written.measures,
        templates=written.templates,
        forms=written.forms,
        pages=written.pages,
        programme=programme,
        drills=drills,
        risks=risks,
        brand=brand,
        assets=pictures,
        english=english,
        fingerprint=reader.fingerprint(),
    )
    problems = reader.problems + check(plan, reader.documents)
    found = [lined(problem, reader.documents) for problem in problems]
    return plan, found, reader.documents


class _Reader:
    """One reading of a folder; `problems` fills up on the way."""

    def __init__(self, folder: Path) -> None:
        listed, self.problems = files_of(folder)
        self.files: dict[str, PlanFile] = {item.name: item for item in listed}
        self.documents: dict[str, Document] = {}
        self.problems += [
            CATALOGUE.problem("unknown-file", Place(name))
            for name in self.files
            if not _KNOWN.fullmatch(name) and not belongs(name)
        ]

    def record(
        self, name: str, convert: Callable[[Document], tuple[R, list[Problem]]], empty: R
    ) -> R:
        item = self.files.get(name)
        if item is None:
            missing = CATALOGUE.problem("missing-file", Place(name), holds=_HOLDS[name])
            self.problems.append(missing)
            return empty
        document, problems = read(item.path, name)
        self.problems += problems
        if document is None:
            return empty
        self.documents[name] = document
        value, problems = convert(document)
        self.problems += problems
        return value

    def optional(
        self, name: str, convert: Callable[[Document], tuple[R, list[Problem]]], empty: R
    ) -> R:
        return self.record(name, convert, empty) if name in self.files else empty

    def drills(self) -> tuple[Drill, ...]:
        """Read the records of drills; two of one id are two files, so both are kept."""
        found = [
            self.record(name, records.drill, None)
            for name in sorted(self.files)
            if name.startswith("exercises/") and name != PROGRAMME and name.endswith(".toml")
        ]
        return tuple(drill for drill in found if drill is not None)

    def brand(self) -> Brand:
        """Read the company's manners: whatever is wrong with them, the plan is as good as before."""
        if BRAND not in self.files:
            return Brand()
        # Few plans have one, and the agent is the smaller without.
        from notanker.plan.brand import read_brand

        before = len(self.problems)
        found = self.record(BRAND, read_brand, Brand())
        self.problems[before:] = map(softened, self.problems[before:])
        return found

    def texts(self, head: Head | None) -> Texts:
        written, problems = texts(self.files, head.languages if head else ())
        self.problems += problems
        self.documents.update(written.heads)
        return written

    def assets(self) -> tuple[Asset, ...]:
        found, problems = assets(self.files.values())
        self.problems += problems
        return found

    def twins(self, head: Head | None) -> English:
        """Read what the TOML files' twins say, and report those that are missing."""
        english: English = {}
        for name in self.files:
            if _TWIN.fullmatch(name):
                english |= self._twin(name)
        if head is not None and "en" in head.languages:
            self.problems += [
                CATALOGUE.problem("no-twin", Place(name, 1), file=name)
                for name in self.documents
                if _TWIN.fullmatch(TWINS + name) and TWINS + name not in self.files
            ]
        return english

    def _twin(self, name: str) -> English:
        # A plan in one language has none, and the agent is the smaller without.
        from notanker.plan.twins import read_twin

        empty: English = {}
        return self.record(name, read_twin, empty)

    def fingerprint(self) -> str:
        try:
            return fingerprint_of(self.files.values())
        except OSError as error:
            reason = error.strerror or str(error)
            self.problems.append(CATALOGUE.problem("no-folder", Place(), reason=reason))
            return ""
