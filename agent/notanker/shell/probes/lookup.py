"""Names of systems, looked up over the uplink that the probe will take and over no other.

A resolver that answers only inside one provider's network, or a name that means another address there, would
otherwise make one line look like the other.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from notanker.core.commands import Probe
from notanker.core.names import Uplink
from notanker.core.settings import Anchor
from notanker.shell.probes import dns

KEPT_S: Final = 300.0
"""An address is good for so long; the lists of names are short and come from the configuration."""


class Names:
    """What is known of names.

    Args:
        interfaces: The interface of each uplink.
        resolvers: Who is asked over it.
    """

    def __init__(
        self, interfaces: Mapping[Uplink, str], resolvers: Mapping[Uplink, tuple[str, ...]]
    ) -> None:
        self._interfaces = interfaces
        self._resolvers = resolvers
        self._known: dict[tuple[Uplink, str], tuple[float, str]] = {}

    async def looked_up(self, probe: Probe) -> Anchor:
        """Return the anchor with an address for its name.

        Raises:
            DnsError: nobody who was asked knows one.
        """
        name = probe.anchor.address
        if probe.uplink is None or is_address(name):
            return probe.anchor
        now_s = asyncio.get_running_loop().time()
        until_s, address = self._known.get((probe.uplink, name), (0.0, ""))
        if until_s < now_s:
            address = await self._asked(probe.uplink, name)
            self._known[probe.uplink, name] = now_s + KEPT_S, address
        return replace(probe.anchor, address=address, host=probe.anchor.host or name)

    async def _asked(self, uplink: Uplink, name: str) -> str:
        for server in self._resolvers.get(uplink, ()):
            for version in (4, 6):
                answer = await dns.ask(self._interfaces[uplink], server, 53, name, version)
                if answer.addresses:
                    return answer.addresses[0]
        raise dns.DnsError(f"no address for {name}")


def is_address(text: str) -> bool:
    """Tell whether the text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
