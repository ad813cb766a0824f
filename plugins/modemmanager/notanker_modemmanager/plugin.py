"""The plugin: three parts over one modem behind ModemManager."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import ClassVar, Final

from notanker.plugin import (
    Channel,
    Collected,
    Happening,
    Message,
    Modem,
    ModemInfo,
    Permanent,
    PluginError,
    Receipt,
    Retry,
    Signal,
    StoredMessage,
    Uplink,
    UplinkState,
)
from notanker_modemmanager import objects
from notanker_modemmanager.bus import BusSignal
from notanker_modemmanager.config import ModemManagerConfig
from notanker_modemmanager.device import Device, Found
from notanker_modemmanager.inbox import Inbox
from notanker_modemmanager.names import SIGNAL, SIM, SMS, USSD, SmsState
from notanker_modemmanager.sending import Sending
from notanker_modemmanager.state import info_of, signal_of, state_of
from notanker_modemmanager.store import Store
from notanker_modemmanager.uplink import DataSession
from notanker_modemmanager.values import number, plain, text

WATCHED_EVERY_S: Final = 1
CALM_EVERY_S: Final = 30
WATCHED_S: Final = 60.0
"""So long after the last `signal` ModemManager asks the modem each second."""
USSD_WITHIN_S: Final = 40.0
MAX_HAPPENINGS: Final = 50

_OWNER_CHANGED: Final = "NameOwnerChanged"
_USSD_IDLE: Final = 1


class ModemManager(
    Uplink[ModemManagerConfig], Channel[ModemManagerConfig], Modem[ModemManagerConfig]
):
    """A modem that ModemManager knows."""

    Config = ModemManagerConfig
    deadline_s = 60.0
    deadlines_s: ClassVar[Mapping[str, float]] = {
        "bring_up": 150.0,
        "send": 180.0,
        "find_sent": 120.0,
        "collect": 150.0,
        "discard": 150.0,
    }

    def __init__(self, config: ModemManagerConfig) -> None:
        super().__init__(config)
        self._device: Final = Device(config)
        self._store: Final = Store(self._device)
        self._inbox: Final = Inbox(self._device, self._store)
        self._sending: Final = Sending(self._device, self._inbox)
        self._session: Final = DataSession(self._device)
        self._happenings: list[Happening] = []
        self._watched_at_s = -WATCHED_S

    def fileno(self) -> int | None:
        """Return what can be read when ModemManager says something."""
        return self._device.fileno()

    def attend(self) -> bool:
        """Take ModemManager's signals in; say whether an SMS came or something befell it."""
        for signal in self._device.signals():
            self._take(signal)
        return self._inbox.arrived or bool(self._happenings)

    def collect(self) -> Collected:
        """Return SMS and status reports until they are discarded, and what befell the modem.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        happened, self._happenings = self._happenings, []
        try:
            found = self._inbox.collect()
        except PluginError:
            if not happened:
                raise
            return Collected(happenings=tuple(happened))
        return Collected(
            inbound=found.inbound,
            reports=found.reports,
            happenings=(*happened, *found.happenings),
        )

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete SMS and reports that the agent has on its disk.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        self._inbox.discard(names)

    def close(self) -> None:
        """Hang up; the data session stays as it is."""
        self._device.close()

    def bring_up(self) -> None:
        """Make the data session exist.

        Raises:
            Retry: there is none yet.
            Permanent: the SIM wants its PIN or PUK, or ModemManager refuses.
        """
        self._session.bring_up()

    def tear_down(self) -> None:
        """End the data session.

        Raises:
            Retry: not now.
            Permanent: NetworkManager has it.
        """
        self._session.tear_down()

    def state(self) -> UplinkState:
        """Return what ModemManager says of the modem.

        Raises:
            Retry: there is no modem, or no answer.
            Permanent: the options do not say which modem, or ModemManager refuses.
        """
        found = self._device.found()
        if time.monotonic() - self._watched_at_s > WATCHED_S:
            self._look_every(found, CALM_EVERY_S)
        return state_of(found, self._session.bearer(found), store_full=self._store.is_full)

    def send(self, message: Message) -> Receipt:
        """Send one SMS; return when it surely left.

        Raises:
            Retry: it surely did not leave.
            Permanent: it surely did not leave, and never will.
            Unknown: it may have left.
        """
        return self._sending.send(message)

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very SMS left: ModemManager has it as sent, or a status report came.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        return self._sending.find_sent(message)

    def info(self) -> ModemInfo:
        """Return what the modem is.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        found = self._device.found()
        sim = text(found.modem, "Sim")
        card = self._device.properties(sim, SIM) if len(sim) > 1 else {}
        return info_of(found, card, self._store.centre(found))

    def signal(self) -> Signal:
        """Return how well the modem hears the network; have it asked each second from now on.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        found = self._device.found()
        self._watched_at_s = time.monotonic()
        self._look_every(found, WATCHED_EVERY_S)
        return signal_of(found)

    def ussd(self, code: str) -> str:
        """Ask the network and return its answer.

        Raises:
            Retry: no answer now.
            Permanent: the modem or the network cannot do it, or the code is none.
        """
        found = self._device.ready()
        if USSD not in found.interfaces:
            raise Permanent("ModemManager has no USSD for this modem")
        if number(found.interfaces[USSD], "State", _USSD_IDLE) > _USSD_IDLE:
            self._device.call(found.path, USSD, "Cancel")  # the one before waits for a choice
        answer = self._device.call(found.path, USSD, "Initiate", "s", code, within_s=USSD_WITHIN_S)
        if not answer or not isinstance(answer[0], str):
            raise Retry(10.0, "the network's answer makes no sense")
        return answer[0]

    def messages(self) -> tuple[StoredMessage, ...]:
        """Return what is in the modem's store, else what ModemManager knows of it.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        found = self._device.ready()
        entries = self._store.entries(found)
        if entries is not None:
            return tuple(entry.shown() for entry in entries)
        return tuple(objects.stored(one) for one in objects.objects_of(self._device, found))

    def _look_every(self, found: Found, rate_s: int) -> None:
        """Have ModemManager ask for the levels that often; some modems cannot tell them."""
        if SIGNAL not in found.interfaces:
            return
        if number(found.interfaces[SIGNAL], "Rate") == rate_s:
            return
        try:
            self._device.call(found.path, SIGNAL, "Setup", "u", rate_s)
        except (Retry, Permanent):
            return  # the rest of the answer stands

    def _take(self, signal: BusSignal) -> None:
        member = signal.member
        if member == "Added" and signal.body[1:] == (True,):  # it came in; False is one of ours
            self._inbox.arrived = True
        elif member == _OWNER_CHANGED and len(signal.body) == 3:
            gone = not signal.body[2]
            self._note("modemmanager_gone" if gone else "modemmanager_back", "on the D-Bus")
        elif member in ("InterfacesAdded", "InterfacesRemoved") and signal.body:
            what = "modem_back" if member == "InterfacesAdded" else "modem_gone"
            self._note(what, f"ModemManager: {signal.body[0]}")
        elif member == "PropertiesChanged" and _is_whole_now(signal.body):
            self._inbox.arrived = True

    def _note(self, what: str, reason: str) -> None:
        if what == "modem_back":
            self._inbox.arrived = True  # it may have gathered some while it was away
        self._happenings = [*self._happenings, Happening(what=what, reason=reason[:200])]
        del self._happenings[:-MAX_HAPPENINGS]


def _is_whole_now(body: tuple[object, ...]) -> bool:
    """Say whether the last part of a long SMS came: `Added` was sent for its first."""
    if len(body) < 2 or body[0] != SMS:
        return False
    return plain(body[1]).get("State") == SmsState.RECEIVED
