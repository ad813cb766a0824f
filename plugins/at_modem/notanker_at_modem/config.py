"""The options of this plugin."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from notanker.plugin import SecretFile

Seconds = Annotated[float, msgspec.Meta(gt=0, le=120)]
Port = Annotated[
    str, msgspec.Meta(pattern=r"^(/dev/\S+|socket://\S+|rfc2217://\S+)$", max_length=300)
]
Digits = Annotated[str, msgspec.Meta(pattern="^[0-9]{15}$|^$")]
Apn = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]*$", max_length=100)]
Data = Literal["auto", "context", "huawei", "quectel", "dial", "none"]


class AtModemConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one modem.

    Attributes:
        port: A path that stays the same wherever the kernel counts, a pattern of such paths, or an
            address: `socket://host:port`, `rfc2217://host:port`.
        imei: Only the modem with this number; empty takes the one that answers at `port`.
        speed: Of a real serial line; USB and networks ignore it.
        pin: A file that holds the SIM's PIN; None if the SIM wants none.
        apn: Access point of the data session; empty leaves the modem's own.
        context: The data context to use.
        data: How the data session comes up: see the README.
        roaming: Whether a foreign network may be used for data.
        reports: Whether the network is asked to report what became of each SMS.
        memory: Where SMS come in: ME (modem) or SM (SIM); auto takes the first that works.
        answer_s: How long a plain command may take.
        sent_within_s: How long the network may take to accept an SMS.
        ring_s: How long a telephone rings.
        power_command: What cuts and restores the modem's power, as a list of words; empty: nothing does.
    """

    port: Port = "/dev/serial/by-path/*usb*"
    imei: Digits = ""
    speed: Annotated[int, msgspec.Meta(ge=1200, le=4_000_000)] = 115200
    pin: SecretFile | None = None
    apn: Apn = ""
    context: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    data: Data = "auto"
    roaming: bool = False
    reports: bool = True
    memory: Literal["auto", "ME", "SM"] = "auto"
    answer_s: Seconds = 3.0
    sent_within_s: Seconds = 10.0
    ring_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 25.0
    power_command: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what one field alone cannot tell.

        Raises:
            ValueError: the port's name is one that changes. With the sentence in German and English.
        """
        name = self.port.removeprefix("/dev/")
        if name.startswith(("ttyUSB", "ttyACM")):
            raise ValueError(
                f"„{name}“ heißt nach dem nächsten Einstecken anders: Pfad aus /dev/serial/by-path/ nehmen.",
                f"'{name}' has another name when plugged in again: use the path in /dev/serial/by-path/.",
            )
