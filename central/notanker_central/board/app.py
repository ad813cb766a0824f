"""The board as an application: every page in each language, behind one gate."""

from __future__ import annotations

from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Flask, Response, request
from markupsafe import Markup

from notanker.errors import LANGUAGES
from notanker_central.board import fleet, months, people, releasing, site
from notanker_central.board.api import add_json
from notanker_central.board.behind import Behind, networks_of
from notanker_central.board.desk import Desk, Rule
from notanker_central.board.gate import Gate
from notanker_central.board.signin import SignIn
from notanker_central.clock import Clock
from notanker_central.config import Board, Oidc
from notanker_central.health import Health
from notanker_central.policy import harden, policy_of
from notanker_central.states import State
from notanker_central.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REFRESH_S: Final = 10
SYMBOLS: Final = {
    State.OK: "✓",
    State.BACKUP: "⇄",
    State.ISOLATED: "✕",
    State.SILENT: "?",
    State.NEVER: "·",
}
_HSTS: Final = "max-age=31536000"


def board_app(
    store: Store, board: Board, clock: Clock, health: Health, oidc: Oidc | None = None
) -> Flask:
    """Return the application behind the board's door.

    Args:
        store: The centre's database.
        board: What central.toml says of the board.
        clock: The centre's clocks.
        health: Tells whether the centre is well.
        oidc: Who else vouches for people.
    """
    app = Flask("notanker_central", static_folder=None)
    style, script = _file("style.css"), _file("fresh.js")
    app.jinja_env.globals.update(
        style=Markup(style),  # noqa: S704 - our own file, not a visitor's text
        script=Markup(script),  # noqa: S704 - likewise
        paper_style=Markup(_file("paper.css")),  # noqa: S704 - likewise
        symbols=SYMBOLS,
        refresh_s=REFRESH_S,
        title=board.title,
    )
    elsewhere = oidc.name if oidc is not None and oidc.issuer else ""
    desks = {
        name: Desk(store, board, clock, health, root, language, elsewhere)
        for name, root, language in (
            ("own", "", board.language),
            *((one, f"/{one}", one) for one in LANGUAGES),
        )
    }
    rules = _rules(oidc)
    for name, desk in desks.items():
        app.register_blueprint(_pages(name, desk, rules), url_prefix=desk.root or None)
    open_to = {f"{name}.{rule.name}": rule for name in desks for rule in rules}
    open_to |= {rule.name: rule for rule in add_json(app, store, health)}
    Gate(desks, open_to).watch(app)
    _finish(app, desks, policy_of(style, script))
    return app


def behind_proxy(app: Flask, board: Board) -> WSGIApplication:
    """Return the application as it is to be asked where a proxy may stand in front."""
    return Behind(app, networks_of(board.proxy)) if board.proxy else app


def _rules(oidc: Oidc | None) -> tuple[Rule, ...]:
    found = (
        *fleet.rules(),
        *site.rules(),
        *months.rules(),
        *people.rules(),
        *releasing.rules(),
        *SignIn().rules(),
    )
    if oidc is None or not oidc.issuer:
        return found
    # Authlib takes 9 MB and a second: only where it is wanted.
    from notanker_central.board.oidc import Elsewhere

    return (*found, *Elsewhere(oidc).rules())


def _pages(name: str, desk: Desk, rules: tuple[Rule, ...]) -> Blueprint:
    pages = Blueprint(name, "notanker_central.board", template_folder="templates")
    for rule in rules:
        view = partial(rule.view, desk)
        pages.add_url_rule(rule.path, rule.name, view, methods=[rule.method])
    return pages


def _finish(app: Flask, desks: dict[str, Desk], policy: str) -> None:
    @app.after_request
    def harden_all(answer: Response) -> Response:
        if request.is_secure:
            answer.headers["strict-transport-security"] = _HSTS
        return harden(answer, policy)

    @app.errorhandler(404)
    def missing(_error: Exception) -> tuple[str, int]:
        name = request.path.split("/")[1]
        return desks.get(name, desks["own"]).missing()


def _file(name: str) -> str:
    place = resources.files("notanker_central.board").joinpath(f"templates/{name}")
    return place.read_text("utf-8")
