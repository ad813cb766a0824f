"""Signing in by OpenID Connect: an identity provider vouches for people, and its groups are their roles.

The authorization code flow with PKCE (RFC 7636) of OpenID Connect Core 1.0. What the browser is expected
back with is in the database, so that it may come back to another process.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]  # no types
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]  # likewise
from flask import redirect, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException
from sqlalchemy import delete, insert, select
from werkzeug.wrappers import Response as BaseResponse

from notanker_central.board import accounts, audit
from notanker_central.board.audit import Did
from notanker_central.board.desk import Desk, Rule, Shown, address
from notanker_central.board.gate import cookie_name, set_cookie
from notanker_central.board.roles import Role
from notanker_central.board.sessions import hashed
from notanker_central.board.signin import let_in, safe
from notanker_central.config import Oidc
from notanker_central.people_tables import errand

log: Final = structlog.get_logger(__name__)

PATIENCE_S: Final = 600.0
"""So long may somebody take to sign in there."""
SCOPE: Final = "openid profile email"
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures with a public key alone: a shared secret could be made by whoever has it."""
_FRESH_S: Final = 3600.0
_TIMEOUT_S: Final = 10.0
_LEEWAY_S: Final = 60


class ElsewhereError(Exception):
    """The provider did not vouch for anybody; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Errand:
    verifier: str
    nonce: str
    then: str


class Elsewhere:
    """The way to the provider and back."""

    def __init__(self, oidc: Oidc) -> None:
        self._oidc = oidc
        self._known: dict[str, Any] | None = None
        self._known_s = 0.0
        self._lock = threading.Lock()

    def rules(self) -> tuple[Rule, ...]:
        """Return the addresses."""
        return (
            Rule("/elsewhere", "elsewhere", self.go, needs=None),
            Rule("/elsewhere/back", "back", self.back, needs=None),
        )

    def go(self, desk: Desk) -> Shown:
        """Send the browser to the provider."""
        state, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            known = self._provider(desk.clock.steady_s())
            with self._client(desk) as client:
                client.code_challenge_method = "S256"
                place, _ = client.create_authorization_url(
                    known["authorization_endpoint"],
                    state=state,
                    code_verifier=verifier,
                    nonce=nonce,
                )
        except ElsewhereError as error:
            return _failed(desk, error)
        row = _Errand(verifier, nonce, safe(request.args.get("then", "")))
        self._remember(desk, state, row)
        answer = redirect(str(place), 303)
        set_cookie(answer, "errand", state, PATIENCE_S)
        return answer

    def back(self, desk: Desk) -> Shown:
        """Let in whom the provider vouches for."""
        try:
            sent = self._recall(desk, request.args.get("state", ""))
            return self._let_in(desk, self._claims(desk, sent), sent)
        except ElsewhereError as error:
            return _failed(desk, error)

    def _let_in(self, desk: Desk, claims: dict[str, Any], sent: _Errand) -> BaseResponse:
        role, name = self._role(claims), _name(claims)
        subject = f"{self._oidc.issuer} {claims['sub']}"
        if role is None:
            with desk.store.write() as connection:
                audit.note(connection, name, Did.REFUSED, "no-role", address(), desk.now_s)
            raise ElsewhereError("no-role")
        try:
            with desk.store.write() as connection:
                accounts.come_from_elsewhere(connection, subject, name, role, desk.now_s)
        except accounts.AccountError as error:
            raise ElsewhereError(error.code) from error
        return let_in(desk, name, sent.then)

    def _claims(self, desk: Desk, sent: _Errand) -> dict[str, Any]:
        """Fetch the token and return what it says, once all of it has been checked.

        Raises:
            ElsewhereError: the provider cannot be reached, or does not say what it has to.
        """
        known = self._provider(desk.clock.steady_s())
        try:
            with self._client(desk) as client:
                token = client.fetch_token(
                    known["token_endpoint"],
                    authorization_response=request.url,
                    code_verifier=sent.verifier,
                    timeout=_TIMEOUT_S,
                )
            keys = KeySet.import_key_set(known["keys"])
            claims = dict(jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims)
            jwt.JWTClaimsRegistry(
                now=int(desk.now_s),
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self._oidc.issuer},
                aud={"essential": True, "value": self._oidc.client_id},
                sub={"essential": True},
                exp={"essential": True},
                nonce={"essential": True, "value": sent.nonce},
            ).validate(claims)
        except (OAuthError, RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            raise ElsewhereError(f"{type(error).__name__}: {error}"[:200]) from error
        return claims

    def _provider(self, steady_s: float) -> dict[str, Any]:
        """Return what the provider says of itself and its keys, an hour old at most.

        Raises:
            ElsewhereError: it cannot be reached, or is another one than it should be.
        """
        with self._lock:
            if self._known is None or steady_s - self._known_s > _FRESH_S:
                self._known, self._known_s = self._fetched(), steady_s
            return self._known

    def _fetched(self) -> dict[str, Any]:
        place = f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with OAuth2Session() as session:
                known = dict(session.get(place, timeout=_TIMEOUT_S, withhold_token=True).json())
                if known.get("issuer") != self._oidc.issuer:
                    raise ElsewhereError("issuer-differs")
                found = session.get(known["jwks_uri"], timeout=_TIMEOUT_S, withhold_token=True)
                return {**known, "keys": found.json()}
        except (RequestException, ValueError, KeyError, TypeError) as error:
            raise ElsewhereError(f"{type(error).__name__}: {error}"[:200]) from error

    def _client(self, desk: Desk) -> Any:
        try:
            secret = Path(self._oidc.secret_file).read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise ElsewhereError(f"secret: {error}") from error
        back = f"{request.scheme}://{request.host}{desk.root}/elsewhere/back"
        return OAuth2Session(self._oidc.client_id, secret, scope=SCOPE, redirect_uri=back)

    def _remember(self, desk: Desk, state: str, sent: _Errand) -> None:
        with desk.store.write() as connection:
            connection.execute(delete(errand).where(errand.c.until_s < desk.now_s))
            row = {"verifier": sent.verifier, "nonce": sent.nonce, "then": sent.then}
            until_s = desk.now_s + PATIENCE_S
            connection.execute(
                insert(errand).values(id_sha256=hashed(state), until_s=until_s, **row)
            )

    def _recall(self, desk: Desk, state: str) -> _Errand:
        """Return what was remembered, once.

        Only the browser that was sent may come back: else a stranger could sign it in as himself.

        Raises:
            ElsewhereError: nobody was sent, it was another one, or it took too long.
        """
        if not state or request.cookies.get(cookie_name(request, "errand")) != state:
            raise ElsewhereError("not-expected")
        mine = errand.c.id_sha256 == hashed(state)
        with desk.store.write() as connection:
            row = connection.execute(select(errand).where(mine)).one_or_none()
            connection.execute(delete(errand).where(mine))
        if row is None or row.until_s < desk.now_s:
            raise ElsewhereError("too-late")
        return _Errand(row.verifier, row.nonce, row.then)

    def _role(self, claims: dict[str, Any]) -> Role | None:
        told = claims.get(self._oidc.claim, ())
        groups = {told} if isinstance(told, str) else {str(one) for one in told or ()}
        for role, named in (
            (Role.ADMIN, self._oidc.admins),
            (Role.OPERATOR, self._oidc.operators),
            (Role.VIEWER, self._oidc.viewers),
        ):
            if groups & set(named):
                return role
        return None


def _name(claims: dict[str, Any]) -> str:
    told = claims.get("preferred_username") or claims.get("email") or claims["sub"]
    return str(told)[:64]


def _failed(desk: Desk, error: ElsewhereError) -> tuple[str, int]:
    log.warning("sign_in_elsewhere_failed", reason=error.reason, peer=address())
    why = {"no-role": "elsewhere_no_role", "taken": "elsewhere_taken"}
    return desk.missing(why.get(error.reason, "elsewhere_failed"), 403)
