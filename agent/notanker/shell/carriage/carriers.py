"""The carriers that a site has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from notanker.config.centre import CentreConfig
from notanker.core.names import Carrier as Name
from notanker.core.names import Uplink
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import Carrier, CarrierError
from notanker.shell.carriage.https import Https
from notanker.shell.carriage.udp import Udp

MQTTS_PORT: Final = 8883
"""As IANA has it."""


class Carriers:
    """All that `[centre]` names; each is made when its first beat comes.

    Attributes:
        https: The one that every site has: reports and plans take it as well.
    """

    def __init__(
        self,
        config: CentreConfig,
        interfaces: Mapping[Uplink, str],
        resolvers: Mapping[Uplink, tuple[str, ...]],
        site: str,
    ) -> None:
        parts = urlsplit(config.url)
        host, port = parts.hostname or "", parts.port or 443
        addresses = Addresses(host, config.addresses, interfaces, resolvers)
        self.https = Https(host, port, config.ca, addresses, interfaces)
        self._made: dict[Name, Carrier] = {
            Name.HTTPS: self.https,
            Name.UDP: Udp(addresses, config.udp_port or port, interfaces),
        }
        if config.mqtt:
            from notanker.shell.carriage import mqtt  # few sites have a broker

            parts = urlsplit(config.mqtt)
            broker = mqtt.Broker(
                parts.hostname or "",
                parts.port or MQTTS_PORT,
                site,
                config.mqtt_ca or config.ca,
                config.mqtt_user,
                config.mqtt_password,
            )
            known = Addresses(broker.host, config.mqtt_addresses, interfaces, resolvers)
            self._made[Name.MQTT] = mqtt.Mqtt(broker, known, interfaces)

    def of(self, name: Name) -> Carrier:
        """Return a carrier.

        Raises:
            CarrierError: the site has none of that name.
        """
        if name not in self._made:
            raise CarrierError(f"there is no carrier {name}")
        return self._made[name]

    async def close(self) -> None:
        """Let go of what they keep between two beats."""
        for carrier in self._made.values():
            await carrier.close()
