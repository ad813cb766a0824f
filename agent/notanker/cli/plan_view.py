"""Looks at a plan's pages through the portal before it comes into force, as the staff will see them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.files import content_of
from notanker.plan.model import Plan, dialled
from notanker.plan.store import CURRENT
from notanker.plan.trust.catalogue import CATALOGUE
from notanker.portal.app import create_app
from notanker.portal.files import MAX_BYTES, PortalFiles

HOMES: Final = {"/de/": "de", "/en/": "en"}
CONTACTS: Final = ("/kontakte", "/en/kontakte")
_DIALLED: Final = re.compile(r"tel:(\+?[0-9]+)")


def viewed(room: Path, plan: Plan) -> list[Problem]:
    """Ask the portal for the home page and all contacts, and return what does not come.

    Args:
        room: A folder built like a store, whose `current` is the new plan.
        plan: The new plan.
    """
    client = create_app(PortalFiles(room / "status.json", room, room)).test_client()
    pages = [(page, _at_home(room, language)) for page, language in HOMES.items()]
    pages += [(page, _all(plan)) for page in CONTACTS]
    problems: list[Problem] = []
    for page, numbers in pages:
        answer = client.get(page)
        shown = set(_DIALLED.findall(answer.get_data(as_text=True)))
        missing = sorted(numbers - shown) if answer.status_code == 200 else [answer.status]
        problems += [
            CATALOGUE.problem("not-shown", Place(), page=page, reason=reason) for reason in missing
        ]
    return problems


def _at_home(room: Path, language: str) -> set[str]:
    """Return the numbers on the rendered home page: without it the portal would show the state alone."""
    home = content_of(room / CURRENT / "pages" / language / "home.html", MAX_BYTES)
    return {"home.html"} if home is None else set(_DIALLED.findall(home.decode("utf-8", "replace")))


def _all(plan: Plan) -> set[str]:
    return {dialled(contact.phone) for contact in plan.contacts if contact.show_to == "all"}
