"""What goes over the border between the agent and a plugin."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

Order = Literal["on", "off"]
"""What a switch is to be from now on; never "the other way round", so twice is the same as once."""


class MessageKind(StrEnum):
    """What a message is to its incident."""

    ALARM = "alarm"
    UPDATE = "update"
    CLEAR = "clear"
    ANSWER = "answer"


class Earlier(msgspec.Struct, frozen=True):
    """A message of the same incident that the same recipient has."""

    mark: str
    at_s: float


class Link(msgspec.Struct, frozen=True):
    """Where a person can take the incident on, and the words for it in the message's language."""

    words: str
    url: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person.

    Attributes:
        id: The outbox's own name of the message, the same over all attempts.
        mark: Short and unique, such as "17-1". It stands in `text` as well, so that a person sees
            a copy or a gap, and `find_sent` knows this very message again.
        recipient: A telephone number in international form, or what the channel uses.
        text: What the person reads.
        attempt: 1 for the first try.
        reference: 0 to 255, the same over all attempts (an SMS's TP-MR, 3GPP TS 23.040, 9.2.3.6).
        repeat: It may have left before, so a copy must be known as one: the text says so, and an SMS
            bids the centre to drop it (TP-RD, 3GPP TS 23.040, 9.2.3.25).
        left: The parts, from 1, that surely left in an earlier attempt; only the others are to be sent.
        kind: What it is to its incident; None if that is not known.
        at_s: When it was put into the outbox, in seconds since 1970 (UTC), the same over all attempts;
            None while the box does not know what time it is.
        earlier: What this recipient has of the same incident, oldest first, each with its own `at_s`.
        link: For channels that have room for it; whoever has it can take the incident on, so it is for
            the recipient alone. None for an SMS, and where there is nothing to take on.
    """

    id: str
    mark: str
    recipient: str
    text: str
    attempt: int = 1
    reference: int = 0
    repeat: bool = False
    left: tuple[int, ...] = ()
    kind: MessageKind | None = None
    at_s: float | None = None
    earlier: tuple[Earlier, ...] = ()
    link: Link | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a message left, or that an order was carried out.

    Attributes:
        reference: What the device or service calls the message, if it says so.
        proof: What it rests on, such as "send-status" or "sent box".
        references: The TP-MR under which each part left; a modem may choose its own. A status report
            of the network bears one of them.
        report: Whether the network was asked for a status report, so that one may be waited for.
    """

    reference: str = ""
    proof: str = ""
    references: tuple[int, ...] = ()
    report: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One person's telephone is to ring.

    Attributes:
        mark: Of the message that it is rung for, such as "17-1".
        number: In international form.
    """

    mark: str
    number: str


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call.

    Attributes:
        how: `rang`: as long as it was to, or until the other end refused it; `answered`: somebody or
            something took it; `busy`; `failed`: it surely did not ring; `unknown`: it was dialled, and
            nobody can tell whether it rang.
        rang_s: For how long.
        reason: The network's or the modem's own words.
    """

    how: Literal["rang", "answered", "busy", "failed", "unknown"]
    rang_s: float = 0.0
    reason: str = ""


class Registration(StrEnum):
    """Whether the network lets the modem in (3GPP TS 27.007, 7.2 and 10.1.22)."""

    HOME = "home"
    ROAMING = "roaming"
    SEARCHING = "searching"
    DENIED = "denied"
    EMERGENCY_ONLY = "emergency_only"
    SMS_ONLY = "sms_only"
    OFF = "off"


class Sim(StrEnum):
    """How the SIM card does (3GPP TS 27.007, 8.3 and 9.2)."""

    READY = "ready"
    PIN = "pin"
    PUK = "puk"
    BUSY = "busy"
    MISSING = "missing"
    FAILED = "failed"


class UplinkState(msgspec.Struct, frozen=True, kw_only=True):
    """What a modem knows of itself; None is "it did not say".

    Attributes:
        signal_dbm: RSRP on LTE, else RSSI.
        network: Kind of radio network, such as "LTE".
        month_bytes: Sent and received since the modem's own start of the month.
        month_since: The date on which that began, as 2026-11-01; empty if it does not say.
        message_store_full: No SMS can come in until something is deleted.
        registration: Whether the network lets the modem in.
        sim: How the SIM card does.
        address: The address of its data session.
    """

    operator: str = ""
    network: str = ""
    signal_dbm: float | None = None
    connected: bool | None = None
    data_switch: bool | None = None
    roaming: bool | None = None
    month_bytes: int | None = None
    month_since: str = ""
    message_store_full: bool | None = None
    registration: Registration | None = None
    sim: Sim | None = None
    address: str = ""
