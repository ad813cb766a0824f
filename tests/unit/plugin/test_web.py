"""One HTTP exchange, whatever answers at the other end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker.plugin.web import MAX_ANSWER_BYTES, Ask, Reply, address_fault, exchange, refuse

PATIENCE_S = 30.0


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Give the address of a server that reads one request, answers these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.settimeout(PATIENCE_S)
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def asked(answer: bytes) -> Reply:
    with answering(answer) as url:
        return exchange(Ask("POST", url, b"x", answer_timeout_s=PATIENCE_S))


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 503 \r\n", b"HTTP/1.1 99999 X\r\n", b"HTTP/1.1\r\n", b"\r\n",
        b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 9999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n", b"zz\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n",
        b"Retry-After: 7\r\n", b"Retry-After: 99999999999999999999999999\r\n", b"Retry-After: soon\r\n",
        b"Content-Type: text/html\r\n", b"<html>", b"HTTP/1.1 100 Continue\r\n\r\n",
        b"\x00\xff", b"x" * 70_000,
    ]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=8).map(b"".join)))
def test_whatever_answers_is_an_answer_or_in_doubt(answer: bytes) -> None:
    try:
        reply = asked(answer)
    except Unknown:
        return
    assert len(reply.body) <= MAX_ANSWER_BYTES
    fault = refuse(reply)
    assert not isinstance(fault, Retry) or 1.0 <= fault.after_s <= 3600.0


def test_an_answer_is_read_up_to_its_bound() -> None:
    reply = asked(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)
    assert (reply.well, len(reply.body)) == (True, MAX_ANSWER_BYTES)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, Permanent),
        (400, Permanent),
        (403, Permanent),
        (408, Retry),
        (429, Retry),
        (500, Retry),
        (502, Unknown),
        (503, Retry),
        (504, Unknown),
        (507, Retry),
    ],
)
def test_a_status_says_what_was_done(status: int, fault: type[PluginError]) -> None:
    assert type(refuse(Reply(status, "", None, b""))) is fault


@given(st.text(alphabet="htps:/@[]?#.%x0 1ä\n", max_size=40))
def test_any_address_is_found_good_or_bad(text: str) -> None:
    assert isinstance(address_fault(text, "https", "http"), str)


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://h/", "https://", "https://u:p@h/", "https://h:0/", "https://h:x/", "https://[/",
     "https://h/ a", "https://h/ä"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_told_before_anything_is_sent(url: str) -> None:
    assert address_fault(url, "https", "http")
    with pytest.raises(Permanent, match="address"):
        exchange(Ask("GET", url))


def test_a_header_that_cannot_be_sent_is_told_without_its_value() -> None:
    with pytest.raises(Permanent) as refused:
        exchange(Ask("GET", "https://alerts.example/", headers={"X-Key": "geheim\r\nX: y"}))
    assert "geheim" not in str(refused.value)


def test_certificates_that_cannot_be_read_are_named() -> None:
    with pytest.raises(Retry, match=r"/nowhere/ca\.pem"):
        exchange(Ask("GET", "https://alerts.example/", ca="/nowhere/ca.pem"))
