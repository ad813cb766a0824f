"""Renders a plan, once, into the pages that the portal serves.

A page is the content of one `<main>`; the portal puts it into its own clothes, so that a page never
carries an old style sheet and an error page looks like every other.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import jinja2
from markupsafe import Markup

from notanker.core.names import Line
from notanker.plan import directory
from notanker.plan.checklist import Note
from notanker.plan.index import Index, encoded
from notanker.plan.labels import availability, day, labels
from notanker.plan.markdown import Renderer, tel
from notanker.plan.model import Contact, Page, Plan, Role, Scenario, dialled
from notanker.plan.values import Tongue

T = TypeVar("T", Scenario, Page)

LANGUAGES: Final[tuple[Tongue, ...]] = ("de", "en")
PREFIX: Final = {"de": "", "en": "/en"}
"""Where each language's pages begin on the portal."""

_FIRST: Final = ("emergency_lead", "it_network", "telephony", "operations", "communication")
_NUMBERS: Final = 5


def render(plan: Plan, errors: int = 0) -> dict[str, bytes]:
    """Return the content of each file, by its path below the accepted plan's folder."""
    files: dict[str, bytes] = {}
    titles: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        pages = _Pages(plan, language)
        titles[language] = pages.titles
        for name, html in pages.all().items():
            files[f"pages/{language}/{name}.html"] = html.encode()
    files["index.json"] = encoded(_index(plan, titles, errors))
    return files


def _index(plan: Plan, titles: dict[str, dict[str, str]], errors: int) -> Index:
    head = plan.head
    return Index(
        id=head.id,
        site=head.site,
        organisation=head.organisation,
        title={language: head.title.words(language) for language in LANGUAGES},
        seq=head.seq,
        version=head.version,
        fingerprint=plan.fingerprint,
        timezone=head.timezone,
        languages=head.languages,
        issued=head.issued,
        review_by=head.review_by,
        titles=titles,
        names={contact.id: contact.name for contact in plan.contacts},
        errors=errors,
    )


class _Pages:
    """The pages of one language."""

    def __init__(self, plan: Plan, language: Tongue) -> None:
        self.plan = plan
        self.language = language
        self.words = labels(language)
        self.scenarios = _in(plan.scenarios, language)
        self.pages = sorted(_in(plan.pages, language), key=lambda page: page.head.order)
        self.titles = {"contacts": self.words["contacts"], "print": plan.head.title.words(language)}
        self._markdown = Renderer(self._note, self._links())

    def all(self) -> dict[str, str]:
        """Return the HTML of each page by its name."""
        pages = {name: self._page(name) for name in ("home", "contacts", "print")}
        for scenario in self.scenarios:
            name = f"scenario/{scenario.head.id}"
            self.titles[name] = scenario.head.title
            pages[name] = self._page("scenario", scenario=scenario)
        for page in self.pages:
            name = f"page/{page.head.id}"
            self.titles[name] = page.head.title
            pages[name] = self._page("page", page=page)
        return pages

    def _page(self, template: str, **values: object) -> str:
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
            pages=self.pages,
            steps=directory.steps(self.plan),
            visible=self._visible,
            roles_of=self._roles_of,
            role_name=self._role_name,
            lead=self._lead,
            body=self._body,
            triggers=_triggers,
            day=day,
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

    def _groups(self) -> list[tuple[str, list[Contact]]]:
        groups: dict[str, list[Contact]] = {}
        for contact in self.plan.contacts:
            if contact.show_to == "all":
                key = "own" if contact.kind in ("person", "team") else contact.kind
                groups.setdefault(key, []).append(contact)
        order = ("own", "provider", "client", "authority")
        return [(self.words[key], groups[key]) for key in order if key in groups]

    def _visible(self, contact_id: str) -> Contact | None:
        """Return the contact if everybody on the site's Wi-Fi may see it."""
        contact = self.plan.contact(contact_id)
        return contact if contact is not None and contact.show_to == "all" else None

    def _roles_of(self, contact: Contact) -> list[str]:
        return [r.name.words(self.language) for r in self.plan.roles if r.holder == contact.id]

    def _role_name(self, role_id: str) -> str:
        role = self.plan.role(role_id)
        return role.name.words(self.language) if role else role_id

    def _lead(self, role_id: str) -> tuple[Role, Contact | None] | None:
        role = self.plan.role(role_id)
        return (role, self._visible(role.holder)) if role else None

    def _note(self, note: Note) -> str:
        who = Markup("<b>{}</b> ").format(self._role_name(note.role)) if note.role else ""
        when = Markup("<i>{} {}</i> ").format(self.words["by"], note.by) if note.by else ""
        return str(Markup('<span class="note">{}{}</span>').format(who, when))

    def _body(self, item: Scenario | Page, level: int) -> Markup:
        """Render the text below a title of that level."""
        folder = "scenarios" if isinstance(item, Scenario) else "pages"
        # The parser runs with raw HTML off: what it returns is made of escaped text alone.
        return Markup(self._markdown.html(item.body, folder, level))  # noqa: S704

    def _links(self) -> dict[str, str]:
        prefix = PREFIX[self.language]
        found = {_name(s.file): f"{prefix}/szenario/{s.head.id}" for s in self.plan.scenarios}
        return found | {_name(p.file): f"{prefix}/seite/{p.head.id}" for p in self.plan.pages}


def _in(items: tuple[T, ...], language: Tongue) -> list[T]:
    """Return each item once: in the language, or in German where there is no twin."""
    own = {item.head.id: item for item in items if item.language == language}
    return [own.get(item.head.id, item) for item in items if item.language == "de"]


def _name(file: str) -> str:
    return file.removeprefix("i18n/en/")


def _triggers(scenario: Scenario) -> str:
    """Return the classes that let the portal raise a scenario that fits the line's state."""
    states = {line.value for line in Line}
    return " ".join(f"t-{name}" for name in scenario.head.agent_triggers if name in states)


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
