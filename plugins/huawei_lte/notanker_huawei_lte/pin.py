"""The SIM's PIN: tried once, and only while the SIM has all its tries.

A SIM counts wrong PINs itself (three, then it wants its PUK: 3GPP TS 22.030, 6.6), and keeps that over
every restart of modem and box. So a PIN that was wrong once is not tried again by whoever comes after, and
the last try is never ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers.expat import ExpatError

from huawei_lte_api.Connection import Connection
from huawei_lte_api.exceptions import ResponseErrorException

from notanker.plugin import Permanent, SecretFile
from notanker_huawei_lte.lean import load_encryption
from notanker_huawei_lte.session import HilinkSession, text_of

ALL_TRIES: Final = 3
_PIN: Final = re.compile(r"[0-9]{4,8}", re.ASCII)
_NO_SUPPORT: Final = 100002
_VERIFY: Final = "0"


class Unlocker:
    """Gives the SIM its PIN, and remembers what was tried."""

    def __init__(self, secret: SecretFile | None, session: HilinkSession) -> None:
        self._secret: Final = secret
        self._session: Final = session
        self._tried: set[int] = set()

    def unlock(self, status: Mapping[str, Any]) -> None:
        """Give the SIM its PIN.

        Args:
            status: What `pin/status` says.

        Raises:
            Permanent: somebody has to do something.
            Retry: the modem does not answer.
        """
        if self._secret is None:
            raise Permanent("the SIM wants its PIN, and none is configured")
        pin = self._secret.read()
        if not _PIN.fullmatch(pin):
            raise Permanent("the configured PIN is none: 4 to 8 digits")
        left = text_of(status, "SimPinTimes")
        if not left.isdecimal() or int(left) < ALL_TRIES:
            raise Permanent(
                f"the PIN is not tried: a wrong one was, {left or 'unknown'} tries left; "
                "give the right one once on the modem's page"
            )
        mark = hash(pin)  # salted by each process
        if mark in self._tried:
            raise Permanent("the PIN was tried and did not help; it is not tried again")
        self._session.read(lambda connection: self._give(connection, pin, mark))
        self._tried.discard(mark)  # it was right: the next restart may want it again

    def _give(self, connection: Connection, pin: str, mark: int) -> None:
        encrypted = _takes_encrypted(connection)
        if encrypted:
            load_encryption()
        self._tried.add(mark)
        values = {"OperateType": _VERIFY, "CurrentPin": pin, "NewPin": "", "PukCode": ""}
        connection.post_set("pin/operate", values, is_encrypted=encrypted)


def _takes_encrypted(connection: Connection) -> bool:
    try:
        return "encpubkeyn" in connection.get("webserver/publickey")
    except ResponseErrorException as error:
        if error.code != _NO_SUPPORT:
            raise
    except ExpatError:
        pass  # old firmwares have a web page for what they do not know
    return False
