"""PDUs as a modem gives them into values (3GPP TS 23.040, 9.2.2; TS 27.005, 3.1).

Whatever comes in, `decode` returns a value or raises `PduError`; it does a bounded amount of work.
"""

from __future__ import annotations

import re
from typing import Final

from notanker.plugin.sms import address, alphabet, header, packing, stamp
from notanker.plugin.sms.address import Address
from notanker.plugin.sms.dcs import Alphabet, Coding, coding_of
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.header import NO_HEADER, Header
from notanker.plugin.sms.model import Content, Deliver, Report, Submit

MAX_OCTETS: Final = 400
"""A SIM's record has 176; a modem may append what it likes, but not without end."""

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
_MAX_CENTRE: Final = 11

_TYPE: Final = 0x03
_SUBMIT: Final = 1
_REPORT: Final = 2
_NO_MORE: Final = 0x04
_REJECT_DUPLICATES: Final = 0x04
_REPORT_BIT: Final = 0x20
_HEADER: Final = 0x40
_REPLY_PATH: Final = 0x80
_RELATIVE: Final = 2

# TP-PI, 9.2.3.27: what follows in a report.
_HAS_PROTOCOL: Final = 0x01
_HAS_CODING: Final = 0x02
_HAS_DATA: Final = 0x04
_MORE_INDICATORS: Final = 0x80


def decode(pdu: str, *, with_centre: bool = True) -> Deliver | Submit | Report:
    """Read a PDU, in hexadecimal, as it stands in `+CMGL`, `+CMGR`, `+CMT` or `+CDS`.

    What a memory holds is read as from the service centre, except for SUBMIT: type 2 is a report, and the
    reserved type 3 is a DELIVER (9.2.3.1). What follows the user data is ignored.

    Args:
        pdu: The line, without anything around it but white space.
        with_centre: The service centre's address stands in front, as 27.005 has it.

    Raises:
        PduError: it cannot be read.
    """
    try:
        return _decode(pdu.strip(), with_centre=with_centre)
    except PduError as error:
        raise PduError(error.reason, pdu, error.readable) from None


def _decode(pdu: str, *, with_centre: bool) -> Deliver | Submit | Report:
    if len(pdu) > 2 * MAX_OCTETS:
        raise PduError(f"more than {MAX_OCTETS} octets")
    if not _HEX.fullmatch(pdu):
        raise PduError("empty" if not pdu else "not an even number of hexadecimal digits")
    reader = _Reader(bytes.fromhex(pdu))
    centre = _centre(reader) if with_centre else None
    first = reader.octet("the first octet")
    kind = first & _TYPE
    if kind == _REPORT:
        return _report(pdu, centre, first, reader)
    if kind == _SUBMIT:
        return _submit(pdu, centre, first, reader)
    return _deliver(pdu, centre, first, reader)


class _Reader:
    """Takes octets from the front."""

    def __init__(self, octets: bytes) -> None:
        self._octets: Final = octets
        self._at = 0

    def take(self, count: int, what: str) -> bytes:
        """Return the next octets.

        Raises:
            PduError: there are not as many.
        """
        end = self._at + count
        if end > len(self._octets):
            raise PduError(f"ends within {what}")
        taken, self._at = self._octets[self._at : end], end
        return taken

    def octet(self, what: str) -> int:
        """Return the next octet."""
        return self.take(1, what)[0]

    def rest(self) -> bytes:
        """Return what has not been taken."""
        return self._octets[self._at :]


def _centre(reader: _Reader) -> Address | None:
    what = "the service centre"
    length = reader.octet(what)
    if length > _MAX_CENTRE:
        raise PduError("the service centre's number is too long")
    octets = reader.take(length, what)
    # Without digits it says nothing, whether or not its type is there.
    return address.from_octets(octets[0], octets[1:], 2 * (length - 1)) if length > 1 else None


def _address(reader: _Reader, what: str) -> Address:
    nibbles = reader.octet(what)
    if nibbles > address.MAX_DIGITS:
        raise PduError(f"{what} is too long")
    kind = reader.octet(what)
    return address.from_octets(kind, reader.take((nibbles + 1) // 2, what), nibbles)


def _stamp(reader: _Reader, what: str) -> stamp.Stamp:
    return stamp.stamp_of(reader.take(stamp.STAMP_OCTETS, what))


def _deliver(pdu: str, centre: Address | None, first: int, reader: _Reader) -> Deliver:
    sender = _address(reader, "the sender")
    protocol, coding = _protocol_and_coding(reader)
    when = _stamp(reader, "the time")
    content, whole = _content(coding, reader, with_header=bool(first & _HEADER))
    message = Deliver(
        pdu,
        centre,
        sender,
        when,
        protocol,
        coding,
        content,
        more=not first & _NO_MORE,
        reply_path=bool(first & _REPLY_PATH),
        report_wanted=bool(first & _REPORT_BIT),
    )
    if not whole:
        raise PduError("ends within the text", readable=message)
    return message


def _submit(pdu: str, centre: Address | None, first: int, reader: _Reader) -> Submit:
    reference = reader.octet("the reference")
    recipient = _address(reader, "the recipient")
    protocol, coding = _protocol_and_coding(reader)
    form = first >> 3 & 0x03
    validity = reader.take((0, 7, 1, 7)[form], "the validity period")
    content, whole = _content(coding, reader, with_header=bool(first & _HEADER))
    message = Submit(
        pdu,
        centre,
        recipient,
        reference,
        protocol,
        coding,
        content,
        period_s=stamp.period_s(validity[0]) if form == _RELATIVE else None,
        until=stamp.stamp_of(validity) if form > _RELATIVE else None,
        validity=validity,
        report_wanted=bool(first & _REPORT_BIT),
        reject_duplicates=bool(first & _REJECT_DUPLICATES),
        reply_path=bool(first & _REPLY_PATH),
    )
    if not whole:
        raise PduError("ends within the text", readable=message)
    return message


def _report(pdu: str, centre: Address | None, first: int, reader: _Reader) -> Report:
    reference = reader.octet("the reference")
    recipient = _address(reader, "the recipient")
    taken, discharged = _stamp(reader, "the time"), _stamp(reader, "the time of discharge")
    return Report(
        pdu,
        centre,
        recipient,
        reference,
        taken,
        discharged,
        reader.octet("the status"),
        of_command=bool(first & _REPORT_BIT),
        more=not first & _NO_MORE,
        content=_words(reader, with_header=bool(first & _HEADER)),
    )


def _words(reader: _Reader, *, with_header: bool) -> Content | None:
    """Return what an operator adds to a report. The report counts without it, so nothing is raised."""
    try:
        present = reader.octet("the indicators")
        if present & _MORE_INDICATORS:
            return None
        if present & _HAS_PROTOCOL:
            reader.octet("the protocol")
        coding = coding_of(reader.octet("the coding") if present & _HAS_CODING else 0)
        if not present & _HAS_DATA:
            return None
        content, whole = _content(coding, reader, with_header=with_header)
    except PduError:
        return None
    return content if whole else None


def _protocol_and_coding(reader: _Reader) -> tuple[int, Coding]:
    return reader.octet("the protocol"), coding_of(reader.octet("the coding"))


def _content(coding: Coding, reader: _Reader, *, with_header: bool) -> tuple[Content, bool]:
    """Return the user data, and whether all of it is there."""
    length = reader.octet("the length of the text")
    packed = coding.alphabet is Alphabet.GSM_7 and not coding.compressed
    wanted = packing.octets_for(length) if packed else length
    octets = reader.rest()[:wanted]
    head, head_octets = _header(octets) if with_header else (NO_HEADER, 0)
    whole = len(octets) == wanted
    body = octets[head_octets:]
    if packed:
        count = max(0, length - packing.septets_of(head_octets))
        septets = packing.unpack(body, count, packing.fill_bits(head_octets))
        return Content(head, septets, alphabet.text_of(septets, head.languages)), whole
    return _unpacked(coding, head, body), whole


def _unpacked(coding: Coding, head: Header, body: bytes) -> Content:
    if coding.alphabet is not Alphabet.UCS_2 or coding.compressed:
        return Content(head, body, "")
    even = body[: len(body) & ~1]
    return Content(head, even, wide_text(even))


def _header(octets: bytes) -> tuple[Header, int]:
    if not octets:
        raise PduError("ends before its header")
    end = 1 + octets[0]
    if end > len(octets):
        raise PduError("the header is longer than the text")
    return header.header_of(octets[1:end]), end


def wide_text(octets: bytes) -> str:
    """Return UCS-2 as text: with surrogate pairs as UTF-16 has them, and half a pair as it is."""
    return octets.decode("utf-16-be", "surrogatepass")
