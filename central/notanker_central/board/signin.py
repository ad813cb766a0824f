"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Final

from flask import redirect, request
from werkzeug.wrappers import Response as BaseResponse

from notanker_central.board import accounts, audit, sessions
from notanker_central.board.audit import Did
from notanker_central.board.desk import Desk, Rule, Shown, address, person, who
from notanker_central.board.gate import cookie_name, set_cookie
from notanker_central.board.throttle import Throttle, network_of

_LONGEST_THEN: Final = 500


class SignIn:
    """The pages that lead in and out."""

    def __init__(self) -> None:
        self._throttle = Throttle()

    def rules(self) -> tuple[Rule, ...]:
        """Return the addresses."""
        return (
            Rule("/sign-in", "sign_in", ask, needs=None),
            Rule("/sign-in", "take_sign_in", self.take, needs=None, method="POST"),
            Rule("/sign-out", "sign_out", leave, method="POST"),
            Rule("/sign-out-everywhere", "sign_out_all", leave_everywhere, method="POST"),
            Rule("/account", "account", own),
            Rule("/account/password", "password", self.change, method="POST"),
        )

    def take(self, desk: Desk) -> Shown:
        """Let somebody in whose password is right."""
        name = request.form.get("name", "").strip()[:64]
        password = request.form.get("password", "")[: accounts.LONGEST]
        if (wait_s := self._wait_s(desk, name)) > 0:
            return _again(desk, "slow_down", 429, name=name, wait_s=wait_s)
        if not self._fits(desk, name, password):
            return _again(desk, "wrong_password", 403, name=name)
        return let_in(desk, name, safe(request.form.get("then", "")))

    def change(self, desk: Desk) -> Shown:
        """Give oneself another password; every other session ends."""
        asked, name = person(), who()
        if asked is None or self._wait_s(desk, name) > 0:
            return own(desk, "slow_down", 429)
        if not self._fits(desk, name, request.form.get("password", "")):
            return own(desk, "wrong_password", 403)
        try:
            with desk.store.write() as connection:
                accounts.set_password(connection, name, request.form.get("new", ""))
                desk.note(connection, Did.PASSWORD, name)
        except accounts.AccountError as error:
            return own(desk, f"account_{error.code}", 400)
        return let_in(desk, name, "/account")

    def _wait_s(self, desk: Desk, name: str) -> float:
        network = network_of(address())
        with desk.read() as connection:
            known = audit.has_signed_in(connection, name, network)
        return self._throttle.wait_s(name, address(), desk.clock.steady_s(), known=known)

    def _fits(self, desk: Desk, name: str, password: str) -> bool:
        with desk.read() as connection:
            known = accounts.password_hash(connection, name)
        if accounts.matches(known, password):
            return True
        self._throttle.failed(name, address(), desk.clock.steady_s())
        with desk.store.write() as connection:
            about = "" if known else "unknown"
            audit.note(connection, name, Did.REFUSED, about, address(), desk.now_s)
        return False


def ask(desk: Desk) -> Shown:
    """Ask who it is."""
    then = safe(request.args.get("then", ""))
    if not desk.board.login or person() is not None:
        return redirect(desk.root + then, 303)
    with desk.read() as connection:
        empty = not accounts.any_there(connection)
    return desk.render("sign_in.html", then=then, empty=empty, elsewhere=desk.elsewhere)


def let_in(desk: Desk, name: str, then: str) -> BaseResponse:
    """Begin a session; a new one each time, so that nobody can have put his own into the browser."""
    asked = person()
    with desk.store.write() as connection:
        if asked is not None and asked.session:
            sessions.end(connection, asked.session)
        token = sessions.begin(connection, name, address(), desk.now_s)
        network = network_of(address())
        audit.note(connection, name, Did.SIGNED_IN, network, address(), desk.now_s)
    answer = redirect(desk.root + then, 303)
    set_cookie(answer, "session", token, sessions.ABSOLUTE_S)
    return answer


def leave(desk: Desk) -> Shown:
    """End this browser's session."""
    asked = person()
    with desk.store.write() as connection:
        sessions.end(connection, asked.session if asked else "")
        desk.note(connection, Did.SIGNED_OUT, "")
    return _left(desk)


def leave_everywhere(desk: Desk) -> Shown:
    """End every session of this account."""
    with desk.store.write() as connection:
        ended = sessions.end_all(connection, who())
        desk.note(connection, Did.SIGNED_OUT_ALL, str(ended))
    return _left(desk)


def own(desk: Desk, why: str = "", status: int = 200) -> Shown:
    """Show one's own account."""
    with desk.read() as connection:
        account = accounts.find(connection, who())
        held = sessions.of_account(connection, who(), desk.now_s)
    if account is None:
        return desk.missing()
    shortest = accounts.SHORTEST
    page = desk.render("account.html", account=account, held=held, why=why, shortest=shortest)
    return page, status


def safe(then: str) -> str:
    """Return where to go on: an address of the board, never one elsewhere."""
    good = then.startswith("/") and then[1:2] not in ("/", "\\") and then.isprintable()
    return then if good and len(then) <= _LONGEST_THEN else "/"


def _again(desk: Desk, why: str, status: int, name: str, wait_s: float = 0.0) -> tuple[str, int]:
    then = safe(request.form.get("then", ""))
    told = {"why": why, "name": name, "wait_s": round(wait_s), "elsewhere": desk.elsewhere}
    return desk.render("sign_in.html", then=then, empty=False, **told), status


def _left(desk: Desk) -> BaseResponse:
    answer = redirect(f"{desk.root}/sign-in", 303)
    answer.delete_cookie(cookie_name(request), path="/", secure=request.is_secure, httponly=True)
    return answer
