"""The captive portal: what devices hear that ask whether this Wi-Fi leads to the internet.

A device that has not seen the portal is led there; once somebody there has gone on (`/weiter`) it hears
that all is well, and stays on this Wi-Fi. What is asked by https is not answered at all: nobody here has
a certificate for somebody else's name, and a warning that people learn to ignore is worse than none.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from notanker.portal.answer import Answer, answer, redirect
from notanker.portal.captive_clients import Clients
from notanker.portal.captive_probes import Probe, probes
from notanker.portal.request import Request

Mode = Literal["guide", "silent", "off"]
ON: Final = {"/weiter": "de/", "/en/weiter": "en/"}
"""What releases a device, and where it goes from there."""
API: Final = "/captive-portal/api"
"""Where devices ask that were told so by DHCP's option 114 (RFC 8910)."""


class Captive:
    """Stands before the pages.

    Args:
        url: The portal's address, as a redirect tells it.
        mode: What devices are told, see `PortalConfig.probes`.
        clients: Who has seen the portal.
        name: The name of the portal's own certificate; empty without one.
    """

    def __init__(
        self, url: str, mode: Mode, clients: Clients | None = None, name: str = ""
    ) -> None:
        self._url, self._mode, self._name = url, mode, name
        self._clients = Clients() if clients is None else clients
        asked = () if mode == "off" else probes()
        self._probes = {
            (host, path): probe for probe in asked for host in probe.hosts for path in probe.paths
        }

    def meet(self, request: Request, address: str, *, secure: bool) -> Answer | str:
        """Return the answer, or the path that is to be answered by."""
        if request.method == "GET" and request.path in ON:
            self._clients.release(address)
            return redirect(self._url + ON[request.path])
        if secure and self._name and request.path == API:
            return self._told(address)
        probe = self._probes.get((request.host, request.path))
        return request.path if probe is None else self._answer(probe, address)

    def _answer(self, probe: Probe, address: str) -> Answer | str:
        seen = self._mode == "silent" or self._clients.left_s(address) > 0
        if seen and not probe.always:
            fields = (*probe.fields.items(), ("Cache-Control", "no-store"))
            return answer(probe.status, fields, probe.body.encode())
        return "/" if probe.unseen == "page" else redirect(self._url)

    def _told(self, address: str) -> Answer:
        """Return the device's state as RFC 8908 has it."""
        left_s = self._clients.left_s(address)
        captive = self._mode == "guide" and left_s == 0
        told: dict[str, object] = {"captive": captive, "user-portal-url": f"https://{self._name}/"}
        told["venue-info-url"] = told["user-portal-url"]
        if left_s:
            told["seconds-remaining"] = int(left_s)
        fields = {"Content-Type": "application/captive+json", "Cache-Control": "private"}
        return answer(200, fields.items(), msgspec.json.encode(told))
