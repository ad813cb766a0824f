"""Sessions, single-use tokens and log-in of the HiLink emulator.

Rules as real sticks show them: every POST needs the SessionID cookie and a token that was never
used; a wrong one is answered with an error of HTTP status 200, and with no new token. The ways in
which a stick hands out tokens:

=======  ==========================================================================
rotate   SesTokInfo or token gives the first, each successful POST the next
pool     as rotate, and a log-in hands out about thirty tokens joined with "#"
page     only SesTokInfo, token and the home page's meta elements give tokens
=======  ==========================================================================
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN_MODES = ("rotate", "pool", "page")
LOGINS = ("none", "base64", "sha256", "scram")

NO_RIGHTS = 100003
WRONG_PASSWORD = 108006
ALREADY_LOGGED_IN = 108003
LOCKED = 108007
NO_SESSION = 125002
WRONG_TOKEN = 125003

_POOL = 30
_KEPT_TOKENS = 32
_MAX_SESSIONS = 64
_MAX_WRONG = 5
_ITERATIONS = 100


class HilinkError(Exception):
    """An error code as the stick answers it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(24)).decode()


@dataclass(slots=True)
class Session:
    """One cookie and its unused tokens; ``used_s`` is monotonic."""

    sid: str
    peer: str
    used_s: float
    logged_in: bool = False
    tokens: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_TOKENS))
    first_nonce: str = ""
    server_nonce: str = ""

    def issue(self) -> str:
        """Make one more valid token."""
        token = _random()
        self.tokens.append(token)
        return token

    def spend(self, token: str | None) -> None:
        """Use a token up.

        Raises:
            HilinkError: it is missing, unknown or used.
        """
        if token is None or token not in self.tokens:
            raise HilinkError(WRONG_TOKEN)
        self.tokens.remove(token)


class Sessions:
    """All sessions of one stick; the caller holds the lock."""

    def __init__(self, tokens: str, login: str, password: str, idle_s: float = 300.0) -> None:
        if tokens not in TOKEN_MODES or login not in LOGINS:
            raise ValueError(f"tokens: one of {TOKEN_MODES}, login: one of {LOGINS}")
        self.mode, self.login_kind, self.idle_s = tokens, login, idle_s
        self._user, self._password = "admin", password
        self._by_sid: dict[str, Session] = {}
        self._wrong = 0
        self._salt = secrets.token_bytes(32)

    def changed(self, values: Mapping[str, Any]) -> "Sessions":
        """Give a new, empty book of sessions with some settings changed."""
        return Sessions(
            values.get("tokens", self.mode),
            values.get("login", self.login_kind),
            values.get("password", self._password),
            float(values.get("idle_s", self.idle_s)),
        )

    def clear(self) -> None:
        """Forget everything, as a restart does."""
        self._by_sid.clear()
        self._wrong = 0

    def find(self, sid: str | None) -> Session | None:
        """Give the live session behind a cookie and count this as a use."""
        session = self._by_sid.get(sid or "")
        if session is None:
            return None
        now_s = time.monotonic()
        if now_s - session.used_s > self.idle_s:
            del self._by_sid[session.sid]
            return None
        session.used_s = now_s
        return session

    def open(self, peer: str) -> Session:
        """Make a new session, at the cost of the oldest when there are too many."""
        if len(self._by_sid) >= _MAX_SESSIONS:
            del self._by_sid[next(iter(self._by_sid))]
        session = Session(_random(), peer, time.monotonic())
        self._by_sid[session.sid] = session
        return session

    def allows(self, session: Session | None) -> bool:
        """Say whether what needs a log-in is open to ``session``."""
        return self.login_kind == "none" or (session is not None and session.logged_in)

    def login(self, session: Session, user: str, password: str, kind: str, token: str) -> None:
        """Log in with base64 or SHA-256 (``password_type`` 0 or 4).

        Raises:
            HilinkError: wrong name or password, locked, or somebody else is logged in.
        """
        expected = self._expected(token) if kind == "4" else _b64(self._password)
        self._decide(session, user == self._user and hmac.compare_digest(password, expected))

    def _expected(self, token: str) -> str:
        inner = _b64(hashlib.sha256(self._password.encode()).hexdigest())
        return _b64(hashlib.sha256(f"{self._user}{inner}{token}".encode()).hexdigest())

    def challenge(self, session: Session, user: str, nonce: str) -> dict[str, str]:
        """Begin a SCRAM log-in: give salt, iterations and the server's nonce."""
        if user != self._user or not nonce:
            raise HilinkError(WRONG_PASSWORD)
        session.first_nonce, session.server_nonce = nonce, nonce + secrets.token_hex(32)
        return {
            "salt": self._salt.hex(),
            "servernonce": session.server_nonce,
            "iterations": str(_ITERATIONS),
            "modeselected": "1",
            "newType": "0",
        }

    def authenticate(self, session: Session, proof: str, nonce: str) -> str:
        """Finish a SCRAM log-in and give the server's signature.

        Huawei swaps key and message of every HMAC against RFC 5802.
        """
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(), self._salt, _ITERATIONS)
        message = f"{session.first_nonce},{session.server_nonce},{session.server_nonce}".encode()
        client_key = _hmac(b"Client Key", salted)
        signature = _hmac(message, hashlib.sha256(client_key).digest())
        expected = bytes(a ^ b for a, b in zip(client_key, signature, strict=True)).hex()
        right = nonce == session.server_nonce and hmac.compare_digest(proof, expected)
        self._decide(session, right and bool(nonce))
        return _hmac(message, _hmac(b"Server Key", salted)).hex()

    def _decide(self, session: Session, right: bool) -> None:
        if self._wrong >= _MAX_WRONG:
            raise HilinkError(LOCKED)
        if not right:
            self._wrong += 1
            raise HilinkError(WRONG_PASSWORD)
        others = [other for other in self._by_sid.values() if other.logged_in]
        if any(other.peer != session.peer for other in others):
            raise HilinkError(ALREADY_LOGGED_IN)
        for other in others:  # the same computer again: the newer session takes over
            other.logged_in = False
        self._wrong = 0
        # A log-in makes a new session: the old cookie is worth nothing after it.
        self._by_sid.pop(session.sid, None)
        session.sid, session.logged_in = _random(), True
        session.tokens.clear()
        self._by_sid[session.sid] = session

    def next_tokens(self, session: Session, after_login: bool) -> dict[str, str]:
        """Give the headers that hand out tokens after a successful POST."""
        name = "__RequestVerificationToken"
        if self.mode == "page" and not after_login:
            return {}
        if self.mode == "pool" and after_login:
            pool = [session.issue() for _ in range(_POOL)]
            return {f"{name}one": pool[0], f"{name}two": pool[1], name: "#".join(pool)}
        return {name: session.issue()}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
