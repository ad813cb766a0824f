"""The portal: where it listens, and what it is on the Wi-Fi that leads to it."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

import msgspec

from notanker.config.values import Interface, Port, check_addresses, check_host


class PortalConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the portal listens, and how phones find it.

    Attributes:
        address: The box on the Wi-Fi that leads to the portal; NetworkManager's own choice for a hotspot.
        interface: The interface of that Wi-Fi.
        probes: What a device hears that asks whether this Wi-Fi leads to the internet. `guide`: no, until
            somebody has seen the portal; `silent`: yes, so that it stays; `off`: nothing.
        name: The name that a certificate is for; with it the portal speaks https as well.
        certificate: The certificate and all above it, as PEM.
        key: Its private key.
        tls_port: Where https is spoken.
        leads_code: File with the code that opens the leads' page, at least eight characters.
        wifi_ssid: The name of the portal's own Wi-Fi, shown on the page that connects others.
        wifi_key: File with that Wi-Fi's key; without it, an open one.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    address: str = "10.42.0.1"
    interface: Interface = "wlan0"
    probes: Literal["guide", "silent", "off"] = "guide"
    name: str = ""
    certificate: Path | None = None
    key: Path | None = None
    leads_code: Path | None = None
    wifi_ssid: str = ""
    wifi_key: Path | None = None
    tls_port: Port = 443

    def __post_init__(self) -> None:
        """Check the address, and that a certificate has all that belongs to it."""
        check_addresses("address", [self.address], version=4)
        if not ipaddress.ip_address(self.address).is_private:
            raise ValueError(
                f"address: „{self.address}“ ist keine private Adresse; Browser warnen davor. Eine wie"
                " 10.42.0.1 eintragen.",
                f"address: '{self.address}' is not a private address; browsers warn of it. Write one"
                " such as 10.42.0.1.",
            )
        check_host("name", self.name)
        given = [bool(self.name), self.certificate is not None, self.key is not None]
        if any(given) and not all(given):
            raise ValueError(
                "name: Für https braucht es name, certificate und key; eines davon fehlt.",
                "name: https takes name, certificate and key; one of them is missing.",
            )

    @property
    def url(self) -> str:
        """The address of the portal that poster and redirects carry: without a name to look up."""
        return f"http://{self.address}{'' if self.port == 80 else f':{self.port}'}/"
