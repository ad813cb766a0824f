"""Zabbix trapper items, by the sender's protocol: a header, a length, JSON, and an answer that is read.

`ZBXD`, flags 0x01, the length of the data and a reserved field of four bytes each, little endian
(zabbix.com/documentation, "Header"). The answer tells how many values were taken: one that failed is an item
that Zabbix does not know, and a finding here.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
from typing import Final
from urllib.parse import urlsplit

import msgspec

from notanker_central.alarm.channels import PermanentError, RetryError, UnknownError
from notanker_central.push.picture import Picture
from notanker_central.push.settings import Push

LIMIT_S: Final = 15.0
PORT: Final = 10051
MAX_ANSWER_BYTES: Final = 65_536
AT_ONCE: Final = 250
"""Values in one request; Zabbix's own sender takes as many."""
_HEAD: Final = struct.Struct("<4sBII")
_MAGIC: Final = b"ZBXD"
_PLAIN: Final = 0x01
_INFO: Final = re.compile(r"processed:\s*(\d+);\s*failed:\s*(\d+)")


class _Answer(msgspec.Struct, frozen=True):
    response: str = ""
    info: str = ""


class ZabbixSender:
    """Sends values to a Zabbix server or proxy."""

    def __init__(self, settings: Push, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(settings.url)
        self._address = (parts.hostname or "", parts.port or PORT)
        self._host = settings.host
        self._tls = tls
        self.wants_changes = settings.per_site

    def send(self, told: Picture) -> None:
        """Send the figures of the fleet, and each site's state where it changed.

        Raises:
            ChannelError: not all of them were taken.
        """
        values = self.values(told)
        for first in range(0, len(values), AT_ONCE):
            self._send(values[first : first + AT_ONCE], told.now_s)

    def values(self, told: Picture) -> list[dict[str, object]]:
        """Return the values; `clock` is when they were true."""
        at = int(told.now_s)
        figures: dict[str, object] = {f"notanker.sites[{k}]": v for k, v in told.counts.items()}
        figures["notanker.incidents"] = len(told.open)
        figures["notanker.unacknowledged"] = sum(not one.acknowledged_by for one in told.open)
        values: list[dict[str, object]] = [
            {"host": self._host, "key": key, "value": str(value), "clock": at}
            for key, value in figures.items()
        ]
        values += [
            {
                "host": change.site,
                "key": "notanker.state",
                "value": change.after,
                "clock": int(change.at_s),
            }
            for change in told.changes
        ]
        return values

    def _send(self, values: list[dict[str, object]], now_s: float) -> None:
        asked = {"request": "sender data", "data": values, "clock": int(now_s)}
        answer = self._exchange(framed(msgspec.json.encode(asked)))
        judge(answer, len(values))

    def _exchange(self, frame: bytes) -> bytes:
        try:
            plain = socket.create_connection(self._address, timeout=LIMIT_S)
        except OSError as error:
            raise RetryError(error.strerror or str(error)) from error
        try:
            with plain, self._secured(plain) as connection:
                connection.sendall(frame)
                return received(connection)
        except OSError as error:
            raise UnknownError(str(error)[:200] or type(error).__name__) from error

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self._tls is None:
            return plain
        return self._tls.wrap_socket(plain, server_hostname=self._address[0])


def framed(data: bytes) -> bytes:
    """Return data with its header."""
    return _HEAD.pack(_MAGIC, _PLAIN, len(data), 0) + data


def received(connection: socket.socket) -> bytes:
    """Return the data of one answer.

    Raises:
        UnknownError: it is none, too long, or breaks off.
        OSError: the connection failed, or the time was over.
    """
    magic, flags, length, _ = _HEAD.unpack(_exactly(connection, _HEAD.size))
    if magic != _MAGIC or flags != _PLAIN:
        raise UnknownError("the answer is none of Zabbix")
    if length > MAX_ANSWER_BYTES:
        raise UnknownError(f"an answer of {length} bytes")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        some = connection.recv(size - len(found))
        if not some:
            raise UnknownError(f"the answer broke off after {len(found)} of {size} bytes")
        found += some
    return bytes(found)


def judge(raw: bytes, sent: int) -> None:
    """Take the answer.

    Raises:
        UnknownError: it cannot be read.
        PermanentError: not all values were taken; Zabbix does not know the host or the item.
    """
    try:
        answer = msgspec.json.decode(raw, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnknownError("the answer is no JSON") from error
    if answer.response != "success":
        raise PermanentError(
            f"refused: {answer.info[:100] or answer.response[:100] or 'no reason'}"
        )
    found = _INFO.search(answer.info)
    if found is None:
        raise UnknownError("the answer does not say how many values were taken")
    if int(found[2]) or int(found[1]) < sent:
        raise PermanentError(f"{found[2]} of {sent} values were not taken: item or host unknown")
