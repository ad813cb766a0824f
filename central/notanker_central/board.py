"""The fleet board: pages for people and JSON for programs, without a line of script.

All it changes is that somebody may acknowledge a site's incident. It has no login yet; central.toml serves
it to its own machine alone unless told otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import zoneinfo
from functools import partial
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, Response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from notanker.errors import LANGUAGES, Language
from notanker_central import orders, reports, views
from notanker_central.board_json import add_json
from notanker_central.clock import Clock
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.releasing import Releasing
from notanker_central.show import Show
from notanker_central.states import State
from notanker_central.store import Store

Shown = Response | str | tuple[str, int]
REFRESH_S: Final = 10
_MOST: Final = 2**53
"""No incident has a higher number."""
SYMBOLS: Final = {
    State.OK: "✓",
    State.BACKUP: "⇄",
    State.ISOLATED: "✕",
    State.SILENT: "?",
    State.NEVER: "·",
}


def board_app(store: Store, board: Board, clock: Clock, health: Health) -> Flask:
    """Return the application behind the board's door."""
    app = Flask("notanker_central", static_folder=None)
    style = resources.files("notanker_central").joinpath("templates/style.css").read_text("utf-8")
    app.jinja_env.globals.update(
        style=Markup(style),  # noqa: S704 - our own file, not a visitor's text
        symbols=SYMBOLS,
        refresh_s=REFRESH_S,
        title=board.title,
    )
    pages = _Pages(store, board, clock, health)
    app.register_blueprint(pages.blueprint("own", board.language))
    for language in LANGUAGES:
        app.register_blueprint(pages.blueprint(language, language), url_prefix=f"/{language}")
    add_json(app, store, health)
    policy = _policy(style)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("content-security-policy", policy)
        response.headers["x-content-type-options"] = "nosniff"
        # With "no-referrer" a browser would not even tell our own forms from another site's.
        response.headers["referrer-policy"] = "same-origin"
        response.headers["cache-control"] = "no-store"
        return response

    @app.errorhandler(404)
    def missing(_error: Exception) -> tuple[str, int]:
        return pages.missing()

    return app


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class _Pages:
    def __init__(self, store: Store, board: Board, clock: Clock, health: Health) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._health = health
        self._zone = zoneinfo.ZoneInfo(board.time_zone)
        self._releasing = Releasing(store, clock, self._render, _from_here)

    def blueprint(self, name: str, language: Language) -> Blueprint:
        """Return the pages in one language."""
        root = "" if name == "own" else f"/{name}"
        pages = Blueprint(name, "notanker_central", template_folder="templates")
        pages.add_url_rule("/", "fleet", lambda: self.fleet(root, language))
        pages.add_url_rule("/alarms", "alarms", lambda: self.alarms(root, language))
        pages.add_url_rule("/site/<id>", "site", lambda id: self.site(root, language, id))  # noqa: A006
        rule = "/site/<id>/report/<int:number>"
        pages.add_url_rule(rule, "report", partial(self.report, root, language))
        pages.add_url_rule(f"{rule}.pdf", "paper", partial(self.paper, root, language))
        add = partial(pages.add_url_rule, f"/site/<id>/ack/<int(max={_MOST}):number>")
        add("ack", lambda id, number: self.ack(root, language, id, number))  # noqa: A006
        add(
            "take",
            lambda id, number: self.take(root, language, id, number),  # noqa: A006
            methods=["POST"],
        )
        self._releasing.add_to(pages, root, language)
        return pages

    def fleet(self, root: str, language: Language) -> str:
        chosen = _state(request.args.get("state", ""))
        number = request.args.get("page", 1, type=int)
        with self._store.read() as connection:
            counts = views.counts(connection)
            page = views.page(connection, number, chosen)
            open_alarms = views.open_alarms(connection)
        return self._render(
            "fleet.html",
            root,
            language,
            counts=counts,
            page=page,
            chosen=chosen,
            headline=_headline(counts, language),
            open_alarms=open_alarms,
            watching=self._health.watcher.alive,
        )

    def site(self, root: str, language: Language, name: str) -> str | tuple[str, int]:
        with self._store.read() as connection:
            site = views.one(connection, name)
            if site is None:
                return self.missing()
            events = views.last_events(connection, name)
            flips = views.last_flips(connection, name)
            known = reports.last(connection, name)
            wanted = orders.last(connection, name)
        told = {"events": events, "flips": flips, "reports": known, "wanted": wanted}
        texts = self._releasing.texts(name)
        return self._render("site.html", root, language, site=site, texts=texts, **told)

    def report(self, root: str, language: Language, id: str, number: int) -> Shown:  # noqa: A002
        """Show an after-action report, in clothes of its own: it is read, printed and sent as it is."""
        html = self._report(language, id, number)
        if html is None:
            return self.missing(root, language)
        style = html.partition("<style>")[2].partition("</style>")[0]
        return Response(html, headers={"content-security-policy": _policy(style)})

    def paper(self, root: str, language: Language, id: str, number: int) -> Shown:  # noqa: A002
        html = self._report(language, id, number)
        if html is None:
            return self.missing(root, language)
        made = reports.paper(html)
        if made is None:
            return self._render("missing.html", root, language, why="no_paper"), 501
        named = {"content-disposition": f'inline; filename="{id}-{number}.pdf"'}
        return Response(made, headers=named, content_type="application/pdf")

    def _report(self, language: Language, site: str, number: int) -> str | None:
        with self._store.read() as connection:
            listed = views.one(connection, site) is not None
            found = reports.one(connection, site, number) if listed else None
        return None if found is None else reports.page(found, language, self._zone)

    def ack(self, root: str, language: Language, name: str, number: int) -> str | tuple[str, int]:
        """Ask who acknowledges. It is a page of its own: the others are fetched anew every few seconds."""
        with self._store.read() as connection:
            site = views.one(connection, name)
        if site is None:
            return self.missing()
        return self._render("ack.html", root, language, site=site, number=number)

    def take(
        self, root: str, language: Language, name: str, number: int
    ) -> BaseResponse | tuple[str, int]:
        """Note that somebody has it, and have the site told."""
        who = " ".join(request.form.get("who", "").split())
        if not _from_here(request) or not who.isprintable():
            return self._render("missing.html", root, language, why="not_from_here"), 403
        if not who:
            return redirect(f"{root}/site/{name}/ack/{number}", 303)
        now_s = self._clock.wall_s()
        with self._store.write() as connection:
            if views.one(connection, name) is None:
                return self.missing()
            placed = orders.place(connection, name, number, who, "centre", now_s, now_s)
        if not placed:
            return self._render("missing.html", root, language, why="too_many_waiting"), 429
        return redirect(f"{root}/site/{name}", 303)

    def alarms(self, root: str, language: Language) -> str:
        with self._store.read() as connection:
            alarms = views.alarms(connection)
        return self._render("alarms.html", root, language, alarms=alarms)

    def missing(self, root: str = "", language: Language | None = None) -> tuple[str, int]:
        page = self._render("missing.html", root, language or self._board.language, why="not_found")
        return page, 404

    def _render(self, template: str, root: str, language: Language, **values: object) -> str:
        other = "en" if language == "de" else "de"
        show = Show(language, self._zone, self._clock.wall_s())
        return render_template(
            template, show=show, root=root, other=f"/{other}", other_language=other, **values
        )


def _from_here(asked: Request) -> bool:
    """Tell a form of our own from one on a stranger's page (Fetch Metadata, else Origin)."""
    site = asked.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == asked.host


def _state(text: str) -> State | None:
    return State(text) if text in {state.value for state in State} else None


def _headline(counts: dict[State, int], language: Language) -> str:
    total = sum(counts.values())
    care = total - counts[State.OK]
    if language == "de":
        return (
            f"Alle {total} Standorte ok" if not care else f"{care} von {total} Standorten nicht ok"
        )
    return f"All {total} sites ok" if not care else f"{care} of {total} sites not ok"
