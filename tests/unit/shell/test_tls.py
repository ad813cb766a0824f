"""The end of a certificate, out of real ones and out of rubbish."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.probes import tls
from notanker.shell.probes.tls import CertificateError

DAY_S = 86_400.0


def certificate(folder: Path, days: int, name: str = "pbx.example") -> Path:
    """Make a certificate of our own with openssl."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", f"/CN={name}", "-days", str(days), "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return folder / "cert.pem"


def der_of(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))


def told_by_openssl(path: Path) -> float:
    out = subprocess.run(
        ["openssl", "x509", "-in", str(path), "-noout", "-enddate"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    return ssl.cert_time_to_seconds(out.strip().removeprefix("notAfter="))


@pytest.mark.parametrize("days", [2, 400, 12_000])
def test_the_end_is_what_openssl_says_it_is(days: int, tmp_path: Path) -> None:
    """12,000 days are beyond 2050: there the time has another form (RFC 5280 section 4.1.2.5)."""
    path = certificate(tmp_path, days)
    assert tls.end_of(der_of(path)) == told_by_openssl(path)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return der_of(certificate(tmp_path_factory.mktemp("certificate"), 30))


def test_no_part_of_a_certificate_breaks_the_reader(real: bytes) -> None:
    for length in range(len(real)):
        with pytest.raises(CertificateError):
            tls.end_of(real[:length])


def test_no_changed_byte_breaks_the_reader(real: bytes) -> None:
    for at in range(len(real)):
        spoilt = real[:at] + bytes([real[at] ^ 0xFF]) + real[at + 1 :]
        try:
            assert isinstance(tls.end_of(spoilt), float)
        except CertificateError:
            continue


@given(st.binary(max_size=300))
def test_no_rubbish_breaks_the_reader(data: bytes) -> None:
    try:
        tls.end_of(data)
    except CertificateError:
        return


def shown(folder: Path, host: str) -> float:
    """Ask a server on the loopback for its certificate."""

    async def work() -> float:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            return await asyncio.wait_for(tls.expires_s("lo", "127.0.0.1", port, host), 30)
        finally:
            server.close()

    return asyncio.run(work())


@pytest.mark.parametrize("host", ["", "pbx.example", "quite.another.example"])
def test_a_certificate_that_nobody_trusts_is_read_all_the_same(host: str, tmp_path: Path) -> None:
    path = certificate(tmp_path, 5)
    assert shown(tmp_path, host) == told_by_openssl(path)


def test_a_server_without_tls_is_a_refusal() -> None:
    async def work() -> None:
        async def rubbish(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 ready\r\n" * 10)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(rubbish, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            await asyncio.wait_for(tls.expires_s("lo", "127.0.0.1", port, ""), 30)
        finally:
            server.close()

    with pytest.raises(OSError, match="SSL"):
        asyncio.run(work())


def test_the_last_century_is_not_the_next() -> None:
    assert tls._time_s(0x17, b"990101000000Z") == dt.datetime(1999, 1, 1, tzinfo=dt.UTC).timestamp()
    assert tls._time_s(0x17, b"490101000000Z") == dt.datetime(2049, 1, 1, tzinfo=dt.UTC).timestamp()
