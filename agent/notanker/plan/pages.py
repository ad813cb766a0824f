"""The pages of a plan in one language."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import jinja2
from markupsafe import Markup

from notanker.core.names import Line
from notanker.plan import directory
from notanker.plan.checklist import Note
from notanker.plan.labels import RESOURCES, availability, day, labels
from notanker.plan.markdown import Renderer, tel
from notanker.plan.model import (
    Contact,
    Form,
    Measure,
    Page,
    Plan,
    Role,
    Scenario,
    Template,
    dialled,
)
from notanker.plan.outlook import Outlook, outlook
from notanker.plan.twins import localised
from notanker.plan.values import Tongue

T = TypeVar("T", Scenario, Page, Measure, Form)
Text = Scenario | Page | Measure | Form

PREFIX: Final = {"de": "", "en": "/en"}
"""Where each language's pages begin on the portal."""
BUTTONS: Final = 8
"""So many scenarios are on the first page: more is a list to search, not a choice."""
HELPING: Final = 5
"""So many measures are on the first page while something is gone."""

_NUMBER: Final = re.compile(
    r'<a\b[^>]*href="tel:(\+\d+)"[^>]*>.*?</a>|(?<![\w+])(\+[1-9](?: ?\d){6,14})(?!\w)', re.DOTALL
)
_FIRST: Final = ("emergency_lead", "it_network", "telephony", "operations", "communication")
_NUMBERS: Final = 5
_WORDING: Final = "T8"
_NEW: Final = "neu-im-team"


class Pages:
    """The pages of one language.

    Attributes:
        titles: The title of each page that everybody may read.
        for_leads: Whether there is anything that only leads may see.
    """

    def __init__(self, plan: Plan, language: Tongue) -> None:
        self.plan = plan = localised(plan, language)
        self.language = language
        self.words = labels(language)
        hidden = {page.head.id for page in plan.pages if page.head.show_to == "leads"}
        pages = sorted(_in(plan.pages, language), key=lambda page: page.head.order)
        self.pages = [page for page in pages if page.head.id not in hidden]
        self.leads_pages = [page for page in pages if page.head.id in hidden]
        self.leads_contacts = [one for one in plan.contacts if one.show_to == "leads"]
        self.scenarios = _in(plan.scenarios, language)
        self.measures = sorted(_in(plan.measures, language), key=lambda m: m.head.effort_min)
        self.forms = sorted(_in(plan.forms, language), key=lambda form: form.head.id)
        self.wording = self._wording()
        self.titles: dict[str, str] = {}
        self.for_leads = bool(self.leads_pages or self.leads_contacts)
        self._markdown = Renderer(self._note, self._links())
        self._secret = self._secret_numbers()

    def all(self) -> dict[str, str]:
        """Return the HTML of each page by its name."""
        t = self.words
        self.titles |= {"contacts": t["contacts"], "measures": t["measures"], "forms": t["forms"]}
        self.titles["print"] = self.plan.head.title.words(self.language)
        pages = {name: self._page(name) for name in ("home", *self.titles)}
        for name, template, item in self._texts():
            self.titles[name] = item.head.title
            pages[name] = self._page(template, item=item)
        if self.wording is not None:
            self.titles["wording"] = t["wording"]
            pages["wording"] = self._page("wording", item=self.wording)
        return pages

    def leads(self) -> str:
        """Return the one page for who has the leads' code."""
        return self._made("leads")

    def _texts(self) -> list[tuple[str, str, Text]]:
        """Return each text of the plan with the names of its page and its template."""
        found: list[tuple[str, str, Text]] = []
        for template, items in (
            ("scenario", self.scenarios),
            ("measure", self.measures),
            ("page", self.pages),
            ("form", self.forms),
        ):
            found += [(f"{template}/{item.head.id}", template, item) for item in items]
        return found

    def _page(self, template: str, **values: object) -> str:
        """Make a page for everybody: numbers of leads are left out, wherever an author wrote them."""
        html = self._made(template, **values)
        if not self._secret:
            return html
        return _NUMBER.sub(
            lambda f: (
                self.words["hidden_number"] if dialled(f[1] or f[2]) in self._secret else f[0]
            ),
            html,
        )

    def _made(self, template: str, **values: object) -> str:
        return _environment().get_template(f"{template}.html").render(
            plan=self.plan,
            head=self.plan.head,
            bridge=self.plan.escalation.bridge,
            language=self.language,
            prefix=PREFIX[self.language],
            t=self.words,
            numbers=self._numbers(),
            groups=self._groups(),
            scenarios=self.scenarios,
            buttons=BUTTONS,
            helping=HELPING,
            measures=self.measures,
            forms=self.forms,
            pages=self.pages,
            new_here=next((page for page in self.pages if page.head.id == _NEW), None),
            leads_pages=self.leads_pages,
            leads_contacts=self.leads_contacts,
            for_leads=self.for_leads,
            wording=self.wording,
            steps=directory.steps(self.plan),
            visible=self._visible,
            roles_of=self._roles_of,
            role_name=self._role_name,
            lead=self._lead,
            body=self._body,
            phases=_phases,
            outlook=self._outlook,
            titled=self._titled,
            named=self._named,
            services=self._services,
            triggers=_triggers,
            day=lambda date: day(date, self.language),
            available=lambda contact: availability(contact.availability, self.language),
            **values,
        )  # fmt: skip

    def _numbers(self) -> list[tuple[str, Contact]]:
        """Return the most important numbers: who leads and helps, then the first provider."""
        found: dict[str, tuple[str, Contact]] = {}
        ordered = sorted(
            self.plan.roles, key=lambda r: _FIRST.index(r.id) if r.id in _FIRST else len(_FIRST)
        )
        for role in ordered:
            contact = self._visible(role.holder)
            if contact is not None:
                found.setdefault(contact.id, (role.name.words(self.language), contact))
        providers = [c for c in self.plan.contacts if c.kind == "provider" and c.show_to == "all"]
        people = list(found.values())[: _NUMBERS - len(providers[:1])]
        return people + [(contact.org, contact) for contact in providers[:1]]

    def _groups(self) -> list[tuple[str, str, list[Contact]]]:
        groups: dict[str, list[Contact]] = {}
        for contact in self.plan.contacts:
            if contact.show_to == "all":
                key = "own" if contact.kind in ("person", "team") else contact.kind
                groups.setdefault(key, []).append(contact)
        order = ("own", "provider", "client", "authority")
        return [(key, self.words[key], groups[key]) for key in order if key in groups]

    def _visible(self, contact_id: str) -> Contact | None:
        """Return the contact if everybody on the site's Wi-Fi may see it."""
        contact = self.plan.contact(contact_id)
        return contact if contact is not None and contact.show_to == "all" else None

    def _secret_numbers(self) -> frozenset[str]:
        """Return the numbers of leads, but for those that others have as well, such as a switchboard's."""

        def numbers(show_to: str) -> set[str]:
            people = [one for one in self.plan.contacts if one.show_to == show_to]
            written = [n for one in people for n in (one.phone, one.phone_2, one.sms, one.call)]
            return {dialled(number) for number in written if isinstance(number, str) and number}

        return frozenset(numbers("leads") - numbers("all"))

    def _roles_of(self, contact: Contact) -> list[str]:
        return [r.name.words(self.language) for r in self.plan.roles if r.holder == contact.id]

    def _role_name(self, role_id: str) -> str:
        role = self.plan.role(role_id)
        return role.name.words(self.language) if role else role_id

    def _lead(self, role_id: str) -> tuple[Role, Contact | None] | None:
        role = self.plan.role(role_id)
        return (role, self._visible(role.holder)) if role else None

    def _outlook(self, scenario: Scenario) -> tuple[Outlook, ...]:
        """Return all measures as they stand in that scenario, those that help first."""
        own = {item.head.id: item for item in self.measures}
        return tuple(
            replace(one, measure=own[one.measure.head.id]) for one in outlook(self.plan, scenario)
        )

    def _titled(self, measures: tuple[str, ...]) -> str:
        """Return the titles of these measures."""
        own = {item.head.id: item.head.title for item in self.measures}
        return ", ".join(own[name] for name in measures)

    def _named(self, names: tuple[str, ...]) -> str:
        """Return how people call these resources and systems."""
        at = 1 if self.language == "en" else 0
        systems = {system.id: system.words(self.language) for system in self.plan.systems}
        return ", ".join(
            dict.fromkeys(RESOURCES[n][at] if n in RESOURCES else systems.get(n, n) for n in names)
        )

    def _services(self, names: tuple[str, ...]) -> str:
        found = {service.id: service.name.words(self.language) for service in self.plan.services}
        return ", ".join(found.get(name, name) for name in names)

    def _note(self, note: Note) -> str:
        who = Markup("<b>{}</b> ").format(self._role_name(note.role)) if note.role else ""
        when = Markup("<i>{} {}</i> ").format(self.words["by"], note.by) if note.by else ""
        return str(Markup('<span class="note">{}{}</span>').format(who, when))

    def _body(self, item: Text | Template, level: int) -> Markup:
        """Render the text below a title of that level."""
        folder = item.file.removeprefix("i18n/en/").partition("/")[0]
        anchor = f"{item.head.id}-" if isinstance(item, Scenario) else ""
        # The parser runs with raw HTML off: what it returns is made of escaped text alone.
        return Markup(self._markdown.html(item.body, folder, level, anchor))  # noqa: S704

    def _links(self) -> dict[str, str]:
        prefix = PREFIX[self.language]
        kinds: tuple[tuple[str, tuple[Text, ...]], ...] = (
            ("szenario", self.plan.scenarios),
            ("massnahme", self.plan.measures),
            ("formular", self.plan.forms),
            ("seite", self.plan.pages),
        )
        return {
            item.file.removeprefix("i18n/en/"): f"{prefix}/{kind}/{item.head.id}"
            for kind, items in kinds
            for item in items
        }

    def _wording(self) -> Template | None:
        """Return what to tell callers, if it is written for the portal and needs nobody's release."""
        template = self.plan.template(_WORDING, self.language)
        return template if template is not None and template.head.release == "auto" else None


def _in(items: tuple[T, ...], language: Tongue) -> list[T]:
    """Return each item once: in the language, or in German where there is no twin."""
    own = {item.head.id: item for item in items if item.language == language}
    return [own.get(item.head.id, item) for item in items if item.language == "de"]


def _phases(item: Scenario) -> list[tuple[str, str]]:
    """Return the anchor and the title of each section of a scenario."""
    titles = re.findall(r"^## +(.+?)\s*$", item.body, re.MULTILINE)
    return [(f"{item.head.id}-{number}", title) for number, title in enumerate(titles, start=1)]


def _triggers(scenario: Scenario) -> str:
    """Return the states of the line that the scenario fits, for the portal to raise it in them."""
    states = {line.value for line in Line}
    return " ".join(f"line:{name}" for name in scenario.head.agent_triggers if name in states)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["dialled"] = dialled
    environment.filters["tel"] = lambda number: Markup(tel(number))  # noqa: S704 -- escaped there
    return environment
