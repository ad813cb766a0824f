"""SMS-DELIVER PDUs as a network sends them (3GPP TS 23.040, 9.2.2.1), not made by the codec under test."""

from __future__ import annotations

_REFERENCE = 0xA7


def deliver(sender: str, text: str, *, second: int = 7, name: bool = False) -> list[str]:
    """Return the PDUs of a text, in UCS-2, in as many parts as it takes."""
    units = text.encode("utf-16-be")
    if len(units) <= 140:
        return [_pdu(sender, units, second, name=name)]
    # 140 octets less 6 of header; a surrogate pair may be cut in two, as some phones do.
    pieces = [units[at : at + 134] for at in range(0, len(units), 134)]
    return [
        _pdu(sender, bytes((5, 0, 3, _REFERENCE, len(pieces), number)) + piece, second, header=True)
        for number, piece in enumerate(pieces, 1)
    ]


def _pdu(sender: str, data: bytes, second: int, *, header: bool = False, name: bool = False) -> str:
    first = 0x44 if header else 0x04
    stamp = "62115201" + _swapped(f"{42:02}") + _swapped(f"{second:02}") + "40"
    return (
        f"00{first:02X}{_name(sender) if name else _number(sender)}0008{stamp}"
        f"{len(data):02X}{data.hex().upper()}"
    )


def _number(number: str) -> str:
    digits = number.removeprefix("+")
    return f"{len(digits):02X}91{_swapped(digits + 'F' * (len(digits) % 2))}"


def _name(text: str) -> str:
    bits = sum(ord(char) << 7 * n for n, char in enumerate(text))
    octets = bits.to_bytes(-(-7 * len(text) // 8), "little")
    return f"{-(-7 * len(text) // 4):02X}D0{octets.hex().upper()}"


def _swapped(digits: str) -> str:
    return "".join(digits[n + 1] + digits[n] for n in range(0, len(digits), 2))
