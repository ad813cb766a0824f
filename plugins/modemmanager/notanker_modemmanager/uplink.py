"""The data session."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from notanker.plugin import Permanent, Retry
from notanker_modemmanager.device import POLL_S, Device, Found
from notanker_modemmanager.names import ALL_BEARERS, BEARER, SIMPLE, State
from notanker_modemmanager.state import in_words
from notanker_modemmanager.values import Properties, paths

_log: Final = logging.getLogger("notanker.modemmanager")

# MMBearerIpFamily.
_FAMILIES: Final = {"ipv4": 1, "ipv6": 2, "ipv4v6": 4}


class DataSession:
    """Brings the data session up and down."""

    def __init__(self, device: Device) -> None:
        self._device: Final = device
        self._told = ""

    def bring_up(self) -> None:
        """Make it exist.

        Raises:
            Retry: not now.
            Permanent: somebody has to do something first, such as unlock the SIM.
        """
        found = self._device.ready()
        if found.state != State.CONNECTED:
            if self._device.config.dials:
                self._dial(found)
            else:
                self._await()
            found = self._device.found()
        self._tell(found)

    def tear_down(self) -> None:
        """End it.

        Raises:
            Retry: not now.
            Permanent: NetworkManager has it, so it is not ours to end.
        """
        found = self._device.found()
        if found.state not in (State.CONNECTED, State.CONNECTING):
            return
        if not self._device.config.dials:
            raise Permanent("NetworkManager has the data session (dials = false)")
        self._device.call(found.path, SIMPLE, "Disconnect", "o", ALL_BEARERS)

    def bearer(self, found: Found) -> Properties:
        """Return the properties of the bearer that is connected; empty if there is none.

        Raises:
            Retry, Permanent: the modem cannot be asked.
        """
        if found.state != State.CONNECTED:
            return {}
        for path in paths(found.modem, "Bearers"):
            values = self._device.properties(path, BEARER)
            if values.get("Connected") is True:
                return values
        return {}

    def _dial(self, found: Found) -> None:
        within_s = self._device.config.connected_within_s
        self._device.call(found.path, SIMPLE, "Connect", "a{sv}", self._wishes(), within_s=within_s)

    def _wishes(self) -> dict[str, tuple[str, Any]]:
        config = self._device.config
        wishes: dict[str, tuple[str, Any]] = {
            "apn": ("s", config.apn),
            "ip-type": ("u", _FAMILIES[config.ip_type]),
            "allow-roaming": ("b", config.allow_roaming),
        }
        if config.user:
            wishes["user"] = ("s", config.user)
        if config.password is not None:
            wishes["password"] = ("s", config.password.read())
        return wishes

    def _await(self) -> None:
        end_s = time.monotonic() + self._device.config.connected_within_s
        while self._device.found().state != State.CONNECTED:
            if time.monotonic() > end_s:
                raise Retry(10.0, "NetworkManager brings no data session up")
            time.sleep(POLL_S)

    def _tell(self, found: Found) -> None:
        words = in_words(self.bearer(found))
        if words != self._told:
            self._told = words
            _log.info("data session: %s", words)


def is_idle(found: Found) -> bool:
    """Say whether no data session is there, nor on its way up or down."""
    return found.state < State.DISCONNECTING
