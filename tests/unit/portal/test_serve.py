"""The portal on a socket: its limits, and what it needs of the machine."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.portal.world import World

from notanker.portal import serve


@pytest.fixture
def port(world: World) -> Iterator[int]:
    server = serve.make_server(world.files, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        thread.join(10)
        assert not thread.is_alive()


def test_the_home_page_comes_over_a_socket(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/de/")
    response = connection.getresponse()
    assert response.status == 200
    assert b"Musterhafen" in response.read()
    assert response.getheader("Server") is None
    connection.close()


def exchange(port: int, sent: bytes) -> bytes:
    """Return the answer, as far as it comes before the server cuts the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        received = b""
        try:
            link.sendall(sent)
            while part := link.recv(65536):
                received += part
        except ConnectionError:
            pass
        return received


def test_a_header_without_end_is_refused(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: "
    answer = exchange(port, head + b"a" * 8_300 + b"\r\n\r\n")
    assert b" 431 " in answer or answer == b""
    assert exchange(port, head + b"a" * 800 + b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_a_body_is_refused(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    assert exchange(port, head).startswith(b"HTTP/1.1 413 ")


def test_a_line_that_is_not_http_is_refused(port: int) -> None:
    assert b" 400 " in exchange(port, b"\x16\x03\x01\x02\x00\x01\r\n\r\n")


def test_the_portal_needs_neither_the_agents_shell_nor_the_renderer() -> None:
    code = (
        "import sys, notanker.portal.serve;"
        "bad = [m for m in sys.modules if m.startswith(('notanker.shell', 'notanker.plugin',"
        " 'markdown_it', 'sqlite3', 'structlog', 'notanker.plan.render'))];"
        "print(bad)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert result.stdout.strip() == "[]"


def test_systemd_hears_when_the_portal_listens_and_that_its_loop_lives(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setattr(serve, "SWEEP_S", 0.001)
        server = serve.make_server(world.files, "127.0.0.1", 0)
        thread = threading.Thread(target=server.run)
        thread.start()
        heard.append(systemd.recv(100))
        ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert exchange(server.effective_port, ask).startswith(b"HTTP/1.1 200 ")
        heard.append(systemd.recv(100))
        server.close()
        thread.join(10)
        while heard[-1] != b"STOPPING=1":
            heard.append(systemd.recv(100))
    assert heard[:2] == [b"READY=1", b"WATCHDOG=1"]
    assert set(heard[2:-1]) <= {b"WATCHDOG=1"}
