"""What a page is made with: the database, the clock, the words of its language, and who asks."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from flask import Response, g, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from notanker.errors import Language
from notanker_central.board import audit
from notanker_central.board.roles import Role
from notanker_central.board.show import Show
from notanker_central.clock import Clock
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.store import Store

Shown: TypeAlias = BaseResponse | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. Without a login the name is empty; `session` is the hash of the session's id, or empty."""

    name: str
    role: Role
    session: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a page needs, in one language.

    Attributes:
        root: What the addresses of this language begin with: empty, `/de` or `/en`.
        elsewhere: What the other way to sign in is called; empty for none.
    """

    store: Store
    board: Board
    clock: Clock
    health: Health
    root: str
    language: Language
    elsewhere: str = ""
    zone: zoneinfo.ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", zoneinfo.ZoneInfo(self.board.time_zone))

    @property
    def now_s(self) -> float:
        """The centre's wall time."""
        return self.clock.wall_s()

    @property
    def show(self) -> Show:
        """The words for what is shown now."""
        return Show(self.language, self.zone, self.now_s)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that reads."""
        with self.store.read() as connection:
            yield connection

    def render(self, template: str, **values: object) -> str:
        """Return a page."""
        other = "en" if self.language == "de" else "de"
        path = request.full_path.removeprefix(self.root).rstrip("?")
        return render_template(
            template,
            show=self.show,
            root=self.root,
            other=f"/{other}{path}",
            other_language=other,
            person=person(),
            login=self.board.login,
            **values,
        )

    def missing(self, why: str = "not_found", status: int = 404) -> tuple[str, int]:
        """Return the page that says why there is nothing."""
        return self.render("missing.html", why=why), status

    def note(self, connection: Connection, did: audit.Did, about: str) -> None:
        """Write into the audit log what the person who asks does."""
        audit.note(connection, who(), did, about, address(), self.now_s)


@dataclass(frozen=True, slots=True)
class Rule:
    """An address, what answers there, and who may ask; `needs` is None for everybody."""

    path: str
    name: str
    view: Callable[..., Shown | Response]
    needs: Role | None = Role.VIEWER
    method: str = "GET"


def person() -> Person | None:
    """Return who asks, None for nobody that is known."""
    found: Person | None = g.get("person")
    return found


def who() -> str:
    """Return the name of who asks: that under which he acknowledges and releases. Empty without a login."""
    found = person()
    return found.name if found else ""


def doer() -> str:
    """Return under which name something is done: of who is signed in; without a login as it was typed."""
    return who() or " ".join(request.form.get("who", "").split())


def address() -> str:
    """Return the address of who asks."""
    return request.remote_addr or ""
