"""The portal as a Flask application: it is read, never written; no cookie, no script.

GET and HEAD alone, but for one path that takes the leads' code and answers with their page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from notanker.portal import clock, clothes, leads, public
from notanker.portal.captive import ON
from notanker.portal.files import PortalFiles
from notanker.portal.join import join_of
from notanker.portal.pages import View, error_page, view

METHODS: Final = ("GET", "HEAD")
LEADS: Final = ("/leitung", "/en/leitung")
"""The only paths that take anything in."""
MAX_BODY_BYTES: Final = 1024

Answer = Callable[..., str]


def create_app(files: PortalFiles, now: clock.Clock = clock.now) -> Flask:
    """Make the application that shows these files. `now` is the clock that ages are told by."""
    app = Flask(__name__, static_folder=None)
    app.config.update(PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _Routes(app, files, now).add()
    _go_on(app)
    app.before_request(_read_only)
    app.after_request(_dressed)
    app.register_error_handler(Exception, _failed)
    return app


def _go_on(app: Flask) -> None:
    """Show the home page to who goes on, where no captive portal stands before this application."""
    for path, home in ON.items():
        shown = app.view_functions[f"{home.strip('/')} /{home}"]
        app.add_url_rule(path, path, shown, methods=METHODS)


class _Routes:
    def __init__(self, app: Flask, files: PortalFiles, now: clock.Clock) -> None:
        self.app = app
        self.files = files
        self.now = now
        self.tries = leads.Tries()

    def add(self) -> None:
        self.app.add_url_rule("/", "start", self._start)
        self.app.add_url_rule("/healthz", "healthz", _healthz)
        self.app.add_url_rule("/health", "health", self._health)
        self.app.add_url_rule("/status.json", "status", self._status)
        for prefix, home, language in (("", "/de/", "de"), ("/en", "/en/", "en")):
            self._add(home, language, lambda seen: seen.home())
            self._add(f"{home}still", language, lambda seen: seen.home(still=True))
            for path, name in _NAMED.items():
                self._add(f"{prefix}/{path}", language, _plan_page(name))
            for path, kind in _KINDS.items():
                self._add(f"{prefix}/{path}/<name>", language, _plan_pages(kind))
            self._add(f"{prefix}/formular/<name>", language, _form)
            self._add(f"{prefix}/formulare/nachtragen", language, _late)
            self._add(f"{prefix}/suche", language, _search)
            self._add(f"{prefix}/verbinden", language, self._join)
            self._add(f"{prefix}/bericht/<int(max=999999999):number>", language, _report)
            self._add(f"{prefix}/leitung", language, self._leads, (*METHODS, "POST"))

    def _add(
        self, rule: str, language: str, answer: Answer, methods: tuple[str, ...] = METHODS
    ) -> None:
        def shown(**values: object) -> str:
            return answer(self._view(language), **values)

        self.app.add_url_rule(rule, f"{language} {rule}", shown, methods=methods)

    def _start(self) -> str:
        """Choose the language of the first page by what the browser asks for."""
        return self._view(_preferred()).home()

    def _view(self, language: str) -> View:
        return view(self.files, language, request.path, self.now())

    def _join(self, seen: View) -> str:
        if not self.files.address:
            g.depends = ", Host"  # one visitor's is never shown to another
        return seen.join(join_of(self.files.wifi, self.files.address, request.host))

    def _leads(self, seen: View) -> str:
        """Show the page that asks for the code, or what the code opens."""
        g.secret = True
        code = leads.code_of(self.files.leads_code)
        if not code or seen.index is None or not seen.index.for_leads:
            return seen.leads_ask("leads_none")
        if request.method != "POST":
            return seen.leads_ask()
        return self._opened(seen, code, request.remote_addr or "", self.now().boot_s)

    def _opened(self, seen: View, code: str, address: str, now_s: float) -> str:
        if not self.tries.open(address, now_s):
            leads.tell("closed")
            g.code = 429
            return seen.leads_ask("leads_wait")
        if not leads.opens(request.form.get("code", ""), code):
            self.tries.wrong(address, now_s)
            leads.tell("refused")
            g.code = 403
            return seen.leads_ask("leads_wrong")
        leads.tell("shown")
        return _found(seen.leads())

    def _status(self) -> Response:
        seen = self._view("de")
        told = public.public(seen.status, seen.index, fresh=_is_fresh(seen))
        response = Response(told, mimetype="application/json")
        # Not `no-cache`: the mark is made here, of what does not change while nothing does.
        response.headers["Cache-Control"] = "max-age=0, must-revalidate"
        response.add_etag()
        response.make_conditional(request)
        return response

    def _health(self) -> Response:
        seen = self._view("de")
        told = public.health(seen.status, seen.index, fresh=_is_fresh(seen))
        return Response(told, mimetype="application/json")


_NAMED: Final = {
    "kontakte": "contacts",
    "massnahmen": "measures",
    "formulare": "forms",
    "sprachregelung": "wording",
    "druck": "print",
}
_KINDS: Final = {"szenario": "scenario", "massnahme": "measure", "seite": "page"}


def _plan_page(name: str) -> Answer:
    return lambda seen: _found(seen.plan_page(name))


def _plan_pages(kind: str) -> Answer:
    return lambda seen, name: _found(seen.plan_page(f"{kind}/{name}"))


def _form(seen: View, name: str) -> str:
    return _found(seen.form(name, request.args.get("ab", ""), request.args.get("anzahl", "")))


def _late(seen: View) -> str:
    return _found(seen.late(request.args))


def _search(seen: View) -> str:
    return seen.search(request.args.get("q", "").strip())


def _report(seen: View, number: int) -> str:
    return _found(seen.report(number))


def _found(page: str | None) -> str:
    return abort(404) if page is None else page


def _is_fresh(seen: View) -> bool:
    return seen.status is not None and not seen.state.stale


def _healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


def _read_only() -> None:
    if request.method not in METHODS and not (request.method == "POST" and request.path in LEADS):
        abort(405)


def _preferred() -> str:
    return request.accept_languages.best_match(("de", "en"), default="de") or "de"


def _language() -> str:
    """Return the language of the address; the browser's where the address has none."""
    if request.path == "/en" or request.path.startswith("/en/"):
        return "en"
    return "de" if request.path.startswith("/de/") else _preferred()


def _failed(error: Exception) -> Response:
    """Answer any error with a page that reads nothing; what was not foreseen goes to the log."""
    code = error.code if isinstance(error, HTTPException) and error.code else 500
    if code >= 500:
        from flask import current_app

        current_app.logger.error("portal_page_failed path=%s", request.path, exc_info=error)
    response = Response(error_page(code, _language()), code)
    if code == 405:
        response.headers["Allow"] = ", ".join(METHODS)
    return response


def _dressed(response: Response) -> Response:
    for name, value in clothes.HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Content-Security-Policy"] = clothes.policy(*g.get("styles", ()))
    response.headers["Vary"] = f"Accept-Encoding, Accept-Language{g.get('depends', '')}"
    response.status_code = g.get("code", response.status_code)
    if g.get("refresh_s"):
        response.headers["Refresh"] = str(g.refresh_s)
    if g.get("secret"):
        response.headers["Cache-Control"] = "no-store"
    if response.mimetype == "text/html" and request.accept_encodings["gzip"] > 0:
        response.set_data(clothes.zipped(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response
