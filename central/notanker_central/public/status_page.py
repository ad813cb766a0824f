"""The status page: which sites are disrupted, in words that people have released, as pages and as a feed.

It is off unless central.toml gives it an address of its own. A page is made once in a quarter of a minute,
however many ask; while the database is away, the last one is given out, which says of when it is.
"""

from __future__ import annotations

import hashlib
import threading
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from flask import Flask, Response, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from notanker.errors import LANGUAGES, Language
from notanker_central.board.show import Show
from notanker_central.clock import Clock
from notanker_central.config import Board, StatusPage
from notanker_central.policy import policy_of
from notanker_central.public import released
from notanker_central.public.feed import Channel, feed, words_in
from notanker_central.public.looks import language_of, style_of
from notanker_central.public.released import Told
from notanker_central.public.words import STATUS
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

CACHE_S: Final = 15.0
_ATOM: Final = "application/atom+xml; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"
Make = Callable[[list[Told], Language], bytes]


@dataclass(frozen=True, slots=True)
class _Made:
    """One finished answer."""

    body: bytes
    kind: str
    etag: str


class StatusPages:
    """The pages and feeds of all languages.

    Args:
        store: The database.
        config: What central.toml says of the page.
        board: Language and time zone.
        clock: The centre's clock.
    """

    def __init__(self, store: Store, config: StatusPage, board: Board, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._board = board
        self._zone = zoneinfo.ZoneInfo(board.time_zone)
        self._clock = clock
        self._style: Final = style_of("public.css")
        self._born_s: Final = clock.wall_s()
        self._told: list[Told] | None = None
        self._told_s = 0.0
        self._next_s = 0.0
        self._made: dict[str, _Made] = {}
        self._lock = threading.Lock()
        self._away = False

    def app(self) -> Flask:
        """Return the application behind the page's door."""
        app = Flask(__name__, static_folder=None)
        app.add_url_rule("/", "start", self._start)
        for language in LANGUAGES:
            page, atom = f"/{language}/", f"/{language}/feed.atom"
            app.add_url_rule(page, page, partial(self._answer, page, _HTML, language, self._page))
            app.add_url_rule(atom, atom, partial(self._answer, atom, _ATOM, language, self._feed))
        app.register_error_handler(404, self._missing)
        app.after_request(self._harden)
        return app

    def _start(self) -> BaseResponse:
        """Lead to the page in the reader's language."""
        answer = redirect(f"{language_of(request, self._board.language)}/", 302)
        answer.headers["vary"] = "accept-language"
        answer.headers["cache-control"] = "no-store"
        return answer

    def _answer(self, path: str, kind: str, language: Language, make: Make) -> BaseResponse:
        made = self._kept(path, kind, lambda told: make(told, language))
        if made is None:
            return self._sentence("not_now", 503, language)
        answer = Response(made.body, content_type=made.kind)
        answer.set_etag(made.etag)
        answer.headers["cache-control"] = f"public, max-age={CACHE_S:.0f}"
        return answer.make_conditional(request)

    def _kept(self, path: str, kind: str, make: Callable[[list[Told]], bytes]) -> _Made | None:
        """Return what is at hand, or make it anew; one at a time, so that a crowd is one question."""
        with self._lock:
            if self._clock.steady_s() >= self._next_s:
                self._ask()
            if path not in self._made and self._told is not None:
                body = make(self._told)
                self._made[path] = _Made(body, kind, hashlib.sha256(body).hexdigest()[:32])
            return self._made.get(path)

    def _ask(self) -> None:
        """Ask the database; while it is away, what it said last stands."""
        self._next_s = self._clock.steady_s() + CACHE_S
        now_s, config = self._clock.wall_s(), self._config
        try:
            with self._store.read() as connection:
                told = released.all_told(connection, config.texts, now_s, config.days)
        except SQLAlchemyError as error:
            self._note(away=True, reason=type(error).__name__)
            return
        self._note(away=False)
        self._told, self._told_s = told, now_s
        self._made.clear()

    def _note(self, *, away: bool, reason: str = "") -> None:
        if away != self._away:
            self._away = away
            log.warning("status_page_stale" if away else "status_page_fresh", reason=reason)

    def _page(self, told: list[Told], language: Language) -> bytes:
        wording = {name: pair[language == "en"] for name, pair in STATUS.items()}
        count = sum(one.until_s is None for one in told)
        headline = "calm" if not count else "open_one" if count == 1 else "open_many"
        return self._render(
            language,
            told=told,
            headline=wording[headline].format(count=count),
            words_in=words_in,
            imprint=self._config.imprint,
        ).encode()

    def _feed(self, told: list[Told], language: Language) -> bytes:
        base = self._config.url.removesuffix("/")
        page = f"{base}/{language}/"
        channel = Channel(self._config.title, page, f"{page}feed.atom", language, self._born_s)
        return feed(channel, told)

    def _missing(self, _error: Exception) -> BaseResponse:
        return self._sentence("missing", 404, language_of(request, self._board.language))

    def _sentence(self, why: str, status: int, language: Language) -> BaseResponse:
        page = self._render(language, why=why)
        return Response(page, status, {"cache-control": "no-store"}, content_type=_HTML)

    def _render(self, language: Language, **values: object) -> str:
        return render_template(
            "status.html",
            language=language,
            other="en" if language == "de" else "de",
            title=self._config.title,
            show=Show(language, self._zone, self._told_s),
            home=f"{self._config.url.removesuffix('/')}/{language}/",
            words={name: pair[language == "en"] for name, pair in STATUS.items()},
            style=Markup(self._style),  # noqa: S704 - our own file, not a visitor's text
            **values,
        )

    def _harden(self, response: Response) -> Response:
        response.headers["content-security-policy"] = policy_of(self._style)
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "no-referrer"
        return response
