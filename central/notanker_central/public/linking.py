"""The page behind the link in an alarm: what is down at the site, and one button to take it on.

It is served at the door that faces the sites, to whoever has a link that a site has made. To open it changes
nothing, as mail scanners open all links; the press becomes an order to the site.

    bad -> 404     expired -> 410     ask -> press -> on its way -> taken, refused
                                      had, resolved
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import Blueprint, Flask, Response, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from notanker.core import acklink
from notanker.core.acklink import Told
from notanker.core.heartbeat import MOST_OPEN, BeatIncident
from notanker.errors import LANGUAGES, Language
from notanker_central import orders, views
from notanker_central.board.show import Show
from notanker_central.clock import Clock
from notanker_central.config import Board
from notanker_central.orders import Wish
from notanker_central.policy import policy_of
from notanker_central.public.looks import language_of, style_of
from notanker_central.public.pace import Pace
from notanker_central.public.words import LINK
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.views import SiteView

BURST: Final = 30
PER_MINUTE: Final = 60.0
"""Several telephones may share one address, and whoever waits for the site's answer looks again and again."""
BAD_BURST: Final = 60
BAD_PER_MINUTE: Final = 120.0
"""For links that no site has made, of all addresses together. Whoever has a good one is not counted there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How it stands with the incident of a link.

    Attributes:
        state: `ask`, `not_yet`, `had`, `on_its_way`, `taken`, `refused` or `resolved`.
        who: Who has it, as the site says.
        order: What was pressed here before.
        reason: Why the site did not take that, or holds to it no more.
    """

    site: SiteView
    state: str
    who: str = ""
    order: Row[Any] | None = None
    reason: str = ""

    @property
    def asks(self) -> bool:
        """Whether there is something to press."""
        return self.state in ("ask", "not_yet")


class Linking:
    """The pages behind links.

    Args:
        store: The database.
        key_of_site: Gives the key of a site's links, None for a site that has none.
        board: Language and time zone of the pages.
        clock: The centre's clock.
    """

    def __init__(
        self,
        store: Store,
        key_of_site: Callable[[str], bytes | None],
        board: Board,
        clock: Clock,
    ) -> None:
        self._store = store
        self._key_of_site: Final = key_of_site
        self._board = board
        self._zone = zoneinfo.ZoneInfo(board.time_zone)
        self._clock = clock
        self._pace: Final = Pace(clock, BURST, PER_MINUTE)
        self._bad: Final = Pace(clock, BAD_BURST, BAD_PER_MINUTE)
        self._style: Final = style_of("public.css")

    def add_to(self, app: Flask) -> None:
        """Add the pages to the door that faces the sites."""
        pages = Blueprint("links", __name__, template_folder="templates")
        # An address with a slash too many is a wrong one: nobody is led on to the right one.
        add = partial(pages.add_url_rule, "/<any(a,u):_kind>/<path:_rest>", merge_slashes=False)
        add("look", lambda _kind, _rest: self.look())
        add("press", lambda _kind, _rest: self.press(), methods=["POST"])
        pages.after_request(self._harden)
        app.register_blueprint(pages)

    def look(self) -> BaseResponse:
        """Show how it stands; to look changes nothing."""
        told = self._told()
        if isinstance(told, BaseResponse):
            return told
        with self._store.read() as connection:
            seen = _seen(connection, told)
        return self._bad_link() if seen is None else self._page(told, seen)

    def press(self) -> BaseResponse:
        """Take the incident on: have the site told."""
        told = self._told()
        if isinstance(told, BaseResponse):
            return told
        try:
            with self._store.write() as connection:
                seen = _seen(connection, told)
                now_s = self._clock.wall_s()
                asks = seen is not None and seen.asks
                noted = not asks or orders.note(connection, told.site, _wish(told), now_s)
        except SQLAlchemyError:
            return self._sentence("link_not_now", 503)
        if seen is None:
            return self._bad_link()
        return redirect(request.full_path.rstrip("?"), 303) if noted else self._many()

    def _told(self) -> Told | BaseResponse:
        """Return what the link says, or the page that says why it is none."""
        if not self._pace.allows(request.remote_addr or ""):
            return self._sentence("link_busy", 429)
        told = acklink.read(request.path, self._key_of_site)
        if told is None:
            return self._bad_link()
        if acklink.is_over(told, self._clock.wall_s()):
            return self._sentence("link_expired", 410)
        return told

    def _bad_link(self) -> BaseResponse:
        if self._bad.allows("everybody"):
            return self._sentence("link_bad", 404)
        return Response("", 404)  # nobody makes pages for a flood of guesses

    def _many(self) -> BaseResponse:
        return self._sentence("link_many", 429)

    def _page(self, told: Told, seen: Seen) -> BaseResponse:
        return self._render(200, told=told, seen=seen)

    def _sentence(self, why: str, status: int) -> BaseResponse:
        return self._render(status, why=why)

    def _render(self, status: int, **values: Any) -> BaseResponse:
        language = _language(self._board.language)
        page = render_template(
            "link.html",
            language=language,
            show=Show(language, self._zone, self._clock.wall_s()),
            words={name: pair[language == "en"] for name, pair in LINK.items()},
            other="en" if language == "de" else "de",
            style=Markup(self._style),  # noqa: S704 - our own file, not a visitor's text
            silent=State.SILENT,
            **values,
        )
        answer = Response(page, status)
        if status == 429:
            answer.headers["retry-after"] = "60"
        return answer

    def _harden(self, response: Response) -> Response:
        response.headers["content-security-policy"] = policy_of(self._style)
        response.headers["x-content-type-options"] = "nosniff"
        # The address is all that it takes to press: it goes to no other server and into no cache.
        response.headers["referrer-policy"] = "no-referrer"
        response.headers["cache-control"] = "no-store"
        response.headers["x-robots-tag"] = "noindex, nofollow"
        return response


def _wish(told: Told) -> Wish:
    return Wish(told.incident, told.contact, float(told.at_s), how="link")


def _seen(connection: Connection, told: Told) -> Seen | None:
    """Return how it stands, None for a site that is not listed any more."""
    site = views.one(connection, told.site)
    if site is None:
        return None
    incident = _incident(site, told.incident)
    order = orders.newest_of(connection, told.site, _wish(told))
    # One that was pressed for an earlier outage of that number says nothing of this one.
    if order is not None and (order.answered_s is None or order.at_s == told.at_s):
        return _became(site, order, incident)
    if incident is not None:
        return Seen(site, "had" if incident.acknowledged_by else "ask", incident.acknowledged_by)
    return Seen(site, "not_yet" if _may_not_know(site, told) else "resolved")


def _became(site: SiteView, order: Row[Any], incident: BeatIncident | None) -> Seen:
    if order.answered_s is None:
        return Seen(site, "on_its_way", order=order)
    if not order.taken:
        return Seen(site, "refused", order=order, reason=order.reason)
    since = (site.received_s or 0.0) > order.answered_s
    if since and incident is not None and not incident.acknowledged_by:
        return Seen(site, "refused", order=order, reason="stale")
    return Seen(site, "taken", order=order)


def _incident(site: SiteView, number: int) -> BeatIncident | None:
    known = site.beat.open if site.beat is not None else ()
    return next((one for one in known if one.number == number), None)


def _may_not_know(site: SiteView, told: Told) -> bool:
    """Tell whether the newest beat says nothing of the incident: it is older, or has no room for more.

    Both times are the site's own.
    """
    beat = site.beat
    return beat is None or beat.sent.wall_s < told.at_s or len(beat.open) >= MOST_OPEN


def _language(usual: Language) -> Language:
    asked = request.args.get("lang", "")
    chosen = next((language for language in LANGUAGES if language == asked), None)
    return chosen or language_of(request, usual)
