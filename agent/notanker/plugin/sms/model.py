"""What a PDU says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.plugin.sms.address import Address
from notanker.plugin.sms.dcs import Coding
from notanker.plugin.sms.header import Header
from notanker.plugin.sms.stamp import Stamp
from notanker.plugin.sms.status import Fate, fate_of

_TYPE_0: Final = 0x40


@dataclass(frozen=True, slots=True)
class Content:
    """The user data of a message (3GPP TS 23.040, 9.2.3.24).

    Attributes:
        header: What stands in front of the text.
        data: What follows it: the octets, or the septets one an octet.
        text: What a person reads; empty for binary and for compressed data. A character that was cut
            in two stays as a lone surrogate; `parts.Collector` joins it again.
    """

    header: Header
    data: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message that came in (9.2.2.1).

    Attributes:
        raw: The PDU as it came.
        centre: The service centre; None if the modem did not say.
        protocol: TP-PID, as it came.
        more: More messages wait at the service centre.
        reply_path: An answer may take the same service centre.
        report_wanted: The sender has asked to be told of the delivery.
    """

    raw: str
    centre: Address | None
    sender: Address
    stamp: Stamp
    protocol: int
    coding: Coding
    content: Content
    more: bool = False
    reply_path: bool = False
    report_wanted: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether nobody is to see it: a "type 0" message is acknowledged and dropped (9.2.3.9)."""
        return self.protocol == _TYPE_0

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.content.text

    @property
    def header(self) -> Header:
        """What stands in front of the text."""
        return self.content.header


@dataclass(frozen=True, slots=True)
class Submit:
    """A message that goes out (9.2.2.2).

    Attributes:
        raw: The PDU as it came.
        reference: TP-MR, by which a report names it.
        protocol: TP-PID, as it came.
        period_s: How long the service centre tries; None if it is not said in this form.
        until: Until when it tries, if it is said as a time.
        validity: The octets of either form, or of the enhanced one.
        report_wanted: A status report was asked for.
        reject_duplicates: The service centre may drop it if it has one like it.
    """

    raw: str
    centre: Address | None
    recipient: Address
    reference: int
    protocol: int
    coding: Coding
    content: Content
    period_s: float | None = None
    until: Stamp | None = None
    validity: bytes = b""
    report_wanted: bool = False
    reject_duplicates: bool = False
    reply_path: bool = False

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.content.text

    @property
    def header(self) -> Header:
        """What stands in front of the text."""
        return self.content.header


@dataclass(frozen=True, slots=True)
class Report:
    """A status report: what became of a message that was sent (9.2.2.3).

    Attributes:
        raw: The PDU as it came.
        reference: TP-MR of the message.
        stamp: When the service centre took the message.
        discharge: When it was delivered, or last tried.
        status: TP-ST, as it came.
        of_command: It answers a command, not a message (TP-SRQ).
        more: More messages wait at the service centre.
        content: What an operator adds, seldom anything.
    """

    raw: str
    centre: Address | None
    recipient: Address
    reference: int
    stamp: Stamp
    discharge: Stamp
    status: int
    of_command: bool = False
    more: bool = False
    content: Content | None = None

    @property
    def fate(self) -> Fate:
        """What became of the message."""
        return fate_of(self.status)
