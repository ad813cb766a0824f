"""The portal on a socket under attack: it goes on answering."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.portal import connection, serve
from notanker.portal.captive import Captive
from notanker.portal.captive_clients import Clients
from tests.unit.portal.world import World, report, status

HALF = b"GET /de/ HTTP/1.1\r\nHost: 10.42.0.1\r\nX-Slow: "
WHOLE = b"GET /de/ HTTP/1.1\r\nHost: 10.42.0.1\r\n\r\n"


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    world = World(tmp_path_factory.mktemp("portal"))
    world.with_plan().with_status(status()).with_report(report())
    server = serve.make_server(world.files, "127.0.0.1", 0)
    with running(server):
        yield server.effective_port


@contextlib.contextmanager
def running(server: serve.Server) -> Iterator[None]:
    """Run a server in a thread, once it answers."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert home(server.effective_port)
        yield
    finally:
        server.close()
        thread.join(10)
        assert not thread.is_alive()


def home(port: int, source: str = "127.0.0.1") -> bool:
    """Tell whether somebody gets the home page."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    with contextlib.closing(link):
        link.request("GET", "/de/")
        return b"Musterhafen" in link.getresponse().read()


def connected(port: int, number: int, *, addresses: int) -> socket.socket:
    """Connect from one of so many addresses."""
    which = number % addresses
    source = f"127.9.{which // 250}.{which % 250 + 1}"
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def ask_for_ever(link: socket.socket) -> None:
    """Ask for pages without ever taking one."""
    while True:
        link.sendall(WHOLE * 100)


@pytest.mark.parametrize("addresses", [1, 700])
def test_hundreds_of_requests_held_open_keep_nobody_out(addresses: int, port: int) -> None:
    with contextlib.ExitStack() as held:
        for number in range(700):
            link = held.enter_context(connected(port, number, addresses=addresses))
            with contextlib.suppress(OSError):  # let go already, for the next one
                link.sendall(HALF)
        assert home(port)


def test_hundreds_who_take_no_answer_keep_nobody_out(port: int) -> None:
    with contextlib.ExitStack() as held:
        for number in range(550):
            link = held.enter_context(connected(port, number, addresses=3))
            with contextlib.suppress(OSError):
                link.sendall(WHOLE.replace(b"/de/", b"/druck") * 20)
        assert home(port)


def test_a_request_that_comes_too_slowly_is_cut_off(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_S", 0.0)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(HALF)
        with contextlib.suppress(ConnectionResetError):
            assert link.recv(100) == b""


def test_a_connection_that_asks_no_more_is_ended(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_S", 0.0)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(WHOLE)
        with contextlib.suppress(ConnectionResetError):
            while link.recv(65536):
                pass


def test_an_answer_that_is_not_taken_is_not_kept_for_ever(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.0)
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.settimeout(20)
        link.connect(("127.0.0.1", port))
        with pytest.raises(ConnectionError):  # its answers pile up, until the server cuts it off
            ask_for_ever(link)
    assert home(port)


def test_requests_in_one_piece_are_answered_in_order(port: int) -> None:
    pages = (b"/de/", b"/none", b"/kontakte", b"/healthz")
    last = WHOLE.replace(b"/de/", b"/en/").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(b"".join(WHOLE.replace(b"/de/", page) for page in pages) + last)
        received = b""
        while part := link.recv(65536):
            received += part
    parts = received.split(b"HTTP/1.1 ")[1:]
    assert [part[:3] for part in parts] == [b"200", b"404", b"200", b"200", b"200"]
    assert b"\r\n\r\nok\n" in parts[3]


def test_head_has_the_same_head_and_nothing_else(port: int) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(link):
        link.request("HEAD", "/de/")
        answer = link.getresponse()
        assert answer.read() == b""
        assert int(answer.getheader("Content-Length") or 0) > 1000
        link.request("GET", "/healthz")  # the connection goes on
        assert link.getresponse().read() == b"ok\n"


def test_a_small_body_reaches_the_pages_which_take_none(port: int) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(link):
        link.request("POST", "/de/", body=b"a=b")
        assert link.getresponse().status == 405


# With a certificate


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of the site's own, signed by itself, and its key."""
    pem, key = tmp_path / "portal.pem", tmp_path / "portal.key"
    line = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = [
        "-subj",
        "/CN=notfall.firma.example",
        "-addext",
        "subjectAltName=DNS:notfall.firma.example",
    ]
    subprocess.run([*line, *names, "-out", pem, "-keyout", key], check=True, capture_output=True)
    return pem, key


def test_with_a_certificate_the_state_of_a_device_is_told_by_https(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    name = "notfall.firma.example"
    world = World(tmp_path).with_plan()
    gate = Captive("http://10.42.0.1/", "guide", Clients(neighbours=tmp_path / "none"), name)
    server = serve.make_server(world.files, "127.0.0.1", 0, gate=gate)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    server.secure(*certificate, "127.0.0.1", port)
    with running(server):
        context = ssl.create_default_context(cafile=str(certificate[0]))
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname=name) as link,
        ):
            head = f"GET /captive-portal/api HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
            link.sendall(head.encode())
            received = b""
            while part := link.recv(65536):
                received += part
        assert b"application/captive+json" in received
        assert b'"captive":true' in received
        assert home(server.effective_port)


def test_a_certificate_that_cannot_be_used_leaves_plain_http(
    certificate: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate[0].write_text("none")
    server = serve.make_server(World(tmp_path).with_plan().files, "127.0.0.1", 0)
    server.secure(*certificate, "127.0.0.1", 0)
    with running(server):
        assert home(server.effective_port)
    assert "portal_without_https" in caplog.text
