"""Asks a server for its certificate and reads when that ends.

The certificate is not verified: a telephone system with one of its own making works, too, and an expired one
is exactly what is to be seen. So the end is read from the DER itself (RFC 5280 section 4.1), because the
standard library tells it only of certificates that it trusts.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from typing import Final

from notanker.errors import NotankerError
from notanker.shell.probes.sockets import open_on

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_TIMES: Final = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
"""UTCTime and GeneralizedTime in the only form that RFC 5280 section 4.1.2.5 allows."""


class CertificateError(NotankerError):
    """What came is no certificate."""


async def expires_s(interface: str, address: str, port: int, host: str) -> float:
    """Return when the server's certificate ends, in wall seconds; whoever calls bounds the time.

    Args:
        interface: What to leave by, empty for what the kernel chooses.
        address: Where the server is.
        port: Its port.
        host: The name to ask for (SNI), empty for none.

    Raises:
        OSError: no way there, or no TLS (ssl.SSLError).
        CertificateError: it showed none that can be read.
    """
    sock = open_on(interface, address, socket.SOCK_STREAM)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
        _, writer = await asyncio.open_connection(
            sock=sock, ssl=_context(), server_hostname=host or ""
        )
    except BaseException:
        sock.close()
        raise
    try:
        return end_of(writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b"")
    finally:
        writer.transport.abort()


def end_of(certificate: bytes) -> float:
    """Return when the certificate ends, in seconds since 1970 UTC.

    Args:
        certificate: X.509 in DER.

    Raises:
        CertificateError: it is none.
    """
    fields = _expect(_expect(certificate, _SEQUENCE), _SEQUENCE)
    kind, at = _skip(fields, 0)
    if kind == _VERSION:  # version 1 has none, and begins with the serial number
        _, at = _skip(fields, at)
    for _ in ("signature", "issuer"):
        _, at = _skip(fields, at)
    validity = _expect(fields[at:], _SEQUENCE)
    _, after = _skip(validity, 0)
    (kind, text), _ = _tagged(validity, after)
    return _time_s(kind, text)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _time_s(kind: int, text: bytes) -> float:
    try:
        when = dt.datetime.strptime(text.decode("ascii"), _TIMES[kind]).replace(tzinfo=dt.UTC)
    except (KeyError, ValueError) as error:
        raise CertificateError("no time where its end should be") from error
    if kind == 0x17 and when.year >= 2050:  # RFC 5280: 50 to 99 are of the last century
        when = when.replace(year=when.year - 100)
    return when.timestamp()


def _tagged(data: bytes, at: int) -> tuple[tuple[int, bytes], int]:
    """Return the element at that place as (tag, content), and where the next one begins."""
    if len(data) < at + 2:
        raise CertificateError("cut off")
    kind, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3 or len(data) < start + size:
            raise CertificateError("no length")
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if len(data) < start + length:
        raise CertificateError("cut off")
    return (kind, data[start : start + length]), start + length


def _skip(data: bytes, at: int) -> tuple[int, int]:
    (kind, _), after = _tagged(data, at)
    return kind, after


def _expect(data: bytes, wanted: int) -> bytes:
    (kind, content), _ = _tagged(data, 0)
    if kind != wanted:
        raise CertificateError("not a certificate")
    return content
