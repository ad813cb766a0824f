"""Looks at a plan's pages through the portal before it comes into force, as the staff will see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markupsafe import escape

from notanker.errors import Place, Problem
from notanker.plan.model import Plan, dialled
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.portal.app import create_app
from notanker.portal.files import PortalFiles

HOMES: Final = ("/de/", "/en/")
CONTACTS: Final = ("/kontakte", "/en/kontakte")


def viewed(room: Path, plan: Plan) -> list[Problem]:
    """Ask the portal for the home page and all contacts, and return what does not come.

    Args:
        room: A folder built like a store, whose `current` is the new plan.
        plan: The new plan.
    """
    client = create_app(PortalFiles(room / "status.json", room, room)).test_client()
    problems: list[Problem] = []
    for page in (*HOMES, *CONTACTS):
        answer = client.get(page)
        problems += [
            CATALOGUE.problem("not-shown", Place(), page=page, reason=reason)
            for reason in _wrong(answer.status_code, answer.get_data(as_text=True), page, plan)
        ]
    return problems


def _wrong(status: int, html: str, page: str, plan: Plan) -> Iterator[str]:
    if status != 200:
        yield f"HTTP {status}"
    elif page in CONTACTS:
        yield from (number for number in _numbers(plan) if f"tel:{number}" not in html)
    elif str(escape(plan.head.site)) not in html:
        yield plan.head.site


def _numbers(plan: Plan) -> Iterator[str]:
    for contact in plan.contacts:
        if contact.show_to == "all":
            yield dialled(contact.phone)
