"""One session with the modem: huawei-lte-api with what it lacks.

The library has no lock and no time-out, keeps using spent tokens, repeats a POST by itself and then
forgets the log-in, and reads answers of any size. Here every POST takes a token that was never used,
a lost session is given up as a whole, and answers are bounded in bytes and seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import requests
from huawei_lte_api.Connection import Connection
from huawei_lte_api.exceptions import (
    ResponseErrorException,
    ResponseErrorLoginCsrfException,
)
from requests.adapters import HTTPAdapter

from notanker.plugin import Permanent, PluginError, Retry
from notanker_huawei_lte.config import HuaweiLteConfig
from notanker_huawei_lte.faults import NO_RIGHTS, Refused, SessionLost, guarded

T = TypeVar("T")

MAX_ANSWER_BYTES: Final = 1_000_000
LONGEST_ANSWER_S: Final = 30.0
REFUSED_PAUSE_S: Final = 600.0
"""A refused password isn't tried again so soon: five times lock the modem (108007)."""

_CHUNK_BYTES: Final = 16384
_SOON_S: Final = 1.0
_MENDED_S: Final = 60.0


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole, up to `MAX_ANSWER_BYTES` and for `LONGEST_ANSWER_S`."""

    def send(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        """Send the request and return its answer, read.

        Raises:
            requests.RequestException: the answer is too large, too slow, or does not come.
        """
        end_s = time.monotonic() + LONGEST_ANSWER_S
        response = super().send(request, *args, **{**options, "stream": True})
        raw, body = response.raw, bytearray()
        while chunk := raw.read1(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES or time.monotonic() > end_s:
                response.close()
                raise requests.ReadTimeout("an answer without end")
        raw.release_conn()
        # There is no public way to give an answer its body.
        vars(response).update(_content=bytes(body), _content_consumed=True)
        return response


class FreshConnection(Connection):
    """A connection that never uses a token twice and never repeats a POST by itself."""

    _spent: str = ""

    def post_set(self, *args: Any, **options: Any) -> str:
        """POST with a token of its own; see `huawei_lte_api.Session`."""
        with self._fresh_token():
            return super().post_set(*args, **options)

    def post_get(self, *args: Any, **options: Any) -> dict[str, Any]:
        """POST with a token of its own; see `huawei_lte_api.Session`."""
        with self._fresh_token():
            return super().post_get(*args, **options)

    def reload(self) -> None:
        """Refuse: the library's own repeat would lose the log-in.

        Raises:
            ResponseErrorLoginCsrfException: always; the whole session is given up instead.
        """
        raise ResponseErrorLoginCsrfException("the session is lost", 125002)

    @contextlib.contextmanager
    def _fresh_token(self) -> Iterator[None]:
        tokens = self.request_verification_tokens
        token = tokens[0] if tokens else self._new_token()
        rest = tokens[1:]
        if token:
            tokens[:] = [token]
        try:
            yield
        finally:
            # The library appends what the answer brought, and keeps what was just used up.
            tokens = self.request_verification_tokens
            got = [new for new in tokens if new != token]
            self.request_verification_tokens = got or rest

    def _new_token(self) -> str:
        try:
            return str(self.get("webserver/token")["token"])
        except (ResponseErrorException, LookupError):
            return str(self.get("webserver/SesTokInfo").get("TokInfo", ""))


class HilinkSession:
    """Opens a session when one is needed, and drops it whenever it may have gone bad."""

    def __init__(self, config: HuaweiLteConfig) -> None:
        self._config: Final = config
        self._lock: Final = threading.RLock()
        self._connection: FreshConnection | None = None
        self._http: requests.Session | None = None
        self._refused: tuple[str, float] | None = None

    def read(self, call: Callable[[Connection], T]) -> T:
        """Return what the call reads; a lost session is renewed once.

        Raises:
            Retry: the modem does not answer, or not with sense.
            Permanent: it never will, as it is.
        """
        return self._call(call, sends=False)

    def hand_over(self, call: Callable[[Connection], T]) -> T:
        """Return what the modem says to an SMS; a lost session is renewed once.

        Raises:
            Retry: it surely did not take it.
            Permanent: it never will.
            Unknown: it may have taken it.
        """
        return self._call(call, sends=True)

    def close(self) -> None:
        """Log out, so that the modem lets the next one in."""
        with self._lock:
            connection = self._connection
            if connection is not None:
                with contextlib.suppress(PluginError):
                    guarded(connection.close)
            self._drop()

    def _call(self, call: Callable[[Connection], T], *, sends: bool) -> T:
        with self._lock:
            try:
                return self._once(call, sends=sends)
            except SessionLost:
                pass
            try:
                return self._once(call, sends=sends)
            except SessionLost as lost:
                raise self._again(lost) from None

    def _once(self, call: Callable[[Connection], T], *, sends: bool) -> T:
        connection = self._connection or self._open()
        try:
            return guarded(lambda: call(connection), sends=sends)
        except Permanent:
            raise  # the modem answered in order: the session is good
        except PluginError:
            # After a lost answer nobody knows which tokens are spent.
            self._drop()
            raise

    def _again(self, lost: SessionLost) -> Retry:
        if self._config.password is None and lost.code == NO_RIGHTS:
            return Retry(_MENDED_S, "the modem wants a log-in, and no password is configured")
        return Retry(_SOON_S, lost.reason)

    def _open(self) -> FreshConnection:
        password = self._config.password.read() if self._config.password else None
        mark = hashlib.sha256((password or "").encode()).hexdigest()
        self._respect_refusal(mark)
        self._http = _http_session()
        config = self._config
        try:
            self._connection = guarded(
                lambda: FreshConnection(
                    config.url,
                    username=(config.username or "admin") if password else None,
                    password=password,
                    timeout=(config.connect_timeout_s, config.read_timeout_s),
                    requests_session=self._http,
                )
            )
        except PluginError as error:
            self._drop()
            if isinstance(error, Refused):
                self._refused = (mark, time.monotonic())
            raise
        return self._connection

    def _respect_refusal(self, mark: str) -> None:
        if self._refused is None:
            return
        refused, at_s = self._refused
        if refused == mark and time.monotonic() - at_s < REFUSED_PAUSE_S:
            raise Permanent("the modem refused this user name or password a moment ago")
        self._refused = None

    def _drop(self) -> None:
        self._connection = None
        if self._http is not None:
            self._http.close()
            self._http = None


def _http_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy stands between a site and its own modem
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter())
    return session


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """Return the text of an element, "" if it is missing, empty or no text."""
    value = answer.get(name)
    return value.strip() if isinstance(value, str) else ""
