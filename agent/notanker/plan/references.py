"""Checks that what the plan names exists: contacts, roles, resources, placeholders, sections."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from notanker.core import graph as graphs
from notanker.core.graph import INTERNET
from notanker.core.names import Line
from notanker.errors import Place, Problem
from notanker.plan import applicability, checklist, directory, hosts, messages
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.catalogue_files import CATALOGUE as FILES
from notanker.plan.model import RESOURCES, Measure, Page, Plan, Scenario
from notanker.plan.places import Documents
from notanker.plan.places import place as _place
from notanker.plan.places import row as _row

SYSTEMS = "systems.toml"


def _synonyms(plan: Plan, documents: Documents) -> Iterator[Problem]:
    for line in plan.head.synonyms:
        if len(line.split()) < 2:
            place_of = _place(documents, "plan.toml", "synonyms")
            yield FILES.problem("lonely-synonym", place_of, words=line)


def check(plan: Plan, documents: Documents) -> list[Problem]:
    """Return every reference of the plan that leads nowhere."""
    # Wanted when a plan is read, and then never again.
    from notanker.plan import links, twins

    found: list[Problem] = []
    for part in PARTS:
        found += part(plan, documents)
    found += directory.problems(plan, documents)
    return [*found, *messages.check(plan), *links.check(plan), *twins.lonely(plan, documents)]


def _roles(plan: Plan, documents: Documents) -> Iterator[Problem]:
    if plan.head.owner_role:
        yield from _role(plan, plan.head.owner_role, _place(documents, "plan.toml", "owner_role"))
    for role in plan.roles:
        for field, contact in (("holder", role.holder), *(("deputies", d) for d in role.deputies)):
            place = _row(documents, "roles.toml", "role", role.id, field)
            yield from _contact(plan, contact, place)


def _escalation(plan: Plan, documents: Documents) -> Iterator[Problem]:
    file = "escalation.toml"
    for step in plan.escalation.steps:
        yield from _role(plan, step.role, _row(documents, file, "step", step.order, "role"))
        if step.on_no_ack == "bridge" and plan.escalation.bridge is None:
            place = _row(documents, file, "step", step.order, "on_no_ack")
            yield FILES.problem("no-bridge", place, order=step.order)
    for index, notice in enumerate(plan.escalation.notices):
        yield from _role(plan, notice.role, _place(documents, file, "notice", index, "role"))
        yield from _text(
            plan, notice.template, _place(documents, file, "notice", index, "template")
        )
    bridge = plan.escalation.bridge
    if bridge is not None:
        place = _place(documents, file, "bridge", "moderator_role")
        yield from _role(plan, bridge.moderator_role, place)
        place = _place(documents, file, "bridge", "depends_on")
        yield from _resources(plan, bridge.depends_on, place)
    for index, item in enumerate(plan.escalation.announcements):
        place = _place(documents, file, "announcement", index, "switch_contact")
        yield from _contact(plan, item.switch_contact, place)
        place = _place(documents, file, "announcement", index, "text_template")
        yield from _text(plan, item.text_template, place)
        place = _place(documents, file, "announcement", index, "depends_on")
        yield from _resources(plan, item.depends_on, place)


def _contacts(plan: Plan, documents: Documents) -> Iterator[Problem]:
    for item in plan.contacts:
        place = _row(documents, "contacts.toml", "contact", item.id, "depends_on")
        yield from _resources(plan, item.depends_on, place)


def _systems(plan: Plan, documents: Documents) -> Iterator[Problem]:
    graph = plan.graph()
    known = {name for system in graph for name in (system.id, *system.provides)}
    for item in plan.systems:
        place = partial(_row, documents, SYSTEMS, "system", item.id)
        yield from _contact(plan, item.owner_contact, place("owner_contact"))
        yield from _resources(plan, item.provides, place("provides"))
        for need in item.needs:
            if need not in known:
                yield CATALOGUE.problem("no-such-need", place("needs"), id=need)
    for circle in graphs.circles(graph):
        way = " → ".join((*circle, circle[0]))
        place_of = _row(documents, SYSTEMS, "system", circle[0], "needs")
        yield CATALOGUE.problem("needs-itself", place_of, way=way)
    if graph and INTERNET not in known:
        yield CATALOGUE.problem("no-line", _place(documents, SYSTEMS, "system", 0, "provides"))


def _services(plan: Plan, documents: Documents) -> Iterator[Problem]:
    file = "services.toml"
    for item in plan.services:
        yield from _resources(plan, item.needs, _row(documents, file, "service", item.id, "needs"))
        place = _row(documents, file, "service", item.id, "hosts")
        for text in item.hosts:
            if hosts.host_of(text) is None:
                yield CATALOGUE.problem("no-host", place, text=text)
        if item.core and not item.hosts:
            yield CATALOGUE.problem("core-without-hosts", place, id=item.id)
        place = _row(documents, file, "service", item.id, "manual_procedure")
        yield from _known(item.manual_procedure, {f.head.id for f in plan.forms}, "form", place)


def _scenarios(plan: Plan, documents: Documents) -> Iterator[Problem]:
    states = [line.value for line in Line]
    for item in plan.scenarios:
        for trigger in item.head.agent_triggers:
            if trigger not in states:
                place = _place(documents, item.file, "agent_triggers")
                yield FILES.problem("no-such-state", place, id=trigger, known=", ".join(states))
        yield from _role(plan, item.head.lead_role, _place(documents, item.file, "lead_role"))
        yield from _resources(plan, item.head.loses, _place(documents, item.file, "loses"))
        yield from checklist.check(item)


def _measures(plan: Plan, documents: Documents) -> Iterator[Problem]:
    systems = {item.id for item in plan.systems}
    services = {item.id for item in plan.services}
    for item in plan.measures:
        place = partial(_place, documents, item.file)
        yield from _role(plan, item.head.owner_role, place("owner_role"))
        needs = tuple(need for need in item.head.needs if need not in systems)
        yield from _resources(plan, needs, place("needs"))
        yield from _resources(plan, item.head.replaces, place("replaces"))
        yield from _known(item.head.keeps, services, "service", place("keeps"))
        if "keeps" not in _table(documents, item.file):
            yield CATALOGUE.problem("keeps-unsaid", place("id"))
    for scenario, service in applicability.uncovered(plan):
        place_of = _place(documents, scenario.file, "loses")
        yield CATALOGUE.problem("plan-cover", place_of, service=service.name.de)


def _templates(plan: Plan, documents: Documents) -> Iterator[Problem]:
    for item in plan.templates:
        for role in item.head.release_roles:
            yield from _role(plan, role, _place(documents, item.file, "release_roles"))


def _upkeep(plan: Plan, documents: Documents) -> Iterator[Problem]:
    scenarios = {item.head.id for item in plan.scenarios}
    file = "exercises/programme.toml"
    for index, item in enumerate(plan.programme.drills):
        place = partial(_place, documents, file, "drill", index)
        yield from _known((item.scenario,), scenarios, "scenario", place("scenario"))
        yield from _role(plan, item.lead_role, place("lead_role"))
        if item.observer_role:
            yield from _role(plan, item.observer_role, place("observer_role"))
    for drill in plan.drills:
        file = _drill_file(documents, drill.id)
        yield from _known(
            (drill.scenario,), scenarios, "scenario", _place(documents, file, "scenario")
        )
        if drill.signed_by:
            yield from _contact(plan, drill.signed_by, _place(documents, file, "signed_by"))
        if file != f"exercises/{drill.id}.toml":
            yield FILES.problem("odd-file-name", _place(documents, file, "id"), id=drill.id)
        for index, action in enumerate(drill.action):
            yield from _contact(
                plan, action.owner, _place(documents, file, "action", index, "owner")
            )
    for risk in plan.risks:
        place_of = _row(documents, "risks.toml", "risk", risk.id, "accepted_by")
        yield from _contact(plan, risk.accepted_by, place_of)


def _steps(plan: Plan, documents: Documents) -> Iterator[Problem]:
    del documents
    texts: list[Scenario | Measure | Page] = [*plan.scenarios, *plan.measures, *plan.pages]
    for item in texts:
        yield from checklist.notes(plan, item)


PARTS: Final = (
    _roles, _escalation, _contacts, _systems, _services, _scenarios, _measures, _steps, _templates,
    _upkeep, _synonyms,
)  # fmt: skip


def _table(documents: Documents, file: str) -> Mapping[str, object]:
    document = documents.get(file)
    return document.table if document is not None else {}


def _drill_file(documents: Documents, drill_id: str) -> str:
    """Return the file that holds the drill."""
    own = f"exercises/{drill_id}.toml"
    files = (
        f
        for f in documents
        if f.startswith("exercises/") and _table(documents, f).get("id") == drill_id
    )
    return own if own in documents else next(files, own)


def _text(plan: Plan, template: str, place: Place) -> Iterator[Problem]:
    from notanker.plan.kinds import KINDS  # as above

    if template not in KINDS and all(template != item.head.id for item in plan.templates):
        yield FILES.problem("no-such-text", place, id=template)


def _known(
    ids: Iterable[str], known: Collection[str], what: str, place: Place
) -> Iterator[Problem]:
    for one in ids:
        if one not in known:
            names = ", ".join(sorted(known)) or "-"
            yield CATALOGUE.problem(f"no-such-{what}", place, id=one, known=names)


def _role(plan: Plan, role_id: str, place: Place) -> Iterator[Problem]:
    if plan.role(role_id) is None:
        yield CATALOGUE.problem("no-such-role", place, id=role_id)


def _contact(plan: Plan, contact_id: str, place: Place) -> Iterator[Problem]:
    if plan.contact(contact_id) is None:
        yield CATALOGUE.problem("no-such-contact", place, id=contact_id)


def _resources(plan: Plan, names: tuple[str, ...], place: Place) -> Iterator[Problem]:
    known = RESOURCES.union(plan.head.resources)
    for name in names:
        if name not in known:
            yield CATALOGUE.problem(
                "no-such-resource", place, id=name, known=", ".join(sorted(known))
            )
