"""What a device says by itself: SMS that came in, status reports, a button, and what befell the device."""

from __future__ import annotations

from typing import Literal

import msgspec

from notanker.plugin.panel import PanelNews


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS that came in, or one part of a long one.

    The agent puts it on disk, then names it to `discard`; until then the device keeps it, and may hand
    it over again. A plugin never drops what it cannot read: it hands over the raw PDU, and somebody
    will look at it.

    Attributes:
        name: What `discard` is to call it; empty if the device keeps nothing (an SMS that came directly).
        pdu: The SMS-DELIVER as the network sent it, in hexadecimal, with or without the centre's address
            before it. A device that hides PDUs leaves it empty and fills the other three.
        sender: Who sent it, as the device says.
        text: What it says, whole.
        sent: When, as the device says; only good for telling two alike SMS apart.
    """

    name: str = ""
    pdu: str = ""
    sender: str = ""
    text: str = ""
    sent: str = ""


class SendReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the network says became of an SMS (3GPP TS 23.040, 9.2.2.3).

    Attributes:
        recipient: Whom it was for.
        reference: The TP-MR under which it left; None if the device does not say.
        fate: `delivered` to the phone, `failed` for good, or still `pending`.
        reason: The network's own word, such as "0x46 validity period expired".
        done: When, as the network says it.
        name: What `discard` is to call it; empty if the device keeps nothing.
    """

    recipient: str
    reference: int | None = None
    fate: Literal["delivered", "failed", "pending"]
    reason: str = ""
    done: str = ""
    name: str = ""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something befell the device that people may ask about later.

    Attributes:
        what: A word of the plugin, such as "port_gone", "rebooted", "usb_reset", "sms_lost".
        reason: In a few words of English: what it rests on.
    """

    what: str
    reason: str = ""


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What has gathered since the last time."""

    inbound: tuple[Inbound, ...] = ()
    reports: tuple[SendReport, ...] = ()
    happenings: tuple[Happening, ...] = ()
    panel: tuple[PanelNews, ...] = ()
