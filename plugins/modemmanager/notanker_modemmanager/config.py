"""The options of this plugin."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from notanker.plugin import SecretFile

BusAddress = Annotated[str, msgspec.Meta(pattern="^unix:(path|abstract)=[^;,]+$", max_length=200)]
Imei = Annotated[str, msgspec.Meta(pattern="^([0-9]{14,16})?$")]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=120)]
Short = Annotated[str, msgspec.Meta(max_length=100)]


class ModemManagerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one modem.

    Attributes:
        imei: Of the modem that is meant; empty if there is but one.
        device: Its device in sysfs, as `mmcli -m any` shows it; empty if there is but one.
        apn: The operator's access point; empty for the network's own.
        user: For the access point.
        password: A file, for the access point.
        ip_type: What the data session carries.
        allow_roaming: Whether it may dial in another's network.
        dials: False if NetworkManager brings the data session up; then it is only waited for.
        pin: A file with the SIM's PIN.
        bus: The address of the D-Bus on which ModemManager is.
        answer_within_s: For each answer of ModemManager but the two below.
        sent_within_s: How long an SMS may take into the network.
        connected_within_s: How long a data session may take to come up.
        relist: Whether all SMS are listed anew, by turning the modem off and on, where nothing else
            would show those that ModemManager lost. Never while there is a data session.
    """

    imei: Imei = ""
    device: Short = ""
    apn: Short = ""
    user: Short = ""
    password: SecretFile | None = None
    ip_type: Literal["ipv4", "ipv6", "ipv4v6"] = "ipv4"
    allow_roaming: bool = True
    dials: bool = True
    pin: SecretFile | None = None
    bus: BusAddress = "unix:path=/run/dbus/system_bus_socket"
    answer_within_s: Seconds = 10.0
    sent_within_s: Seconds = 60.0
    connected_within_s: Seconds = 45.0
    relist: bool = True
