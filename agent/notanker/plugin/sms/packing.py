"""Seven bits a character in octets of eight: packing and unpacking (3GPP TS 23.038, 6.1.2.1).

Septets fill the octets from the least significant bit on, so a packed text is one long number in
little-endian order. After a user data header the first septet starts at a septet boundary, counted from the
start of the header: up to six fill bits lie between (3GPP TS 23.040, 9.2.3.24).
"""

from __future__ import annotations


def octets_for(septets: int) -> int:
    """Return how many octets that many septets take."""
    return (septets * 7 + 7) // 8


def septets_of(octets: int) -> int:
    """Return how many septets a header of that many octets takes, with the bits that fill it up."""
    return (octets * 8 + 6) // 7


def fill_bits(header_octets: int) -> int:
    """Return how many bits lie between a header of that many octets and the first septet."""
    return -header_octets * 8 % 7


def pack(septets: bytes, skip_bits: int = 0) -> bytes:
    """Return the septets packed, after that many bits of zero."""
    number = 0
    for septet in reversed(septets):
        number = number << 7 | septet
    bits = skip_bits + 7 * len(septets)
    return (number << skip_bits).to_bytes((bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, skip_bits: int = 0) -> bytes:
    """Return at most that many septets, one an octet; fewer if the octets do not hold as many."""
    number = int.from_bytes(octets, "little") >> skip_bits
    held = max(0, (len(octets) * 8 - skip_bits) // 7)
    return bytes([number >> 7 * index & 0x7F for index in range(min(count, held))])
