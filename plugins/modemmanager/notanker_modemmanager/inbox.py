"""What came in: SMS and status reports, with nothing of what ModemManager loses."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

from notanker.plugin import Collected, Happening, Inbound, SendReport
from notanker.plugin.sms.model import Deliver, Report
from notanker.plugin.sms.status import Fate
from notanker_modemmanager import objects
from notanker_modemmanager.device import ENABLED_WITHIN_S, Device, Found
from notanker_modemmanager.names import MODEM, Kind
from notanker_modemmanager.objects import SmsObject
from notanker_modemmanager.store import Store, Stored
from notanker_modemmanager.uplink import is_idle

MOST_ROUNDS: Final = 3
"""What comes in while all is being listed may be lost in turn; a burst is over by then."""
RELIST_WITHIN_S: Final = 40.0
MAX_REPORTS: Final = 200

_MAYBE_LOST: Final = (
    "an SMS came; others that came with it stay unseen by ModemManager until the modem is turned off and"
    " on, which would cut the data session"
)
_FATES: Final = {Fate.DELIVERED: "delivered", Fate.PENDING: "pending"}


class Inbox:
    """SMS and status reports of one modem.

    Attributes:
        arrived: ModemManager has told of a new SMS since the last `collect`.
        reports: The reports that were seen, oldest first: number and reference.
    """

    def __init__(self, device: Device, store: Store) -> None:
        self.arrived = True  # there may be some from before
        self.reports: Final[dict[str, tuple[str, int]]] = {}
        self._device: Final = device
        self._store: Final = store
        self._told: set[str] = set()
        self._seen: set[str] = set()
        self._owed = False
        """During a data session some may have come unseen: they are looked for once it is over."""

    def collect(self) -> Collected:
        """Return what has come in, until it is discarded.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        found = self._device.ready()
        known = objects.objects_of(self._device, found)
        entries = self._store.entries(found, {one.storage for one in known if one.is_inbound})
        happenings: list[Happening] = []
        if entries is None:
            known, happenings = self._all(found, known)
            came_in = [objects.inbound(one) for one in known if one.is_inbound]
        else:
            came_in = [_inbound(entry) for entry in entries if _is_message(entry)]
        reports = [objects.report(one) for one in known if one.is_report]
        reports += [one for entry in entries or () if (one := _report(entry))]
        self._remember(reports)
        self.arrived = False
        return Collected(
            inbound=tuple(came_in), reports=tuple(reports), happenings=tuple(happenings)
        )

    def look(self) -> None:
        """Take note of the status reports that are there now.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        known = objects.objects_of(self._device, self._device.found())
        self._remember(objects.report(one) for one in known if one.is_report)

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete what is named, here and in the modem.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        found = self._device.ready()
        if any("/" in name for name in names):
            self._discard_entries(found, names)
        if all("/" in name for name in names):
            return
        for one in objects.objects_of(self._device, found):
            if one.name in names and (one.is_inbound or one.is_report):
                objects.delete(self._device, found, one.path)

    def _discard_entries(self, found: Found, names: tuple[str, ...]) -> None:
        """Delete entries of the store.

        ModemManager deletes what it knows, so that it forgets it as well: a place that it takes for
        occupied is one about which it tells nothing. What it does not know is deleted by command.
        """
        storages = {name.partition("/")[0] for name in names if "/" in name}
        entries = self._store.entries(found, storages) or []
        # In this order: what ModemManager was reading when the list was asked for, it has now.
        known = objects.objects_of(self._device, self._device.found())
        doomed = [entry for entry in entries if entry.name in names]
        for path in _known_as(doomed, entries, known):
            objects.delete(self._device, found, path)
        left = {entry.name for entry in self._store.entries(found, storages) or []}
        self._store.delete(found, [entry for entry in doomed if entry.name in left])

    def _all(self, found: Found, known: list[SmsObject]) -> tuple[list[SmsObject], list[Happening]]:
        """Make sure of what a burst may have swallowed, where the modem cannot be asked."""
        happenings = self._tell_once(
            "sms_unchecked",
            "ModemManager does not let the modem be asked (it runs without --debug): an SMS that it"
            " cannot read stays unseen",
        )
        new = {one.name for one in known if one.kind == Kind.DELIVER} - self._seen
        self._seen = {one.name for one in known}
        if not self._device.config.relist or not is_idle(found):
            self._owed = True
            if new:
                happenings += self._tell_once("sms_maybe_lost", _MAYBE_LOST)
            return known, happenings
        if new or self._owed:
            known = self._relisted(known)
            self._seen = {one.name for one in known}
            self._owed = False
            self._told.discard("sms_maybe_lost")
        return known, happenings

    def _relisted(self, known: list[SmsObject]) -> list[SmsObject]:
        """Turn the modem off and on, so that ModemManager lists all; until nothing new turns up."""
        end_s = time.monotonic() + RELIST_WITHIN_S
        for _ in range(MOST_ROUNDS):
            before = {one.name for one in known}
            found = self._device.ready()
            self._device.call(found.path, MODEM, "Enable", "b", False, within_s=ENABLED_WITHIN_S)
            known = objects.objects_of(self._device, self._device.ready())
            if {one.name for one in known} <= before or time.monotonic() > end_s:
                break
        return known

    def _tell_once(self, what: str, reason: str) -> list[Happening]:
        if what in self._told:
            return []
        self._told.add(what)
        return [Happening(what=what, reason=reason)]

    def _remember(self, reports: Iterable[SendReport]) -> None:
        for report in reports:
            self.reports.setdefault(report.name, (report.recipient, report.reference or 0))
        for name in list(self.reports)[:-MAX_REPORTS]:
            del self.reports[name]


def _is_message(entry: Stored) -> bool:
    return entry.came_in and not isinstance(entry.decoded(), Report)


def _inbound(entry: Stored) -> Inbound:
    return Inbound(name=entry.name, pdu=entry.pdu)


def _report(entry: Stored) -> SendReport | None:
    message = entry.decoded()
    if not isinstance(message, Report):
        return None
    fate: Any = _FATES.get(message.fate, "failed")
    return SendReport(
        recipient=message.recipient.text,
        reference=message.reference,
        fate=fate,
        reason=f"0x{message.status:02x}",
        done=_time(message),
        name=entry.name,
    )


def _time(message: Report) -> str:
    when = message.discharge.time
    return "" if when is None else when.isoformat()


def _known_as(doomed: list[Stored], entries: list[Stored], known: list[SmsObject]) -> list[str]:
    """Return the objects that are made of doomed entries alone: ModemManager deletes all parts at once."""
    messages = {entry.name: entry.decoded() for entry in entries}
    going = {entry.name for entry in doomed}
    held = {_whole(one) for name, one in messages.items() if name not in going} - {None}
    keys = {
        (one.sender.text, one.stamp.time)
        for name, one in messages.items()
        if name in going and isinstance(one, Deliver) and _whole(one) not in held
    }
    return [one.path for one in known if one.is_inbound and (one.number, one.taken) in keys]


def _whole(message: Deliver | Report | None) -> tuple[str, int] | None:
    """Say to which long SMS a part belongs; None: it is no part."""
    if not isinstance(message, Deliver) or message.header.concat is None:
        return None
    return message.sender.text, message.header.concat.reference
