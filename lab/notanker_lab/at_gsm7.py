"""The 7-bit default alphabet (3GPP TS 23.038 section 6.2.1) of the AT emulator.

Written for the emulator alone, so that it can prove the product's own codec: whole numbers instead of
bit loops, and the tables typed once more.
"""

from collections.abc import Sequence
from typing import Final

ESCAPE: Final = 0x1B
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]",
    0x40: "|", 0x65: "€",
}  # fmt: skip
_CODES: Final = {char: (code,) for code, char in enumerate(BASIC) if code != ESCAPE} | {
    char: (ESCAPE, code) for code, char in EXTENDED.items()
}


def fits(text: str) -> bool:
    """Say whether the alphabet has every character."""
    return all(char in _CODES for char in text)


def septets(text: str) -> list[int]:
    """Give the septets of ``text``.

    Raises:
        KeyError: a character is not in the alphabet.
    """
    return [code for char in text for code in _CODES[char]]


def to_text(codes: Sequence[int]) -> str:
    """Give the text of ``codes``; an unknown extension is its basic character, as the standard has it."""
    text, escaped = "", False
    for code in codes:
        if code == ESCAPE and not escaped:
            escaped = True
            continue
        text += EXTENDED.get(code, BASIC[code]) if escaped else BASIC[code]
        escaped = False
    return text


def pack(codes: Sequence[int], fill_bits: int = 0) -> bytes:
    """Pack septets into octets, the first one ``fill_bits`` bits in."""
    number = sum(code << (7 * place) for place, code in enumerate(codes)) << fill_bits
    return number.to_bytes((7 * len(codes) + fill_bits + 7) // 8, "little")


def unpack(data: bytes, count: int, fill_bits: int = 0) -> list[int]:
    """Give ``count`` septets of ``data``."""
    number = int.from_bytes(data, "little") >> fill_bits
    return [(number >> (7 * place)) & 0x7F for place in range(count)]
