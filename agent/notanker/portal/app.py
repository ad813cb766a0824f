"""The portal as a Flask application: GET and HEAD alone, no cookie, no script, nothing written."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from notanker.portal import clock, clothes
from notanker.portal.captive import ON
from notanker.portal.files import PortalFiles
from notanker.portal.pages import View, error_page, view

METHODS = ("GET", "HEAD")

Answer = Callable[..., str]


def create_app(files: PortalFiles, now: clock.Clock = clock.now) -> Flask:
    """Make the application that shows these files. `now` is the clock that ages are told by."""
    app = Flask(__name__, static_folder=None)
    app.config.update(PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=0)
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

    def add(self) -> None:
        self.app.add_url_rule("/", "start", self._start)
        self.app.add_url_rule("/healthz", "healthz", _healthz)
        for prefix, home, language in (("", "/de/", "de"), ("/en", "/en/", "en")):
            self._add(home, language, lambda seen: seen.home())
            self._add(
                f"{prefix}/kontakte", language, lambda seen: _found(seen.plan_page("contacts"))
            )
            self._add(f"{prefix}/druck", language, lambda seen: _found(seen.plan_page("print")))
            self._add(f"{prefix}/szenario/<name>", language, _scenario)
            self._add(f"{prefix}/seite/<name>", language, _page)
            self._add(f"{prefix}/bericht/<int(max=999999999):number>", language, _report)

    def _add(self, rule: str, language: str, answer: Answer) -> None:
        def shown(**values: object) -> str:
            return answer(self._view(language), **values)

        self.app.add_url_rule(rule, f"{language} {rule}", shown, methods=METHODS)

    def _start(self) -> str:
        """Choose the language of the first page by what the browser asks for."""
        return self._view(_preferred()).home()

    def _view(self, language: str) -> View:
        return view(self.files, language, request.path, self.now())


def _scenario(seen: View, name: str) -> str:
    return _found(seen.plan_page(f"scenario/{name}"))


def _page(seen: View, name: str) -> str:
    return _found(seen.plan_page(f"page/{name}"))


def _report(seen: View, number: int) -> str:
    return _found(seen.report(number))


def _found(page: str | None) -> str:
    return abort(404) if page is None else page


def _healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


def _read_only() -> None:
    if request.method not in METHODS:
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
    response.headers.update(clothes.HEADERS)
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    if response.mimetype == "text/html" and request.accept_encodings["gzip"] > 0:
        response.set_data(clothes.zipped(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response
