"""The courier between systems without a way out and the package sources of this machine."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from notanker_lab.booted import courier, places

STAMP = "Thu, 26 Nov 2026 12:00:00 GMT"


class Source(BaseHTTPRequestHandler):
    """A package source with three files, which counts what it is asked for."""

    files: ClassVar[dict[str, bytes]] = {
        "/debian/a.deb": b"package",
        "/debian/InRelease": b"index",
        "/debian/big.deb": b"b" * 4096,
    }
    asked: ClassVar[list[str]] = []

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = self.files.get(self.path)
        if body is None:
            self.send_error(404)
        elif self.headers.get("If-Modified-Since") == STAMP:
            self.send_response(304)
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Last-Modified", STAMP)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Give where a courier listens whose machine has that source alone."""
    Source.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv(places.CACHE_ENV, str(tmp_path))
    monkeypatch.delenv(courier.REMOTE_ENV, raising=False)
    origin = f"http://127.0.0.1:{server.server_port}/debian"
    monkeypatch.setattr(courier, "origins", lambda: {"debian": origin})
    listener = courier.tcp_listener("127.0.0.1", 0)
    with courier.serving(listener):
        yield listener.getsockname()
    server.shutdown()
    server.server_close()


def ask(
    proxy: tuple[str, int], target: str, method: str = "GET", **headers: str
) -> tuple[int, bytes]:
    talk = http.client.HTTPConnection(*proxy, timeout=10)
    talk.request(method, target, headers={name.replace("_", "-"): v for name, v in headers.items()})
    answer = talk.getresponse()
    body = answer.read()
    talk.close()
    return answer.status, body


def test_a_package_is_fetched_once(proxy: tuple[str, int]) -> None:
    for _ in range(2):
        assert ask(proxy, "http://debian.example/debian/a.deb") == (200, b"package")
    assert Source.asked == ["/debian/a.deb"]


def test_an_index_is_asked_for_each_time_and_may_be_unchanged(proxy: tuple[str, int]) -> None:
    index = "http://debian.example/debian/InRelease"
    assert ask(proxy, index) == (200, b"index")
    assert ask(proxy, index, If_Modified_Since=STAMP) == (304, b"")
    assert len(Source.asked) == 2


def test_what_is_not_there_is_said_to_be_missing(proxy: tuple[str, int]) -> None:
    assert ask(proxy, "http://debian.example/debian/none")[0] == 404


def test_a_question_about_a_file_brings_no_body(proxy: tuple[str, int]) -> None:
    assert ask(proxy, "http://debian.example/debian/a.deb", "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "target",
    [
        "http://other.example/debian/a.deb",
        "http://debian.example/else/a.deb",
        "http://debian.example/debian/../a.deb",
        "http://debian.example/debian/",
        "http://debian.example/debian/a.deb?x=1",
        "https://debian.example/debian/a.deb",
        "/debian/a.deb",
    ],
)
def test_nothing_else_is_served(proxy: tuple[str, int], target: str) -> None:
    assert ask(proxy, target)[0] == 403
    assert Source.asked == []


def test_nothing_is_done_but_reading(proxy: tuple[str, int]) -> None:
    for method in ("POST", "PUT", "DELETE", "CONNECT"):
        assert ask(proxy, "http://debian.example/debian/a.deb", method)[0] == 501


def test_a_file_that_is_too_large_is_given_up(
    proxy: tuple[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(courier, "_MOST_BYTES", 1024)
    assert ask(proxy, "http://debian.example/debian/big.deb")[0] == 502
    assert not list((tmp_path / "debs").rglob("*.deb"))


def test_a_source_that_is_down_is_said_to_be(
    proxy: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(courier, "origins", lambda: {"debian": f"http://127.0.0.1:{port}/debian"})
    assert ask(proxy, "http://debian.example/debian/a.deb")[0] == 502


def test_a_courier_in_a_capsule_hands_on_to_the_one_outside(
    proxy: tuple[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listener = courier.tcp_listener("127.0.0.1", 0)
    with courier.serving(courier.unix_listener(tmp_path / "outside")):
        monkeypatch.setenv(courier.REMOTE_ENV, str(tmp_path / "outside"))
        where = listener.getsockname()
        with courier.serving(listener):
            assert ask(where, "http://debian.example/debian/a.deb") == (200, b"package")
