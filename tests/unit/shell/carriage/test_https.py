"""A beat by HTTPS: resumed where the last connection left a ticket, whole again where it is not taken."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from notanker.core.names import Uplink
from notanker.shell import spending
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.https import Https

BACKUP = Uplink.BACKUP
LOOPBACK = dict.fromkeys(Uplink, "lo")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=centre.example", "-addext", "subjectAltName=DNS:centre.example"]
    out = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", *curve, *names, *out],
        check=True,
        capture_output=True,
    )
    return certificate, key


def context(files: tuple[Path, Path]) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.num_tickets = 1
    tls.load_cert_chain(*files)
    return tls


class Heard:
    """What a centre heard: each request, and whether its connection was resumed."""

    def __init__(self, status: bytes = b"200 OK") -> None:
        self.status = status
        self.resumed: list[bool] = []
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.resumed.append(bool(writer.get_extra_info("ssl_object").session_reused))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 " + self.status + b"\r\ncontent-length: 6\r\n\r\nstored")
        await writer.drain()
        await reader.read()
        writer.transport.abort()


@asynccontextmanager
async def centre(heard: Heard, tls: ssl.SSLContext, port: int = 0) -> AsyncIterator[int]:
    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await heard.serve(reader, writer)
        except OSError:
            writer.transport.abort()  # the site ends a connection without a goodbye

    server = await asyncio.start_server(quietly, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.01)


def carrier(port: int, ca: Path, host: str = "centre.example") -> Https:
    known = Addresses(host, ("127.0.0.1",), LOOPBACK, dict.fromkeys(Uplink, ()))
    return Https(host, port, ca, known, LOOPBACK)


async def send(by: Https, beat: bytes = b"beat") -> bytes:
    async with asyncio.timeout(30):
        return await by.send(BACKUP, beat, lambda _: True)


def live(work: Callable[[], object]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_the_second_beat_resumes_and_costs_less(files: tuple[Path, Path]) -> None:
    heard, costs = Heard(), []

    async def work() -> None:
        async with centre(heard, context(files)) as port:
            by = carrier(port, files[0])
            for _ in range(3):
                paid: list[int] = []
                with spending.on_account(paid.append):
                    assert await send(by) == b"stored"
                costs.append(sum(paid))

    live(work)
    assert heard.resumed == [False, True, True]
    assert max(costs[1:]) < costs[0] - 400, "what the certificate takes"


def test_the_head_says_no_more_than_it_must(files: tuple[Path, Path]) -> None:
    heard = Heard()

    async def work() -> None:
        async with centre(heard, context(files)) as port:
            await send(carrier(port, files[0]), b"x" * 90_000)

    live(work)
    lines = heard.requests[0].partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert lines == [
        b"post /api/1/beat http/1.1",
        b"host: centre.example",
        b"content-length: 90000",
    ]
    assert heard.requests[0].endswith(b"x" * 90_000)


def test_a_centre_that_was_restarted_gets_a_whole_handshake(files: tuple[Path, Path]) -> None:
    """Its new ticket keys cannot read the old ticket; nothing fails, and the next one resumes again."""
    first, second = Heard(), Heard()

    async def work() -> None:
        async with centre(first, context(files)) as port:
            by = carrier(port, files[0])
            await send(by)
        async with centre(second, context(files), port):
            assert [await send(by) for _ in range(2)] == [b"stored"] * 2

    live(work)
    assert (first.resumed, second.resumed) == ([False], [False, True])


def test_what_is_not_taken_is_an_error_and_leaves_no_session(files: tuple[Path, Path]) -> None:
    heard = Heard(b"503 Service Unavailable")

    async def work() -> None:
        async with centre(heard, context(files)) as port:
            with pytest.raises(CarrierError, match="the centre answered 503"):
                await send(carrier(port, files[0]))

    live(work)


def test_a_stranger_s_certificate_is_refused(files: tuple[Path, Path]) -> None:
    heard = Heard()

    async def work() -> None:
        async with centre(heard, context(files)) as port:
            with pytest.raises(ssl.SSLCertVerificationError):
                await send(carrier(port, files[0], host="another.example"))

    live(work)
    assert not heard.requests


def test_an_authority_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async def work() -> None:
        with pytest.raises(CarrierError, match="cannot be used"):
            await send(carrier(1, tmp_path / "missing.pem"))

    live(work)
