"""The board's pages on texts for people outside: what is drafted, who has released it, and the buttons.

Whether a release counts, the site alone decides; here it is written down as an order to the site.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask import Request, redirect, request

from notanker.core import drafts
from notanker.core.centre_orders import RELEASE, WITHDRAW
from notanker.core.drafts import Draft
from notanker.core.incident import Incident
from notanker.core.wording import DRAFTS
from notanker_central import orders, outside, views
from notanker_central.board.audit import Did
from notanker_central.board.desk import Desk, Rule, Shown, doer, who
from notanker_central.board.roles import Role
from notanker_central.board.site_paths import MOST
from notanker_central.orders import Wish


@dataclass(frozen=True, slots=True)
class Text:
    """One draft as the board shows it.

    Attributes:
        incident: The site's incident.
        draft: The draft.
        is_shown: Whether it is released and still true.
    """

    incident: Incident
    draft: Draft
    is_shown: bool

    @property
    def audience(self) -> tuple[str, str]:
        """For whom it is, in German and English."""
        template = self.draft.template
        return DRAFTS.get(drafts.base(template), (template, template))

    @property
    def missing(self) -> str:
        """The board's text on who is missing before it may be shown."""
        if self.draft.missing == 0:
            return "not_true"
        return "one_missing" if self.draft.missing == 1 else "two_missing"


def rules() -> tuple[Rule, ...]:
    """Return the addresses."""
    path = f"/site/<name>/draft/<int(max={MOST}):number>/<template>"
    return (
        Rule(path, "draft", draft),
        Rule(path, "sign", sign, needs=Role.OPERATOR, method="POST"),
    )


def texts(desk: Desk, name: str) -> list[Text]:
    """Return the drafts of a site that somebody may still release or withdraw."""
    now_s = desk.now_s
    with desk.read() as connection:
        known = outside.incidents(connection, name)
    now = outside.at(now_s)
    return [
        Text(one, draft, draft in drafts.shown(known, one, now))
        for one, draft in outside.at_hand(known, now_s)
    ]


def draft(desk: Desk, name: str, number: int, template: str) -> Shown:
    """Show a draft's words, and ask who releases them. Nothing on it is fetched anew by itself."""
    with desk.read() as connection:
        site = views.one(connection, name)
    text = _text(desk, name, number, template)
    if site is None or text is None:
        return desk.missing("draft_gone")
    return desk.render("draft.html", site=site, text=text, who=who())


def sign(desk: Desk, name: str, number: int, template: str) -> Shown:
    """Have the site told that somebody releases a text or takes that back."""
    person, kind = doer(), request.form.get("do", "")
    if not person.isprintable():
        return desk.missing("not_from_here", 403)
    if not person or kind not in (RELEASE, WITHDRAW):
        return redirect(f"{desk.root}/site/{name}/draft/{number}/{template}", 303)
    text = _text(desk, name, number, template)
    if text is None or request.form.get("version") != str(text.draft.version):
        return desk.missing("draft_gone", 409)
    return _noted(desk, name, text, person, kind)


def _noted(desk: Desk, name: str, text: Text, person: str, kind: str) -> Shown:
    now_s, template, version = desk.now_s, text.draft.template, text.draft.version
    seen_s = _seen_s(request, now_s)
    wish = Wish(text.incident.number, person, seen_s, kind, template=template, version=version)
    with desk.store.write() as connection:
        if views.one(connection, name) is None:
            return desk.missing()
        noted = orders.note(connection, name, wish, now_s)
        if noted:
            did = Did.RELEASED if kind == RELEASE else Did.WITHDREW
            desk.note(connection, did, f"{name} {wish.incident} {template} {version}")
    if not noted:
        return desk.missing("too_many_waiting", 429)
    return redirect(f"{desk.root}/site/{name}", 303)


def _text(desk: Desk, name: str, number: int, template: str) -> Text | None:
    found = (one for one in texts(desk, name) if one.incident.number == number)
    return next((one for one in found if one.draft.template == template), None)


def _seen_s(asked: Request, now_s: float) -> float:
    """Return when the page was made that the form stood on: the words are those of then."""
    seen_s = asked.form.get("seen", now_s, type=float)
    return seen_s if math.isfinite(seen_s) and 0 <= seen_s <= now_s else now_s
