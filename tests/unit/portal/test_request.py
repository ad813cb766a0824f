"""Heads of requests: what is understood, and that everything else is refused and never ends the process."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.portal.request import RefusedError, read

HOST = b"\r\nHost: 10.42.0.1"


def status_of(head: bytes) -> int:
    with pytest.raises(RefusedError) as refused:
        read(head)
    return refused.value.status


def test_a_browsers_head_is_understood() -> None:
    request = read(
        b"GET /seite/ruhe?x=1 HTTP/1.1\r\nHost: Notfall.LAN:80\r\nAccept: a\r\nACCEPT: b"
    )
    assert (request.method, request.path, request.query) == ("GET", "/seite/ruhe", "x=1")
    assert (request.host, request.fields["accept"], request.lasts) == ("notfall.lan", "a, b", True)


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.0", b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Close"]
)
def test_a_browser_that_wants_no_more_gets_no_more(line: bytes) -> None:
    assert not read(line).lasts


def test_the_address_in_the_first_line_counts_before_the_field() -> None:
    request = read(b"GET http://captive.apple.com/a HTTP/1.1\r\nHost: 10.42.0.1")
    assert (request.host, request.path) == ("captive.apple.com", "/a")


def test_an_ipv6_address_is_a_host() -> None:
    assert read(b"GET / HTTP/1.1\r\nHost: [fd00::1]:80").host == "[fd00::1]"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET / HTTP/1.1",
        b"GET / HTTP/2.0" + HOST,
        b"GET  / HTTP/1.1" + HOST,
        b"GET none HTTP/1.1" + HOST,
        b"get / HTTP/1.1" + HOST,
        b"GET /\x00 HTTP/1.1" + HOST,
        b"GET / HTTP/1.1" + HOST + HOST,
        b"GET / HTTP/1.1" + HOST + b"\r\n folded: x",
        b"GET / HTTP/1.1" + HOST + b"\r\nX : y",
        b"GET / HTTP/1.1" + HOST + b"\r\nX: a\nb",
        b"GET / HTTP/1.1" + HOST + b"\r\nContent-Length: -1",
        b"GET / HTTP/1.1" + HOST + b"\r\nContent-Length: 1, 1",
        b"GET / HTTP/1.1\r\nHost: a b",
        b"GET / HTTP/1.1" + HOST + b"\r\nX: y" * 64,
    ],
)
def test_what_is_odd_is_refused(head: bytes) -> None:
    assert status_of(head) == 400


def test_a_body_has_to_be_small_and_of_known_size() -> None:
    assert read(b"POST / HTTP/1.1" + HOST + b"\r\nContent-Length: 10").body_bytes == 10
    assert status_of(b"POST / HTTP/1.1" + HOST + b"\r\nContent-Length: 9000000") == 413
    assert status_of(b"POST / HTTP/1.1" + HOST + b"\r\nTransfer-Encoding: chunked") == 501


@given(st.binary(max_size=300))
def test_any_bytes_are_understood_or_refused(head: bytes) -> None:
    with suppress(RefusedError):
        assert read(head).path.startswith("/")


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_field_is_understood_or_refused(name: bytes, value: bytes) -> None:
    with suppress(RefusedError):
        request = read(b"GET /a HTTP/1.1" + HOST + b"\r\n" + name + b": " + value)
        assert request.path == "/a"
