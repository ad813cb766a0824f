"""ModemManager's own SMS objects."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from notanker.plugin import Inbound, SendReport, StoredMessage
from notanker.plugin.sms.status import Fate, fate_of, words_for
from notanker_modemmanager.device import Device, Found
from notanker_modemmanager.faults import Gone
from notanker_modemmanager.names import MESSAGING, SMS, STORAGES, Kind, SmsState
from notanker_modemmanager.values import Properties, digest, number, paths, text

MAX_OBJECTS: Final = 500
"""More than any store holds; the rest comes once these are deleted."""

_FATES: Final = {Fate.DELIVERED: "delivered", Fate.PENDING: "pending"}
_BOXES: Final[dict[int, str]] = {Kind.DELIVER: "in", Kind.STATUS_REPORT: "report"}
_NO_PERIOD: Final = 0x100
"""MM_SMS_DELIVERY_STATE_UNKNOWN; above it are CDMA's own."""


@dataclass(frozen=True, slots=True)
class SmsObject:
    """One SMS as ModemManager has it.

    Attributes:
        path: Its object; another one after each time the modem was off.
        values: Its properties.
    """

    path: str
    values: Properties

    @property
    def kind(self) -> int:
        """MMSmsPduType."""
        return number(self.values, "PduType")

    @property
    def state(self) -> int:
        """MMSmsState."""
        return number(self.values, "State")

    @property
    def storage(self) -> str:
        """Where it is, as AT+CPMS writes it; empty if nowhere."""
        return STORAGES.get(number(self.values, "Storage"), "")

    @property
    def number(self) -> str:
        """Whom it is from, or for."""
        return text(self.values, "Number")

    @property
    def text(self) -> str:
        """What it says; of what is no text, the octets in hexadecimal."""
        return text(self.values, "Text") or _hexadecimal(self.values.get("Data"))

    @property
    def sent(self) -> str:
        """When the service centre took it (ISO 8601)."""
        return text(self.values, "Timestamp")

    @property
    def taken(self) -> datetime | None:
        """The same as a time; None if it is none."""
        try:
            return datetime.fromisoformat(self.sent)
        except ValueError:
            return None

    @property
    def reference(self) -> int:
        """TP-MR."""
        return number(self.values, "MessageReference")

    @property
    def is_inbound(self) -> bool:
        """Whether it came in, and is whole."""
        return self.kind == Kind.DELIVER and self.state == SmsState.RECEIVED

    @property
    def is_report(self) -> bool:
        """Whether it is a status report."""
        return self.kind == Kind.STATUS_REPORT

    @property
    def name(self) -> str:
        """What the agent is to call it: its content, as paths change and come back for others."""
        parts = [self.number, self.sent, self.text]
        if self.is_report:
            parts += [str(self.reference), str(self.values.get("DeliveryState"))]
            parts.append(text(self.values, "DischargeTimestamp"))
        return ("report:" if self.is_report else "sms:") + digest("\0".join(parts))


def objects_of(device: Device, found: Found) -> list[SmsObject]:
    """Return what ModemManager has, oldest first.

    Raises:
        Retry, Permanent: it cannot be asked.
    """
    known = paths(found.interfaces.get(MESSAGING, {}), "Messages")
    # Each new one stands in front.
    return [one for path in reversed(known[:MAX_OBJECTS]) if (one := _look(device, path))]


def delete(device: Device, found: Found, path: str) -> None:
    """Delete one from ModemManager and from the modem's store; one that is gone is no mistake.

    Raises:
        Retry, Permanent: the modem cannot be asked.
    """
    with contextlib.suppress(Gone):
        device.call(found.path, MESSAGING, "Delete", "o", path)


def inbound(one: SmsObject) -> Inbound:
    """Return it as the agent takes it."""
    return Inbound(name=one.name, sender=one.number, text=one.text, sent=one.sent)


def report(one: SmsObject) -> SendReport:
    """Return what the network says became of an SMS."""
    status = number(one.values, "DeliveryState", _NO_PERIOD)
    known = 0 <= status < _NO_PERIOD
    fate: Any = _FATES.get(fate_of(status), "failed") if known else "pending"
    return SendReport(
        recipient=one.number,
        reference=one.reference,
        fate=fate,
        reason=f"0x{status:02x} {words_for(status, 'en')}" if known else "no status in it",
        done=text(one.values, "DischargeTimestamp"),
        name=one.name,
    )


def stored(one: SmsObject) -> StoredMessage:
    """Return it as a technician sees it."""
    box = _BOXES.get(one.kind, "sent" if one.state == SmsState.SENT else "draft")
    return StoredMessage(name=one.path, box=box, other=one.number, text=one.text, sent=one.sent)


def _look(device: Device, path: str) -> SmsObject | None:
    try:
        return SmsObject(path, device.properties(path, SMS))
    except Gone:  # deleted since the list was made
        return None


def _hexadecimal(data: object) -> str:
    if isinstance(data, bytes | bytearray):
        return bytes(data).hex().upper()
    return ""
