"""Renders a plan, once, into the files that the portal serves from.

A page is the content of one `<main>`; the portal puts it into its own clothes, so that a page never
carries an old style sheet and an error page looks like every other.

    pages/<language>/<name>.html   what everybody on the site's Wi-Fi may read
    leads/<language>.html          what only leads may, in one page; leads/veil.json: see `veil`
    live.json                      what stands on what, see live.py
    search.sqlite                  see search_index.py
    index.json                     the rest that the portal has to know
"""

from __future__ import annotations

from typing import Final

import msgspec

from notanker.plan import live, search_index
from notanker.plan.index import Index, encoded
from notanker.plan.labels import RESOURCES, labels
from notanker.plan.messages import names_in, of_plan
from notanker.plan.model import Plan
from notanker.plan.pages import PREFIX, Pages
from notanker.plan.values import Tongue

LANGUAGES: Final[tuple[Tongue, ...]] = ("de", "en")
BANNER: Final = "T4"
"""The message to all staff: the portal shows it on its first page."""

__all__ = ["BANNER", "LANGUAGES", "PREFIX", "render"]


def render(plan: Plan, errors: int = 0) -> dict[str, bytes]:
    """Return the content of each file, by its path below the accepted plan's folder."""
    files: dict[str, bytes] = {}
    titles: dict[str, dict[str, str]] = {}
    found: list[search_index.Entry] = []
    for language in LANGUAGES:
        pages = Pages(plan, language)
        for name, html in pages.all().items():
            files[f"pages/{language}/{name}.html"] = html.encode()
        titles[language] = pages.titles
        found += search_index.entries(pages, {name: files[f"pages/{language}/{name}.html"].decode()
                                              for name in pages.titles})  # fmt: skip
        if pages.for_leads:
            files[f"leads/{language}.html"] = pages.leads().encode()
    files["leads/veil.json"] = msgspec.json.encode(veil(plan))
    files["live.json"] = live.encoded(_facts(plan))
    files["search.sqlite"] = search_index.build(found, plan.head.synonyms)
    files["index.json"] = encoded(_index(plan, titles, errors, for_leads="leads/de.html" in files))
    return files


def veil(plan: Plan) -> dict[str, dict[str, str]]:
    """Return, for each language, what stands in place of each name and id that only leads may read."""
    roles = {role.holder: role for role in reversed(plan.roles)}
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        found[language] = {}
        for contact in plan.contacts:
            if contact.show_to != "all":
                role = roles.get(contact.id)
                named = role.name.words(language) if role else labels(language)["a_lead"]
                found[language] |= {contact.id: named, contact.name: named}
    return found


def _index(plan: Plan, titles: dict[str, dict[str, str]], errors: int, *, for_leads: bool) -> Index:
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
        names={contact.id: contact.name for contact in plan.contacts if contact.show_to == "all"},
        for_leads=for_leads,
        errors=errors,
        verified=min((contact.verified_on for contact in plan.contacts), default=None),
        every_s=plan.escalation.updates.every_min * 60.0,
        banner={language: text for language in LANGUAGES if (text := _banner(plan, language))},
    )


def _banner(plan: Plan, language: str) -> str:
    """Return the text for the staff with all that the plan knows; nothing if a person has to release it."""
    template = plan.template(BANNER, language)
    if template is None or template.head.release != "auto":
        return ""
    known = {"wording": "H1", **of_plan(plan, language)}
    text = " ".join(template.body.split())
    for name in names_in(text):
        if known.get(name):
            text = text.replace(f"{{{name}}}", known[name])
    return text


def _facts(plan: Plan) -> live.Facts:
    return live.Facts(
        nodes=tuple(live.Node(one.id, one.needs, one.provides) for one in plan.systems),
        services=tuple(
            live.Offered(
                one.id, {lang: one.name.words(lang) for lang in LANGUAGES}, one.needs, one.core
            )
            for one in sorted(plan.services, key=lambda service: service.order or 0)
        ),
        names={language: names_of(plan, language) for language in LANGUAGES},
    )


def names_of(plan: Plan, language: str) -> dict[str, str]:
    """Return how people call each resource and system."""
    at = 1 if language == "en" else 0
    shipped = {name: pair[at] for name, pair in RESOURCES.items()}
    return {**{one.id: one.words(language) for one in plan.systems}, **shipped}
