"""A plan as the staff will see it, at the desk where it is written: through the portal's own application."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notanker.cli.exits import WRONG
from notanker.cli.output import print_problems
from notanker.errors import errors_of
from notanker.plan import store as disk
from notanker.plan.copying import copy
from notanker.plan.load import load

if TYPE_CHECKING:
    from flask.testing import FlaskClient

MAX_PAGES: Final = 2000
STARTS: Final = ("/de/", "/en/")
PRINTS: Final = {"de": "/druck", "en": "/en/druck"}
_LINK: Final = re.compile(r'href="(/[^"#?]*)')


@contextmanager
def desk(folder: Path) -> Iterator[FlaskClient]:
    """Give a portal that shows the plan in the folder, or end with its problems and status 2."""
    plan, problems = load(folder)
    if plan is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    from notanker.plan.render import render
    from notanker.portal.app import create_app
    from notanker.portal.files import PortalFiles

    with tempfile.TemporaryDirectory(prefix="notanker-") as name:
        room = Path(name)
        copy(folder, room / disk.CURRENT / "source")
        disk.put(render(plan, len(errors_of(problems))), room / disk.CURRENT)
        yield create_app(PortalFiles(room / "status.json", room, room)).test_client()


def pages(client: FlaskClient) -> dict[str, str]:
    """Return each page that can be reached from the start, by its address."""
    found: dict[str, str] = {}
    waiting = list(STARTS)
    while waiting and len(found) < MAX_PAGES:
        address = waiting.pop()
        if address in found:
            continue
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[address] = answer.get_data(as_text=True)
            waiting += sorted(set(_LINK.findall(found[address])))
    return found


def beside(pages: dict[str, str]) -> dict[str, str]:
    """Return the pages as files whose links lead to one another, by their names."""
    return {name_of(address): _turned(address, text, pages) for address, text in pages.items()}


def _turned(address: str, text: str, pages: Collection[str]) -> str:
    """Return the page with links that lead from file to file."""

    def turn(link: re.Match[str]) -> str:
        return f'href="{_way(address, link[1])}' if link[1] in pages else link[0]

    return _LINK.sub(turn, text)


def name_of(address: str) -> str:
    """Return the name of a page's file."""
    path = address.strip("/")
    return f"{path}.html" if not address.endswith("/") else f"{path}/index.html".lstrip("/")


def _way(page: str, to: str) -> str:
    """Return the link from one page's file to another's."""
    return "../" * name_of(page).count("/") + name_of(to)
