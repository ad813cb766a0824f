"""[centre]: where heartbeats go, and by what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from notanker.config.values import Number, PositiveSeconds, check_addresses, is_origin

CarrierName = Literal["https", "udp", "mqtt"]


class CentreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where heartbeats go.

    Attributes:
        url: `https://` and the centre's name, without a path.
        key: File with the site's key.
        ca: File with the certificate of the authority that signed the centre's; else the system's.
        addresses: Where to connect, if the name is not to be looked up.
        proof_s: So often a beat proves the idle backup; without it, as the carrier's price allows.
        link_url: Where people reach the centre to take an incident on, if not at `url`; "" sends no links.
        carriers: By what beats travel, the preferred one first.
        carriers_lte: The same over LTE; without it, as everywhere.
        udp_port: Where the centre takes datagrams; without it, the port of `url`.
        mqtt: `mqtts://` and the broker's name, for the carrier `mqtt`.
        mqtt_addresses: Where to connect to it, if its name is not to be looked up.
        mqtt_ca: File with the certificate of the authority that signed the broker's; else `ca`.
        mqtt_user: Whom the broker knows, together with the file `mqtt_password`.
        mute_sms: Who is told by SMS when the centre has been mute for half an hour.
        sms: The centre's telephone number, for the carrier of last resort.
        sms_per_day: At most so many SMS go there in 24 hours.
    """

    url: str
    key: Path
    ca: Path | None = None
    addresses: tuple[str, ...] = ()
    link_url: str | None = None
    interval_s: PositiveSeconds = 60.0
    proof_s: PositiveSeconds | None = None
    carriers: Annotated[tuple[CarrierName, ...], Meta(min_length=1)] = ("https",)
    carriers_lte: tuple[CarrierName, ...] = ()
    udp_port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    mqtt: str = ""
    mqtt_addresses: tuple[str, ...] = ()
    mqtt_ca: Path | None = None
    mqtt_user: str = ""
    mqtt_password: Path | None = None
    mute_sms: tuple[Number, ...] = ()
    sms: Number | None = None
    sms_per_day: Annotated[int, Meta(ge=1, le=24)] = 4

    def __post_init__(self) -> None:
        """Check addresses and carriers."""
        for key, url in (("url", self.url), ("link_url", self.link_url or self.url)):
            if not is_origin(url):
                raise ValueError(
                    f"{key}: „{url}“ ist keine https-Adresse ohne Pfad wie https://zentrale.example.",
                    f"{key}: '{url}' is no https address without a path such as https://centre.example.",
                )
        check_addresses("addresses", self.addresses)
        check_addresses("mqtt_addresses", self.mqtt_addresses)
        self._check_mqtt()

    def _check_mqtt(self) -> None:
        if self.mqtt and not is_origin(self.mqtt, "mqtts"):
            raise ValueError(
                f"mqtt: „{self.mqtt}“ ist keine Adresse wie mqtts://broker.example:8883.",
                f"mqtt: '{self.mqtt}' is no address such as mqtts://broker.example:8883.",
            )
        if "mqtt" in (*self.carriers, *self.carriers_lte) and not self.mqtt:
            raise ValueError(
                'carriers: „mqtt“ braucht einen Broker; mqtt = "mqtts://…" eintragen oder weglassen.',
                "carriers: 'mqtt' needs a broker; write mqtt = \"mqtts://…\" or leave it out.",
            )

    @property
    def links(self) -> str:
        """What the links in mails begin with, empty for none."""
        return (self.url if self.link_url is None else self.link_url).removesuffix("/")
