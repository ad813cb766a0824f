"""The board's pages on texts for people outside: what is drafted, who has released it, and the buttons.

Whether a release counts, the site alone decides; here it is written down as an order to the site.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from flask import Blueprint, Request, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from notanker.core import drafts
from notanker.core.centre_orders import RELEASE, WITHDRAW
from notanker.core.drafts import Draft
from notanker.core.incident import Incident
from notanker.core.wording import DRAFTS
from notanker.errors import Language
from notanker_central import orders, outside, views
from notanker_central.clock import Clock
from notanker_central.orders import Wish
from notanker_central.store import Store

Shown = BaseResponse | str | tuple[str, int]
_MOST: Final = 2**53
"""No incident has a higher number."""

Who = Callable[[Request], str]
"""Returns who asks, empty for nobody: whose name stands in the form, as long as nobody signs in."""


class Render(Protocol):
    """Makes a page of the board."""

    def __call__(self, template: str, root: str, language: Language, **values: object) -> str:
        """Return the page."""


def named_in_form(asked: Request) -> str:
    """Return the name that was typed into the form's field."""
    return " ".join(asked.form.get("who", "").split())


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


class Releasing:
    """The pages of drafts.

    Args:
        store: The database.
        clock: The centre's clock.
        render: Makes pages of the board.
        is_ours: Tells a form of the board from a stranger's.
        who: Tells who asks.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        render: Render,
        is_ours: Callable[[Request], bool],
        who: Who = named_in_form,
    ) -> None:
        self._store = store
        self._clock = clock
        self._render = render
        self._is_ours = is_ours
        self._who = who

    def add_to(self, pages: Blueprint, root: str, language: Language) -> None:
        """Add the pages in one language."""
        rule = f"/site/<name>/draft/<int(max={_MOST}):number>/<template>"
        pages.add_url_rule(rule, "draft", partial(self.draft, root, language))
        pages.add_url_rule(rule, "sign", partial(self.sign, root, language), methods=["POST"])

    def texts(self, name: str) -> list[Text]:
        """Return the drafts of a site that somebody may still release or withdraw."""
        now_s = self._clock.wall_s()
        with self._store.read() as connection:
            known = outside.incidents(connection, name)
        now = outside.at(now_s)
        return [
            Text(one, draft, draft in drafts.shown(known, one, now))
            for one, draft in outside.at_hand(known, now_s)
        ]

    def draft(
        self, root: str, language: Language, name: str, number: int, template: str
    ) -> str | tuple[str, int]:
        """Show a draft's words, and ask who releases them. Nothing on it is fetched anew by itself."""
        with self._store.read() as connection:
            site = views.one(connection, name)
        text = self._text(name, number, template)
        if site is None or text is None:
            return self._refused(root, language, "draft_gone", 404)
        page: str = self._render("draft.html", root, language, site=site, text=text)
        return page

    def sign(
        self, root: str, language: Language, name: str, number: int, template: str
    ) -> BaseResponse | tuple[str, int]:
        """Have the site told that somebody releases a text or takes that back."""
        who, kind = self._who(request), request.form.get("do", "")
        if not self._is_ours(request) or not who.isprintable():
            return self._refused(root, language, "not_from_here", 403)
        if not who or kind not in (RELEASE, WITHDRAW):
            return redirect(f"{root}/site/{name}/draft/{number}/{template}", 303)
        text = self._text(name, number, template)
        if text is None or request.form.get("version") != str(text.draft.version):
            return self._refused(root, language, "draft_gone", 409)
        seen_s = _seen_s(request, self._clock.wall_s())
        version = text.draft.version
        wish = Wish(number, who, seen_s, kind, template=text.draft.template, version=version)
        with self._store.write() as connection:
            if views.one(connection, name) is None:
                return self._refused(root, language, "not_found", 404)
            noted = orders.note(connection, name, wish, self._clock.wall_s())
        if not noted:
            return self._refused(root, language, "too_many_waiting", 429)
        return redirect(f"{root}/site/{name}", 303)

    def _text(self, name: str, number: int, template: str) -> Text | None:
        texts = (one for one in self.texts(name) if one.incident.number == number)
        return next((one for one in texts if one.draft.template == template), None)

    def _refused(self, root: str, language: Language, why: str, status: int) -> tuple[str, int]:
        return self._render("missing.html", root, language, why=why), status


def _seen_s(asked: Request, now_s: float) -> float:
    """Return when the page was made that the form stood on: the words are those of then."""
    seen_s = asked.form.get("seen", now_s, type=float)
    return seen_s if math.isfinite(seen_s) and 0 <= seen_s <= now_s else now_s
