"""Lets in who may come in: closed unless a rule says otherwise."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Flask, Request, Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from notanker_central.board import accounts, sessions
from notanker_central.board.desk import Desk, Person, Rule
from notanker_central.board.roles import Role
from notanker_central.keys import bearer
from notanker_central.reach import is_loopback

PROGRAMS: Final = ("/api/", "/metrics", "/healthz")
"""What a token opens; nothing that changes anything is there."""
FORM_FIELD: Final = "form"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


def cookie_name(asked: Request, name: str = "session") -> str:
    """Return a cookie's name: with TLS one that no other host and no plain page can set (RFC 6265bis)."""
    return f"__Host-notanker-{name}" if asked.is_secure else f"notanker-{name}"


def set_cookie(answer: BaseResponse, name: str, value: str, age_s: float | None) -> None:
    """Have the browser hold a value, out of reach of scripts and other sites."""
    answer.set_cookie(
        cookie_name(request, name),
        value,
        max_age=None if age_s is None else int(age_s),
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


class Gate:
    """Asked before each page."""

    def __init__(self, desks: Mapping[str, Desk], rules: Mapping[str, Rule]) -> None:
        self._desks = desks
        self._rules = rules
        self._desk = desks["own"]

    def watch(self, app: Flask) -> None:
        """Have the application ask before each request."""
        app.before_request(self.admit)
        app.after_request(self.leave)
        app.jinja_env.globals["form_token"] = form_token

    def admit(self) -> BaseResponse | tuple[str, int] | None:
        """Return why the request is not let in, None if it is."""
        if not self._desk.board.login and not _is_here(request.host):
            return self._desk.missing("wrong_host", 421)
        if request.url_rule is None:
            return None  # there is nothing: 404 or 405
        g.person = self._person()
        rule = self._rules.get(request.endpoint or "")
        needs = rule.needs if rule else Role.VIEWER
        if needs is not None and (refused := self._refused(needs)) is not None:
            return refused
        if request.method not in _SAFE and not self._is_ours():
            return self._here().missing("not_from_here", 403)
        return None

    def leave(self, answer: Response) -> Response:
        """Give the browser what a form has to be accompanied by, if the page has one."""
        if new := g.get("new_form_cookie"):
            set_cookie(answer, "form", new, None)
        return answer

    def _refused(self, needs: Role) -> BaseResponse | tuple[str, int] | None:
        person: Person | None = g.person
        if person is not None:
            return None if person.role.allows(needs) else self._here().missing("not_allowed", 403)
        if request.path.startswith(PROGRAMS):
            return Response(
                '{"error":"not-authorised"}',
                401,
                {"www-authenticate": "Bearer"},
                content_type="application/json",
            )
        root = self._here().root
        then = request.full_path.removeprefix(root).rstrip("?") if request.method == "GET" else "/"
        asked = "" if then == "/" else f"?then={quote(then, safe='/')}"
        return redirect(f"{root}/sign-in{asked}", 303)

    def _is_ours(self) -> bool:
        """Tell a form of our own from one on a stranger's page: by what the browser says, and by its token.

        Without a login there is no session that a stranger could ride on.
        """
        return _from_here(request) and (not self._desk.board.login or _has_token())

    def _here(self) -> Desk:
        return self._desks.get(request.blueprint or "own", self._desk)

    def _person(self) -> Person | None:
        if not self._desk.board.login:
            return Person("", Role.ADMIN)
        token = bearer(request.headers.get("authorization", ""))
        if token is not None and request.path.startswith(PROGRAMS):
            return self._program(token)
        cookie = request.cookies.get(cookie_name(request), "")
        return self._signed_in(cookie) if cookie else None

    def _program(self, token: str) -> Person | None:
        with self._desk.read() as connection:
            found = accounts.of_token(connection, token)
        return None if found is None else Person(found.name, Role.VIEWER)

    def _signed_in(self, cookie: str) -> Person | None:
        now_s = self._desk.now_s
        with self._desk.read() as connection:
            found = sessions.find(connection, cookie, now_s)
        if found is None:
            return None
        if now_s - found.seen_s >= sessions.SEEN_EACH_S:
            with self._desk.store.write() as connection:
                sessions.see(connection, found, now_s)
        return Person(found.account, found.role, found.id_sha256)


def form_token() -> str:
    """Return what a form on this page brings along, and remember to give the browser its counterpart."""
    held = request.cookies.get(cookie_name(request)) or request.cookies.get(
        cookie_name(request, "form")
    )
    if not held:
        held = g.setdefault("new_form_cookie", secrets.token_urlsafe(32))
    return sessions.form_token(held)


def _has_token() -> bool:
    told = request.form.get(FORM_FIELD, "")
    names = (cookie_name(request), cookie_name(request, "form"))
    held = [request.cookies.get(name, "") for name in names]
    good = [sessions.form_token(cookie) for cookie in held if cookie]
    return any(hmac.compare_digest(one.encode(), told.encode()) for one in good)


def _from_here(asked: Request) -> bool:
    """Ask the browser (Fetch Metadata, else Origin)."""
    site = asked.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == asked.host


def _is_here(host: str) -> bool:
    """Tell whether the browser believes to be on this machine: a name from outside may lead here too."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name)
