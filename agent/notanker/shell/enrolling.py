"""Enrols the site at its centre: one request, sealed by the code; then the key file, and what goes with it.

The centre's certificate is not looked at here: it may be one of the company's own, which this box does not
know yet. The seal proves both sides to each other (`beat.agreeing`), and with it comes the certificate of
the authority that every later connection is checked by.

Everything is written whole or not at all, the key last, so a run that was stopped is simply done again.
"""

from __future__ import annotations

import http.client
import os
import socket
import sqlite3
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from notanker.beat.agreeing import MOST_BYTES, Granted
from notanker.beat.keys import SiteKey
from notanker.errors import NotankerError
from notanker.files import FOR_ALL, replace_file
from notanker.shell.carriage.numbering import COUNTER
from notanker.shell.sealing import SealError, code_agreement, write_key

PATH: Final = "/api/1/agree"
PATIENCE_S: Final = 20.0
KEY_NAME: Final = "centre.key"
CA_NAME: Final = "centre-ca.pem"


class EnrolError(NotankerError):
    """The site was not enrolled, and nothing was written.

    Attributes:
        why: `refused`, `busy`, `forged` or `unreached`.
    """

    def __init__(self, why: str, detail: str = "") -> None:
        self.why: Final = why
        self.detail: Final = detail
        super().__init__(f"{why}: {detail}")


@dataclass(frozen=True, slots=True)
class Where:
    """Where the centre is.

    Attributes:
        url: `https://`, its name and port.
        address: Where to connect, if its name is not to be looked up.
    """

    url: str
    address: str = ""


def agree(where: Where, secret: bytes, *, anew: bool) -> tuple[SiteKey, Granted]:
    """Agree with the centre on the site's key.

    Args:
        where: The centre.
        secret: The code's.
        anew: Whether the journal is a new one.

    Raises:
        EnrolError: there is no key.
    """
    agreement = code_agreement(secret)
    try:
        status, body = _post(where, agreement.asked(anew=anew))
    except (OSError, http.client.HTTPException) as error:
        raise EnrolError("unreached", str(error) or type(error).__name__) from None
    if status != http.HTTPStatus.OK:
        busy = status == http.HTTPStatus.SERVICE_UNAVAILABLE
        raise EnrolError("busy" if busy else "refused", f"HTTP {status}")
    try:
        return agreement.granted(body)
    except SealError as error:
        raise EnrolError("forged", str(error)) from None


def journal_is_new(journal: Path) -> bool:
    """Tell whether no beat was ever numbered in this journal."""
    if not journal.exists():
        return True
    try:
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True, timeout=5.0) as connection:
            query = "select 1 from number where name=?"
            return connection.execute(query, (COUNTER,)).fetchone() is None
    except sqlite3.Error:
        return True


def keep(key_path: Path, ca_path: Path, state: Path, key: SiteKey, granted: Granted) -> None:
    """Write the authority's certificate, then the key, both for the agent's user.

    Raises:
        OSError: they cannot be written; the key that was there is as it was.
    """
    if granted.ca:
        replace_file(ca_path, granted.ca.encode(), sync=True, mode=FOR_ALL)
        _hand_over(ca_path, state)
    write_key(key_path, key)
    _hand_over(key_path, state)


def _hand_over(path: Path, state: Path) -> None:
    """Give a file that root wrote to whom the agent's folder belongs: its user."""
    if os.geteuid() == 0 and state.is_dir():
        owner = state.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _post(where: Where, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(where.url)
    host, port = parts.hostname or "", parts.port or 443
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the seal proves who it is
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    with (
        socket.create_connection((where.address or host, port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as link,
    ):
        connection.sock = link
        connection.request("POST", PATH, body)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES + 1)
