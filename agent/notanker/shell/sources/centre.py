"""The centre's depot, by HTTPS: the site's own key, the connection kept, what is here already left out.

    GET /api/1/plan/<site>            the offer; 304 if it is the one that we have
    GET /api/1/plan/<site>/<sha256>   one file

A request says what of that name we have, and gets the difference alone (`notanker.plan.delta`). Large files
come in pieces, so that a slow line never waits for more than one of them.
"""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from notanker import __version__
from notanker.certificates import trusting
from notanker.config.centre import CentreConfig
from notanker.plan import delta
from notanker.plan.files import content_of
from notanker.plan.store import write
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed
from notanker.shell.sealing import SealError, bearer_of
from notanker.shell.sources.contract import failed
from notanker.shell.sources.errand import Way
from notanker.shell.sources.reach import IO_S, Connected, connect, not_reached

PATH: Final = "/api/1/plan"
PIECE_BYTES: Final = 128 * 1024
"""At 64 kbit/s a piece takes 16 s, which is within the centre's patience for one answer."""
SLACK_BYTES: Final = 1024
"""What packing may add to a file that does not pack."""
KEPT: Final = "offer.kept"


class CentreSource(Connected):
    """The depot.

    Args:
        config: Where it is.
        site: Whose plan is asked for.
        way: The line to take.
        folder: Where the last offer is kept.
    """

    def __init__(self, config: CentreConfig, site: str, way: Way, folder: Path) -> None:
        parts = urlsplit(config.url)
        self._config = config
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._path = f"{PATH}/{site}"
        self._way = way
        self._kept = folder / KEPT

    def __enter__(self) -> Self:
        """Connect, and prove who it is.

        Raises:
            SourceError: it cannot be reached, or is somebody else.
        """
        self._key = _key(self._config.key)
        context = _context(self._config.ca)
        sock = connect(self._way, self._host, self._port, self._config.addresses)
        try:
            self._sock = context.wrap_socket(sock, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise failed("other-host", self._host, reason=error.verify_message) from None
        except OSError as error:
            sock.close()
            raise not_reached(error) from None
        self._http = http.client.HTTPSConnection(self._host, self._port, timeout=IO_S)
        self._http.sock = self._sock
        self._http.auto_open = 0  # a second connection would take whichever line it likes
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(self._http)

    def offer(self) -> dict[str, bytes]:
        """Return what the depot offers this site."""
        kept = content_of(self._kept, offers.MAX_OFFER_BYTES) or b""
        known = {"if-none-match": f'"{delta.digest(kept)}"'} if kept else {}
        raw = self._get(self._path, offers.MAX_OFFER_BYTES, kept, known)
        try:
            found = offers.decode(raw)
        except offers.OfferError as error:
            raise failed("odd-answer", self._host, reason=str(error)) from None
        if raw != kept:
            write(self._kept, raw)
        return found

    def content(self, name: str, listed: Listed, before: bytes) -> bytes:
        """Return a file of the depot."""
        path = f"{self._path}/{listed.sha256}"
        if listed.size <= PIECE_BYTES:
            return self._get(path, listed.size, before, {})
        found = b""
        while len(found) < listed.size:
            piece = min(PIECE_BYTES, listed.size - len(found))
            wanted = {"range": f"bytes={len(found)}-{len(found) + piece - 1}"}
            came = self._get(path, piece, b"", wanted)
            if len(came) != piece:
                raise failed("other-content", name)
            found += came
        return found

    def _get(self, path: str, limit_bytes: int, have: bytes, extra: dict[str, str]) -> bytes:
        """Return the content, or what we have where it is that.

        Raises:
            SourceError: the depot gives nothing that can be used.
        """
        headers = {"authorization": f"Bearer {self._key}", "user-agent": f"notanker/{__version__}"}
        if have:
            headers[delta.BASE_HEADER] = delta.named(delta.digest(have))
        try:
            self._http.request("GET", path, headers={**headers, "accept-encoding": "*", **extra})
            answer = self._http.getresponse()
            raw = answer.read(limit_bytes + SLACK_BYTES + 1)
            rest = answer.read(1)
        except (OSError, http.client.HTTPException) as error:
            raise not_reached(error) from None
        if answer.status == http.HTTPStatus.NOT_MODIFIED and have:
            return have
        _check_status(answer.status, self._host)
        coding = answer.headers.get("content-encoding", "")
        if rest:
            raise failed("odd-answer", self._host, reason="longer than it may be")
        return _plain(raw, coding, limit_bytes, have, self._host)


def _plain(raw: bytes, coding: str, limit_bytes: int, have: bytes, host: str) -> bytes:
    if coding not in ("", "identity", delta.PLAIN, delta.WITH_BASE):
        raise failed("odd-answer", host, reason=f"content-encoding {coding[:40]!r}")
    if coding in ("", "identity"):
        return raw
    try:
        return delta.unpack(raw, limit_bytes, have if coding == delta.WITH_BASE else b"")
    except ValueError as error:
        raise failed("odd-answer", host, reason=str(error)) from None


def _check_status(status: int, host: str) -> None:
    """Refuse all but a good answer; whoever sends us elsewhere is not followed.

    Raises:
        SourceError: it is none.
    """
    if status in (http.HTTPStatus.OK, http.HTTPStatus.PARTIAL_CONTENT):
        return
    if status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
        raise failed("not-let-in", host, reason=f"HTTP {status}")
    if status == http.HTTPStatus.NOT_FOUND:
        raise failed("nothing-there", host, reason=f"HTTP {status}")
    raise failed("odd-answer", host, reason=f"HTTP {status}")


def _key(path: Path) -> str:
    try:
        return bearer_of(path)
    except SealError as error:
        raise failed("not-let-in", str(path), reason=str(error)) from None


def _context(ca: Path | None) -> ssl.SSLContext:
    try:
        return trusting(ca)
    except OSError as error:
        raise failed("other-host", str(ca), reason=str(error)) from None
