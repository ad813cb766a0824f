"""MQTT on the wire: packets as the standard has them, and rubbish that ends in one kind of error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.mqtt_wire import (
    MOST_BYTES,
    Kind,
    Login,
    Packet,
    Reader,
    connect,
    publish,
    subscribe,
    told,
)

TOPIC = "notanker/1/nord/answer"


def test_a_connect_is_the_one_of_the_standard() -> None:
    """The layout of section 3.1, with will, user and password."""
    bare = connect(Login("c"), 60)
    assert bare == bytes.fromhex("100d 0004 4d515454 04 02 003c 0001 63")
    full = connect(Login("c", "u", b"p", "w"), 60)
    assert full == bytes.fromhex(
        "1019 0004 4d515454 04 ee 003c 0001 63 0001 77 0001 30 0001 75 0001 70"
    )


def test_a_subscription_and_a_message_are_those_of_the_standard() -> None:
    assert subscribe(10, "a/b") == bytes.fromhex("8208 000a 0003 612f62 00")
    assert publish("a/b", b"x", 10) == bytes.fromhex("3208 0003 612f62 000a 78")
    assert publish("a/b", b"x", retain=True) == bytes.fromhex("3106 0003 612f62 78")


@pytest.mark.parametrize("size", [0, 120, 121, 122, 16_376, 16_377, 16_378, MOST_BYTES - 7])
def test_what_is_written_is_read_however_it_comes(size: int) -> None:
    """Lengths of one, two and three bytes, and the borders between them."""
    whole = publish("a/b", b"x" * size, 7) + publish("a/b", b"y")
    for step in (1, 100, len(whole)):
        reader, found = Reader(), []
        for at in range(0, len(whole), step):
            found += reader.feed(whole[at : at + step])
        assert [told(packet, "a/b") for packet in found] == [b"x" * size, b"y"]


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (Packet(Kind.CONNACK, 0, b"\0\5"), "this user may not connect"),
        (Packet(Kind.CONNACK, 0, b"\0\x63"), "code 99"),
        (Packet(Kind.CONNACK, 0, b""), "does not speak MQTT"),
        (Packet(Kind.SUBACK, 0, b"\0\1\x80"), "refuses the topic"),
    ],
)
def test_a_refusal_is_told_in_words(packet: Packet, reason: str) -> None:
    with pytest.raises(CarrierError, match=reason):
        told(packet, TOPIC)


def test_other_topics_and_other_packets_say_nothing() -> None:
    (other,) = Reader().feed(publish("notanker/1/sued/answer", b"x"))
    assert told(other, TOPIC) is None
    assert told(Packet(Kind.CONNACK, 0, b"\0\0"), TOPIC) is None
    assert told(Packet(Kind.PUBACK, 0, b"\0\1"), TOPIC) is None


@pytest.mark.parametrize("head", [b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f"])
def test_what_is_no_mqtt_or_too_long_is_refused_before_it_is_held(head: bytes) -> None:
    with pytest.raises(CarrierError):
        Reader().feed(head)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_rubbish_is_read_or_refused_and_never_more(chunks: list[bytes]) -> None:
    reader = Reader()
    try:
        for chunk in chunks:
            for packet in reader.feed(chunk):
                told(packet, TOPIC)
    except CarrierError:
        return
