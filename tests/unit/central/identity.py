"""A small identity provider that is real: HTTP on the loopback, codes, PKCE, tokens signed with RS256."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT = "notanker"
SECRET = "of-the-client"


class Provider:
    """Signs in whoever is set in `claims`; what it is told to do wrong stands in `wrong`."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.claims: dict[str, Any] = {}
        self.wrong: set[str] = set()
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "one"})
        self._other = RSAKey.generate_key(2048, {"kid": "one"})
        self.issuer = ""

    def known(self) -> dict[str, object]:
        """Return what it says of itself (OpenID Connect Discovery 1.0)."""
        issuer = "http://127.0.0.1:1" if "issuer" in self.wrong else self.issuer
        places = {"authorization": "authorize", "token": "token"}
        named = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in places.items()}
        return {"issuer": issuer, "jwks_uri": f"{self.issuer}/keys", **named}

    def keys(self) -> dict[str, object]:
        """Return its public keys."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes next: back, with a code."""
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, object]]:
        """Return a token for a code, once, to the client that has its verifier."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or authorization != f"Basic {basic}":
            return 400, {"error": "invalid_grant"}
        if asked.get("code_challenge") != challenge or asked["code_challenge_method"] != "S256":
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(asked)}

    def _signed(self, asked: dict[str, str]) -> str:
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": "another" if "audience" in self.wrong else CLIENT,
            "nonce": "old" if "nonce" in self.wrong else asked["nonce"],
            "iat": int(self.now_s),
            "exp": int(self.now_s) + (-3600 if "expired" in self.wrong else 300),
            **self.claims,
        }
        key = self._other if "signature" in self.wrong else self._key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@contextmanager
def provider(now_s: float) -> Iterator[Provider]:
    """Run a provider until the block is left."""
    made = Provider(now_s)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            made.asked.append(path)
            if path == "/authorize":
                self.send_response(302)
                self.send_header("location", made.authorize(_flat(query)))
                self.end_headers()
                return
            self._json(200, made.keys() if path == "/keys" else made.known())

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            form = _flat(self.rfile.read(length).decode())
            self._json(*made.token(form, self.headers.get("authorization", "")))

        def _json(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
