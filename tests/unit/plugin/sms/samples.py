"""PDUs put together by hand, octet by octet, so that the codec is not tested with itself."""

from __future__ import annotations

SENDER = "0C91940332211501"
"""+493023125110"""
RECIPIENT = SENDER
CENTRE = "0891947106049600F0"
"""+4917604069000: the last half octet is filled up."""
TIME = "62115232542380"
"""2026-11-25 23:45:32 at +02:00: eight quarters."""
HELLO = "05E8329BFD06"
HELLO_TWICE = "0AE8329BFD4697D9EC37"


def deliver(
    data: str = HELLO,
    *,
    first: int = 0x04,
    sender: str = SENDER,
    protocol: int = 0,
    coding: int = 0,
    time: str = TIME,
    centre: str = "00",
) -> str:
    """Return a DELIVER; `data` is the length octet and the user data."""
    return f"{centre}{first:02X}{sender}{protocol:02X}{coding:02X}{time}{data}"


def with_header(
    header: str, body: str, *, coding: int = 0x08, sender: str = SENDER, time: str = TIME
) -> str:
    """Return a DELIVER with a header (elements in hexadecimal) and UCS-2 or octets behind it."""
    head = f"{len(header) // 2:02X}{header}"
    data = f"{(len(head) + len(body)) // 2:02X}{head}{body}"
    return deliver(data, first=0x44, sender=sender, coding=coding, time=time)


def part(
    number: int,
    total: int,
    text: str,
    *,
    reference: int = 7,
    sender: str = SENDER,
    time: str = TIME,
) -> str:
    """Return one part of a message in UCS-2."""
    header = f"0003{reference:02X}{total:02X}{number:02X}"
    body = text.encode("utf-16-be", "surrogatepass").hex().upper()
    return with_header(header, body, sender=sender, time=time)


def septets(header: str, values: list[int]) -> str:
    """Return length, header and septets behind it, bit by bit as 23.040, 9.2.3.24 draws it."""
    head = f"{len(header) // 2:02X}{header}" if header else ""
    bits = [0] * (-len(head) // 2 * 8 % 7) if head else []
    for value in values:
        bits += [value >> bit & 1 for bit in range(7)]
    bits += [0] * (-len(bits) % 8)
    octets = [
        sum(bit << place for place, bit in enumerate(bits[at : at + 8]))
        for at in range(0, len(bits), 8)
    ]
    length = (len(head) // 2 * 8 + 6) // 7 + len(values)
    return f"{length:02X}{head}{bytes(octets).hex().upper()}"
