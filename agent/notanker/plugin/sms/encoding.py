"""Texts into PDUs for a modem in PDU mode (3GPP TS 23.040, 9.2.2.2; TS 27.005, 3.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.plugin.sms import address, alphabet, cutting, dcs, header, packing, stamp
from notanker.plugin.sms.alphabet import NO_LANGUAGE, Languages
from notanker.plugin.sms.dcs import Alphabet
from notanker.plugin.sms.faults import SubmitError
from notanker.plugin.sms.header import Concat

MAX_OCTETS: Final = 140
MAX_PARTS: Final = 255
MAX_CHARS: Final = MAX_PARTS * 160

_SUBMIT: Final = 0x01
_REJECT_DUPLICATES: Final = 0x04
_RELATIVE_PERIOD: Final = 0x10
_REPORT: Final = 0x20
_HEADER: Final = 0x40
_OWN_CENTRE: Final = "00"
_NO_PROTOCOL: Final = 0


@dataclass(frozen=True, slots=True)
class Options:
    """How a message is to be sent.

    Attributes:
        reference: TP-MR of the first part, 0 to 255; the next ones count on. Many modems put in one of
            their own and tell it in `+CMGS`.
        report: Ask for a status report (TP-SRR).
        reject_duplicates: Ask the service centre to drop it if it has one with the same reference and
            recipient (TP-RD): set it on a repeat. A network may ignore it.
        period_s: How long the service centre shall try; rounded up to the next step that can be said.
            None leaves it to the network.
        flash: Shown at once and not stored (class 0).
        concat_reference: What the parts of a long message have in common, 0 to 255; to 65535 if wide.
        wide_reference: Use 16 bits for it: a part then holds one character less.
        languages: National language tables that the recipient's phone is known to have.
    """

    reference: int = 0
    report: bool = False
    reject_duplicates: bool = False
    period_s: float | None = None
    flash: bool = False
    concat_reference: int = 0
    wide_reference: bool = False
    languages: Languages = NO_LANGUAGE


PLAIN: Final = Options()


@dataclass(frozen=True, slots=True)
class Part:
    """One PDU to hand to a modem.

    Attributes:
        pdu: In hexadecimal, with an empty service centre in front: the modem uses its own.
        octets: What `AT+CMGS=` wants: the length without the service centre.
        reference: TP-MR in it.
        text: What of the text is in it.
    """

    pdu: str
    octets: int
    reference: int
    text: str


def submit(number: str, text: str, options: Options = PLAIN) -> tuple[Part, ...]:
    """Return the PDUs that carry the text to the number: one, or the parts of one long message.

    Seven bits a character are used if they suffice, else UCS-2 with surrogate pairs. No character is
    split between two parts.

    Raises:
        SubmitError: nobody can be reached by the number, or the text is too long.
    """
    to = address.recipient(number)
    if len(text) > MAX_CHARS:
        raise SubmitError(f"a text has at most {MAX_PARTS} parts")
    job = _Job(to, options, short=alphabet.fits(text, options.languages))
    pieces = cutting.pieces(text, job.room(parts=1), job.room(parts=2), job.cost())
    if len(pieces) > MAX_PARTS:
        raise SubmitError(f"a text has at most {MAX_PARTS} parts")
    return tuple(job.part(piece, index, len(pieces)) for index, piece in enumerate(pieces))


@dataclass(frozen=True, slots=True)
class _Job:
    """What all parts of one message share; `short` is seven bits a character."""

    to: bytes
    options: Options
    short: bool

    def cost(self) -> cutting.Cost:
        """Return what one character costs."""
        languages = self.options.languages
        if not self.short:
            return cutting.wide_cost
        if languages == NO_LANGUAGE:
            return cutting.septet_cost
        return lambda char: len(alphabet.septets(char, languages))

    def room(self, parts: int) -> int:
        """Return how many units fit beside the header."""
        head_octets = len(self.head(0, parts))
        bits = (MAX_OCTETS - head_octets) * 8
        return (bits - packing.fill_bits(head_octets)) // 7 if self.short else bits // 16

    def head(self, index: int, parts: int) -> bytes:
        """Return the user data header of a part."""
        options = self.options
        width = 16 if options.wide_reference else 8
        number = options.concat_reference % (1 << width)
        concat = Concat(number, parts, index + 1, options.wide_reference) if parts > 1 else None
        return header.header_for(concat, options.languages if self.short else NO_LANGUAGE)

    def part(self, text: str, index: int, parts: int) -> Part:
        """Return the PDU of a part."""
        head, reference = self.head(index, parts), (self.options.reference + index) % 256
        kind = Alphabet.GSM_7 if self.short else Alphabet.UCS_2
        octets = (
            bytes([self._first(head), reference])
            + self.to
            + bytes([_NO_PROTOCOL, dcs.octet_for(kind, flash=self.options.flash)])
            + self._period()
            + self._user_data(head, text)
        )
        return Part(_OWN_CENTRE + octets.hex().upper(), len(octets), reference, text)

    def _first(self, head: bytes) -> int:
        options = self.options
        return (
            _SUBMIT
            | (_REJECT_DUPLICATES if options.reject_duplicates else 0)
            | (_RELATIVE_PERIOD if options.period_s is not None else 0)
            | (_REPORT if options.report else 0)
            | (_HEADER if head else 0)
        )

    def _period(self) -> bytes:
        period_s = self.options.period_s
        return b"" if period_s is None else bytes([stamp.period_octet(period_s)])

    def _user_data(self, head: bytes, text: str) -> bytes:
        """Return length and user data: the length counts septets, or octets, with the header."""
        if not self.short:
            octets = head + text.encode("utf-16-be", "surrogatepass")
            return bytes([len(octets)]) + octets
        septets, skip_bits = (
            alphabet.septets(text, self.options.languages),
            packing.fill_bits(len(head)),
        )
        length = packing.septets_of(len(head)) + len(septets)
        return bytes([length]) + head + packing.pack(septets, skip_bits)
