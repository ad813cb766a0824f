"""huawei-lte-api with what it lacks: bounded answers, and a token of its own for each POST."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any, Final

import requests
from huawei_lte_api.Connection import Connection
from huawei_lte_api.exceptions import (
    ResponseErrorException,
    ResponseErrorLoginCsrfException,
)
from requests.adapters import HTTPAdapter

MAX_ANSWER_BYTES: Final = 1_000_000
LONGEST_ANSWER_S: Final = 30.0
_CHUNK_BYTES: Final = 16384


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


def http_session() -> requests.Session:
    """Return what asks the modem and nothing else."""
    session = requests.Session()
    session.trust_env = False  # no proxy stands between a site and its own modem
    session.mount("http://", BoundedAdapter())
    return session
