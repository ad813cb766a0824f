"""The generator that posts pings to a peer: what counts as an answer."""

import socket
from collections.abc import Iterator

import pytest
from bench.centre.load_http import Client

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[Client, socket.socket]]:
    """A client, and the server's end of its connection."""
    ours, theirs = socket.socketpair()
    client = Client(0, iter([b"POST"]), link=ours)
    with theirs:
        yield client, theirs
        client.close()


def test_an_answer_counts_once_its_body_is_there(pair: tuple[Client, socket.socket]) -> None:
    client, server = pair
    server.sendall(HEAD)
    assert client.hear() == b""
    server.sendall(b"OK")
    assert client.hear() == HEAD + b"OK"
    assert client.link is not None


def test_a_connection_that_is_for_one_ping_ends_with_its_answer(
    pair: tuple[Client, socket.socket],
) -> None:
    client, server = pair
    client.lasts = False
    server.sendall(HEAD + b"OK")
    assert client.hear().startswith(b"HTTP/1.1 200")
    assert client.link is None


def test_half_an_answer_is_none(pair: tuple[Client, socket.socket]) -> None:
    client, server = pair
    server.sendall(HEAD + b"O")
    assert client.hear() == b""
    server.close()
    assert not client.hear().startswith(b"HTTP/1.1 200")
    assert client.link is None
