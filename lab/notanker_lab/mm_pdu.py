"""PDUs of SMS that come in (3GPP TS 23.040), made here and not with the agent's codec."""

from collections.abc import Sequence

_STAMP = "62115221436500"
"""2026-11-25 12:34:56, UTC, each octet's digits swapped."""
_UCS_2 = 8
_PART_OCTETS = 134


def deliver(sender: str, text: str, *, stamp: str = _STAMP) -> str:
    """Give an SMS that fits one message, as UCS-2."""
    octets = text.encode("utf-16-be")
    return _deliver(sender, octets, stamp, header=b"")


def parts(sender: str, text: str, reference: int, *, stamp: str = _STAMP) -> Sequence[str]:
    """Give a long SMS, cut at each 134th octet: between the halves of an emoji too, as some phones do."""
    octets = text.encode("utf-16-be")
    pieces = [octets[at : at + _PART_OCTETS] for at in range(0, len(octets), _PART_OCTETS)]
    headers = [
        bytes([5, 0, 3, reference, len(pieces), number]) for number in range(1, len(pieces) + 1)
    ]
    return [
        _deliver(sender, piece, stamp, header=header)
        for piece, header in zip(pieces, headers, strict=True)
    ]


def report(recipient: str, reference: int) -> str:
    """Give a status report: delivered. The recipient is its address as it stands in the SUBMIT."""
    return f"0006{reference:02X}{recipient}{_STAMP}{_STAMP}00"


def recipient_octets(submit: str) -> str:
    """Give the address in a SUBMIT, in hexadecimal."""
    after_centre = 2 + 2 * int(submit[:2], 16)
    start = after_centre + 4  # the first octet, TP-MR
    digits = int(submit[start : start + 2], 16)
    return submit[start : start + 4 + 2 * ((digits + 1) // 2)]


def _deliver(sender: str, octets: bytes, stamp: str, header: bytes) -> str:
    first = 0x44 if header else 0x04
    body = header + octets
    return (
        f"00{first:02X}{_address(sender)}00{_UCS_2:02X}{stamp}{len(body):02X}{body.hex().upper()}"
    )


def _address(number: str) -> str:
    digits = number.lstrip("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
    kind = "91" if number.startswith("+") else "81"
    return f"{len(digits):02X}{kind}{swapped}"
