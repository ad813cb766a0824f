"""What goes over the border between the agent and a plugin."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person.

    Attributes:
        id: The outbox's own name of the message, the same over all attempts.
        mark: Short and unique, such as "17-1". It stands in `text` as well, so that a person sees
            a copy or a gap, and `find_sent` knows this very message again.
        recipient: A telephone number in international form, or what the channel uses.
        text: What the person reads.
        attempt: 1 for the first try.
    """

    id: str
    mark: str
    recipient: str
    text: str
    attempt: int = 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a message left.

    Attributes:
        reference: What the device or service calls the message, if it says so.
        proof: What it rests on, such as "send-status" or "sent box".
    """

    reference: str = ""
    proof: str = ""


class UplinkState(msgspec.Struct, frozen=True, kw_only=True):
    """What a modem knows of itself; None is "it did not say".

    Attributes:
        signal_dbm: RSRP on LTE, else RSSI.
        network: Kind of radio network, such as "LTE".
        month_bytes: Sent and received since the modem's own start of the month.
        month_since: The date on which that began, as 2026-11-01; empty if it does not say.
        message_store_full: No SMS can come in until something is deleted.
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
