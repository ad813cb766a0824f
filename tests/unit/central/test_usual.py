"""The short way through HTTP: what it takes, h11 would have read just so."""

from __future__ import annotations

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notanker_central.web import usual
from notanker_central.web.wsgi import Answer

HEAD = b"POST /api/1/beat HTTP/1.1\r\nHost: central.example\r\nContent-Type: application/cose\r\n"
BEAT = HEAD + b"Content-Length: 4\r\n\r\nbeat"


def by_h11(data: bytes) -> tuple[usual.Headers, bytes] | None:
    """Return what h11 reads of one whole request after which the connection lasts, else None."""
    http = h11.Connection(h11.SERVER)
    http.receive_data(data)
    body = b""
    try:
        head = http.next_event()
        if not isinstance(head, h11.Request):
            return None
        while isinstance(event := http.next_event(), h11.Data):
            body += event.data
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.EndOfMessage) or http.trailing_data[0]:
        return None
    if (head.method, head.target, head.http_version) != (b"POST", b"/api/1/beat", b"1.1"):
        return None
    if http.their_state is not h11.DONE:
        return None
    return tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers), body


def test_a_beat_is_read() -> None:
    found = usual.read(BEAT)
    assert found is not None
    assert found == by_h11(BEAT)
    assert found[1] == b"beat"


@pytest.mark.parametrize(
    "other",
    [
        b"",
        BEAT[:-1],
        BEAT + b"x",
        BEAT + BEAT,
        BEAT.replace(b"POST", b"PUT"),
        BEAT.replace(b"1.1", b"1.0"),
        BEAT.replace(b"/beat", b"/report"),
        BEAT.replace(b"Host: central.example\r\n", b""),
        BEAT.replace(b"Host:", b"Host :"),
        BEAT.replace(b"Host:", b"Host: x\r\nHost:"),
        BEAT.replace(b"application", b"\x80"),
        BEAT.replace(b"application", b"a\tb"),
        BEAT.replace(b"application/cose", b"a\r\n folded"),
        BEAT.replace(b"\r\n", b"\n"),
        BEAT.replace(b"Length: 4", b"Length: 4\r\nContent-Length: 4"),
        BEAT.replace(b"Length: 4", b"Length: +4"),
        BEAT.replace(b"Length: 4", b"Length: 0x4"),
        BEAT.replace(b"Content-Length: 4", b"Transfer-Encoding: chunked"),
        BEAT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        BEAT.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"),
        BEAT.replace(b"central.example", b"x" * usual.MOST_HEAD_BYTES),
    ],
)
def test_everything_else_is_left_to_h11(other: bytes) -> None:
    assert usual.read(other) is None


pieces = st.sampled_from(
    [
        *(b"POST /api/1/beat HTTP/1.1", b"Host: a", b"Host:", b"Content-Length: 4", b"Accept: */*"),
        *(b"content-length:4 ", b"Content-Length: 04", b"User-Agent:\tx", b"Accept : x", b"Host"),
        *(b"\r\n", b"\r\n", b"\r\n\r\n", b"\n", b"beat", b" ", b":", b"\0", b"\xff", b"Expect: x"),
    ]
)


@given(st.one_of(st.lists(pieces, max_size=14).map(b"".join), st.binary(max_size=60)))
@example(BEAT)
def test_what_the_short_way_takes_h11_reads_the_same(data: bytes) -> None:
    found = usual.read(data)
    assert found in (None, by_h11(data))


@given(st.integers(0, len(BEAT) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_beat_with_something_changed_is_read_as_h11_reads_it_or_left_to_it(
    at: int, put: bytes, gone: int
) -> None:
    data = BEAT[:at] + put + BEAT[at + gone :]
    found = usual.read(data)
    assert found in (None, by_h11(data))


def test_the_answer_is_what_h11_would_write() -> None:
    answer = Answer(200, (("content-type", "application/cose"),), b"sealed")
    http = h11.Connection(h11.SERVER)
    http.receive_data(BEAT)
    while http.next_event() is not h11.PAUSED:
        if http.their_state is h11.DONE:
            break
    headers = [*answer.headers, ("content-length", "6")]
    told = http.send(h11.Response(status_code=200, headers=headers)) or b""
    told += http.send(h11.Data(data=answer.body)) or b""
    assert usual.write(answer) == told
