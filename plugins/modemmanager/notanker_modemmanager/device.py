"""The modem that is meant, found anew in each call: its object path changes whenever it comes back."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from dataclasses import dataclass
from typing import Any, Final

from notanker.plugin import Permanent, PluginError, Retry
from notanker_modemmanager.bus import Bus, BusGoneError, BusSignal
from notanker_modemmanager.config import ModemManagerConfig
from notanker_modemmanager.faults import ABSENT_AGAIN_S, guarded
from notanker_modemmanager.names import (
    HARMLESS_LOCKS,
    MODEM,
    OBJECTS,
    PROPERTIES,
    ROOT,
    SERVICE,
    SIM,
    Failure,
    Lock,
    State,
)
from notanker_modemmanager.values import Interfaces, Properties, number, plain, text

_log: Final = logging.getLogger("notanker.modemmanager")

ENABLED_WITHIN_S: Final = 25.0
"""Measured with ModemManager 1.20.4: 4 s on a healthy modem; a slow one has seven commands more."""
SETTLED_WITHIN_S: Final = 15.0
POLL_S: Final = 0.2
LEAST_TRIES: Final = 2
"""The last try is a person's: after it the SIM wants its PUK."""

_WANTS: Final[dict[int, str]] = {Lock.SIM_PIN: "its PIN", Lock.SIM_PUK: "its PUK"}
_MOVING: Final = frozenset(
    {State.UNKNOWN, State.INITIALIZING, State.ENABLING, State.DISABLING, State.DISCONNECTING}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A modem as it was a moment ago.

    Attributes:
        path: Its object, until it goes and comes back.
        interfaces: Their properties.
    """

    path: str
    interfaces: Interfaces

    @property
    def modem(self) -> Properties:
        """The properties of the interface Modem."""
        return self.interfaces.get(MODEM, {})

    @property
    def state(self) -> int:
        """MMModemState."""
        return number(self.modem, "State")

    @property
    def lock(self) -> int:
        """MMModemLock."""
        return number(self.modem, "UnlockRequired")


class Device:
    """One modem behind ModemManager."""

    def __init__(self, config: ModemManagerConfig) -> None:
        self.config: Final = config
        self._bus: Bus | None = None
        self._news: Final = os.eventfd(1)
        self._refused: set[str] = set()

    def fileno(self) -> int | None:
        """Return what is readable when a signal is there; None while there is no bus."""
        if self._bus is None:
            return None
        try:
            # Read together with an answer: nothing is left in the socket that would tell of it.
            return self._news if self._bus.has_signals() else self._bus.fileno()
        except BusGoneError:
            self.close()
            return None

    def close(self) -> None:
        """Hang up."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def signals(self) -> list[BusSignal]:
        """Return the signals that have come. Without a connection there are none."""
        try:
            return [] if self._bus is None else self._bus.signals()
        except BusGoneError:
            self.close()
            return []

    def call(
        self,
        path: str,
        interface: str,
        method: str,
        signature: str | None = None,
        *body: object,
        within_s: float | None = None,
        sends: bool = False,
    ) -> tuple[Any, ...]:
        """Call one of ModemManager's methods.

        Args:
            path: The object.
            interface: The interface.
            method: The method.
            signature: Of the arguments.
            body: The arguments.
            within_s: How long to wait; None for the usual time.
            sends: It hands an SMS over.

        Raises:
            Retry, Permanent, Unknown: as `faults` classes it.
        """
        limit_s = within_s or self.config.answer_within_s
        # Without a bus nothing can have left.
        bus = guarded(self._connected)
        try:
            return guarded(
                lambda: bus.call(SERVICE, path, interface, method, signature, body, limit_s),
                sends=sends,
            )
        finally:
            if bus.fileno() < 0:
                self._bus = None

    def properties(self, path: str, interface: str) -> dict[str, Any]:
        """Return an object's properties.

        Raises:
            Retry, Permanent: as `faults` classes it.
        """
        answer = self.call(path, PROPERTIES, "GetAll", "s", interface)
        return plain(answer[0]) if answer else {}

    def found(self) -> Found:
        """Return the modem that the options mean.

        Raises:
            Retry: ModemManager has no such modem now.
            Permanent: it has several, and the options do not say which.
        """
        seen = self._modems()
        wanted = [one for one in seen if self._is_meant(one)]
        if not wanted:
            which = " that is meant" if seen else ""
            raise Retry(ABSENT_AGAIN_S, f"ModemManager sees no modem{which}")
        if len(wanted) > 1:
            raise Permanent("there are several modems: say which by imei or device")
        return wanted[0]

    def ready(self) -> Found:
        """Return the modem, unlocked and turned on.

        Raises:
            Retry: it is not, now.
            Permanent: somebody has to do something about its SIM.
        """
        found = self._settled()
        if found.state == State.LOCKED:
            self._unlock(found)
            found = self._settled()
        if found.state == State.FAILED:
            raise _failed(found)
        if found.state == State.DISABLED:
            self.call(found.path, MODEM, "Enable", "b", True, within_s=ENABLED_WITHIN_S)
            found = self.found()
        if found.state < State.ENABLED:
            raise Retry(ABSENT_AGAIN_S, "the modem is not ready")
        return found

    def _connected(self) -> Bus:
        if self._bus is None:
            bus = Bus(self.config.bus)
            bus.subscribe(SERVICE)
            bus.subscribe("org.freedesktop.DBus", "NameOwnerChanged", SERVICE)
            self._bus = bus
        return self._bus

    def _modems(self) -> list[Found]:
        answer = self.call(ROOT, OBJECTS, "GetManagedObjects")
        objects = answer[0] if answer and isinstance(answer[0], dict) else {}
        return [
            Found(str(path), {str(name): plain(values) for name, values in interfaces.items()})
            for path, interfaces in objects.items()
            if isinstance(interfaces, dict) and MODEM in interfaces
        ]

    def _is_meant(self, found: Found) -> bool:
        imei, device = self.config.imei, self.config.device
        return (not imei or text(found.modem, "EquipmentIdentifier") == imei) and (
            not device or text(found.modem, "Device") == device
        )

    def _settled(self) -> Found:
        end_s = time.monotonic() + SETTLED_WITHIN_S
        while (found := self.found()).state in _MOVING:
            if time.monotonic() > end_s:
                raise Retry(ABSENT_AGAIN_S, "the modem does not get ready")
            time.sleep(POLL_S)
        return found

    def _unlock(self, found: Found) -> None:
        """Hand the PIN over, once for each SIM, and never as the last try."""
        if found.lock != Lock.SIM_PIN:
            raise _locked(found.lock)
        sim, pin, tries = text(found.modem, "Sim"), self.config.pin, tries_left(found.modem)
        if pin is None:
            raise _locked(found.lock)
        if tries is not None and tries < LEAST_TRIES:
            raise Permanent(f"the SIM wants its PIN; it is not tried, {tries} left")
        card = text(self.properties(sim, SIM), "SimIdentifier") or sim
        if card in self._refused:
            raise Permanent("the SIM has refused the PIN: correct it, then start the plugin anew")
        self._refused.add(card)  # before: a try whose answer is lost was one, too
        self.call(sim, SIM, "SendPin", "s", pin.read())
        self._refused.discard(card)
        _log.info("the SIM's PIN was accepted")
        self._await_unlocked()

    def _await_unlocked(self) -> None:
        """Wait while ModemManager looks at the modem anew: it may be away meanwhile."""
        end_s = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < end_s:
            with contextlib.suppress(Retry):
                if self.found().state not in {State.LOCKED, *_MOVING}:
                    return
            time.sleep(POLL_S)
        raise Retry(ABSENT_AGAIN_S, "the modem does not get ready")


def tries_left(modem: Properties) -> int | None:
    """Return how many tries the PIN has left; None if the modem does not say."""
    tries = modem.get("UnlockRetries")
    found = tries.get(int(Lock.SIM_PIN)) if isinstance(tries, dict) else None
    return found if isinstance(found, int) else None


def is_locked(lock: int) -> bool:
    """Say whether nothing works before somebody unlocks the SIM or the device."""
    return lock not in HARMLESS_LOCKS


def _locked(lock: int) -> PluginError:
    if lock in _WANTS:
        return Permanent(f"the SIM wants {_WANTS[lock]}")
    return Permanent(f"the modem is locked (MMModemLock {lock})")


def _failed(found: Found) -> PluginError:
    reason = number(found.modem, "StateFailedReason")
    if reason == Failure.SIM_MISSING:
        return Permanent("there is no SIM")
    if reason == Failure.SIM_ERROR:
        return Permanent("the SIM has failed")
    return Retry(ABSENT_AGAIN_S, f"ModemManager has given the modem up (reason {reason})")
