"""SMS as a modem passes them on (3GPP TS 23.040): what the host submits, what the network delivers.

The emulator's own code on purpose: a codec that is tested with itself proves nothing.
"""

import time
from dataclasses import dataclass
from typing import Final

from notanker_lab import at_gsm7

_SUBMIT, _REPORT_ASKED, _HEADER, _REJECT_COPIES = 0x01, 0x20, 0x40, 0x04
_MORE_TO_COME: Final = 0x04  # in a DELIVER this bit set means: nothing more waits
_INTERNATIONAL, _NATIONAL, _ALPHANUMERIC = 0x91, 0x81, 0xD0
_VALIDITY_BYTES: Final = {0: 0, 1: 7, 2: 1, 3: 7}  # by bits 3 and 4 of the first octet
_CONCATENATED_8, _CONCATENATED_16 = 0x00, 0x08
_DIGITS: Final = "0123456789*#abc"
_UCS2: Final = 0x08
DELIVERED: Final = 0x00
FAILED: Final = 0x46
"""TP-ST: validity period expired, no more tries (9.2.3.15)."""


class PduError(Exception):
    """This is no PDU that a modem would take."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part's place in a long message; ``wide`` is the 16-bit reference."""

    reference: int
    total: int
    number: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Submit:
    """What a host wants to send.

    Attributes:
        reference: TP-MR as the host wrote it.
        asks_report: TP-SRR.
        rejects_copies: TP-RD.
        text: Decoded by the coding scheme; "" for data.
        raw: The user data without its header.
    """

    number: str
    text: str
    reference: int = 0
    asks_report: bool = False
    rejects_copies: bool = False
    coding: int = 0
    part: Part | None = None
    raw: bytes = b""


def read_frame(text: str, length: int) -> Submit:
    """Read what was typed at the prompt of ``AT+CMGS=<length>``: centre's address, then the SUBMIT.

    Raises:
        PduError: it is not hexadecimal, its length is another, or it is no SUBMIT.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise PduError(f"no hexadecimal digits: {error}") from error
    if not data or len(data) - 1 - data[0] != length:
        raise PduError(f"{length} octets are announced, {len(data)} came")
    return read_submit(data[1 + data[0] :])


def read_submit(tpdu: bytes) -> Submit:
    """Read a SUBMIT.

    Raises:
        PduError: it ends early or is something else.
    """
    try:
        return _read_submit(tpdu)
    except IndexError as error:
        raise PduError("the SUBMIT ends early") from error


def _read_submit(tpdu: bytes) -> Submit:
    first, reference = tpdu[0], tpdu[1]
    if first & 0x03 != _SUBMIT:
        raise PduError(f"no SUBMIT: first octet {first:02X}")
    number, after = read_address(tpdu, 2)
    coding = tpdu[after + 1]
    at = after + 2 + _VALIDITY_BYTES[first >> 3 & 0x03]
    count, data = tpdu[at], tpdu[at + 1 :]
    part, raw, text = read_user_data(coding, count, data, header=bool(first & _HEADER))
    return Submit(
        number, text, reference, bool(first & _REPORT_ASKED), bool(first & _REJECT_COPIES),
        coding, part, raw,
    )  # fmt: skip


def read_user_data(
    coding: int, count: int, data: bytes, *, header: bool
) -> tuple[Part | None, bytes, str]:
    """Give the part, the user data behind the header, and its text.

    Raises:
        PduError: the length field and what follows do not agree.
    """
    seven = not coding & 0x0C if coding < 0xF0 else not coding & 0x04
    octets = (count * 7 + 7) // 8 if seven else count
    if len(data) != octets or octets > 140:
        raise PduError(f"{octets} octets of user data are announced, {len(data)} came")
    size = data[0] + 1 if header else 0
    if size > len(data):
        raise PduError("the header is longer than the user data")
    part = _read_header(data[1:size]) if header else None
    if not seven:
        body = data[size:]
        return part, body, body.decode("utf-16-be", "surrogatepass") if coding & _UCS2 else ""
    skipped = -(-size * 8 // 7)
    codes = at_gsm7.unpack(data, count)[skipped:]
    return part, data[size:], at_gsm7.to_text(codes)


def _read_header(header: bytes) -> Part | None:
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == _CONCATENATED_8 and length == 3:
            return Part(value[0], value[1], value[2])
        if kind == _CONCATENATED_16 and length == 4:
            return Part(value[0] << 8 | value[1], value[2], value[3], wide=True)
        at += 2 + length
    return None


def read_address(data: bytes, at: int) -> tuple[str, int]:
    """Give the number of an address field, and where the next field begins.

    Raises:
        PduError: more than 20 digits, or a digit that does not exist.
        IndexError: it ends early.
    """
    count, kind = data[at], data[at + 1]
    end = at + 2 + (count + 1) // 2
    if count > 20 or end > len(data):
        raise PduError(f"an address of {count} digits")
    nibbles = [half for octet in data[at + 2 : end] for half in (octet & 0x0F, octet >> 4)][:count]
    if any(nibble >= len(_DIGITS) for nibble in nibbles):
        raise PduError("a digit that does not exist")
    number = "".join(_DIGITS[nibble] for nibble in nibbles)
    return ("+" if kind & 0x70 == 0x10 else "") + number, end


def address(number: str) -> bytes:
    """Write an address field: +international, national digits, or a name."""
    digits = number.lstrip("+")
    if not digits or any(char not in _DIGITS for char in digits):
        codes = at_gsm7.septets(number)
        packed = at_gsm7.pack(codes)
        return bytes([len(codes) * 7 // 4 + (len(codes) * 7 % 4 > 0), _ALPHANUMERIC]) + packed
    kind = _INTERNATIONAL if number.startswith("+") else _NATIONAL
    return bytes([len(digits), kind]) + _semi_octets(digits)


def centre(number: str) -> bytes:
    """Write the address of a service centre, which counts octets instead of digits."""
    digits = _semi_octets(number.lstrip("+"))
    return bytes([len(digits) + 1, _INTERNATIONAL]) + digits


def _semi_octets(digits: str) -> bytes:
    values = [_DIGITS.index(char) for char in digits]
    values += [0x0F] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def stamp(wall_s: float, zone_quarters: int) -> bytes:
    """Write a time stamp (9.2.3.11): local time and its zone in quarters of an hour."""
    now = time.gmtime(wall_s + zone_quarters * 900)
    fields = (now.tm_year % 100, now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec)
    swapped = [value % 10 << 4 | value // 10 for value in (*fields, abs(zone_quarters))]
    return bytes(swapped[:6]) + bytes([swapped[6] | (0x08 if zone_quarters < 0 else 0)])


def deliver(
    number: str,
    text: str,
    wall_s: float,
    *,
    part: Part | None = None,
    zone_quarters: int = 4,
    flash: bool = False,
) -> bytes:
    """Write the DELIVER of one SMS or of one part.

    Args:
        number: the sender: a number or a name.
        text: at most one part's worth; lone surrogates are passed on as they are.
        wall_s: when the centre took it.
        part: its place in a long message.
        zone_quarters: the centre's time zone.
        flash: class 0, to be shown at once and not stored.
    """
    seven = at_gsm7.fits(text)
    coding = (0x00 if seven else _UCS2) | (0x10 if flash else 0)
    header = _header(part)
    first = _MORE_TO_COME | (_HEADER if header else 0)
    fields = bytes([first]) + address(number) + bytes([0, coding]) + stamp(wall_s, zone_quarters)
    return fields + _user_data(header, text, seven=seven)


def _header(part: Part | None) -> bytes:
    if part is None:
        return b""
    if part.wide:
        return bytes([6, _CONCATENATED_16, 4]) + part.reference.to_bytes(2, "big") + _place(part)
    return bytes([5, _CONCATENATED_8, 3, part.reference & 0xFF]) + _place(part)


def _place(part: Part) -> bytes:
    return bytes([part.total & 0xFF, part.number & 0xFF])


def _user_data(header: bytes, text: str, *, seven: bool) -> bytes:
    if not seven:
        data = header + text.encode("utf-16-be", "surrogatepass")
        return bytes([len(data)]) + data
    codes = at_gsm7.septets(text)
    skipped = -(-len(header) * 8 // 7)
    fill = skipped * 7 - len(header) * 8
    return bytes([skipped + len(codes)]) + header + at_gsm7.pack(codes, fill)


def report(reference: int, number: str, sent_s: float, done_s: float, status: int) -> bytes:
    """Write a STATUS-REPORT for the SMS that the modem sent as ``reference``."""
    times = stamp(sent_s, 4) + stamp(done_s, 4)
    return bytes([0x06, reference]) + address(number) + times + bytes([status])


def mms_push(number: str, wall_s: float) -> bytes:
    """Write a WAP push that announces an MMS: binary, addressed to port 2948."""
    body = bytes.fromhex("0605040B8423F0") + b"\x01\x06\x03\xbe\xaf\x84\x8c\x82\x98lab\x00\x8d\x92"
    fields = bytes([_MORE_TO_COME | _HEADER]) + address(number) + bytes([0, 0x04])
    return fields + stamp(wall_s, 4) + bytes([len(body)]) + body


def split(text: str, *, wide: bool = False) -> list[str]:
    """Cut a text as phones do: 160 or 153 septets, else 70 or 67 UTF-16 units; one less if ``wide``.

    An escape pair stays whole. A surrogate pair does not: an emoji may lie half in one part and half in
    the next, as real phones send it.
    """
    if at_gsm7.fits(text):
        return _split_septets(text, 152 if wide else 153)
    units = text.encode("utf-16-be", "surrogatepass")
    size = len(units) if len(units) <= 140 else 132 if wide else 134
    cuts = range(0, max(len(units), 1), size or 1)
    return [units[at : at + size].decode("utf-16-be", "surrogatepass") for at in cuts]


def _split_septets(text: str, many: int) -> list[str]:
    size = 160 if len(at_gsm7.septets(text)) <= 160 else many
    found, room = [""], size
    for char in text:
        cost = len(at_gsm7.septets(char))
        if cost > room:
            found, room = [*found, ""], size
        found[-1] += char
        room -= cost
    return found
