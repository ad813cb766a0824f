"""The options of this plugin."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from notanker.plugin import SecretFile

Address = Annotated[str, msgspec.Meta(pattern="^http://[^/@ ]+/?$", max_length=200)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]
Mode = Literal["", "auto", "2g", "3g", "3g_2g", "lte", "lte_2g", "lte_3g"]


class HuaweiLteConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one modem.

    Attributes:
        url: The modem's own address.
        other_urls: Where else it may be found, such as after a reset to the maker's settings.
        username: Empty for the modem's usual "admin".
        password: A file; None for a modem that wants no log-in.
        pin: A file that holds the SIM's PIN; None if the SIM wants none.
        mobile_mode: The radio networks that it may use; empty leaves what its page says.
        reports: Whether the network is asked to report what became of each SMS.
        recover: Whether a modem that gets no data session is dialled anew and restarted.
        restart_after_s: How long without a data session before it is restarted.
        power_command: What cuts and restores the modem's power, as a list of words; empty: nothing does.
        connect_timeout_s: For a TCP connection to the modem.
        read_timeout_s: For each piece of an answer.
        connected_within_s: How long a modem that dials is waited for. One has its session in 1 to 5 s, or
            goes on by itself; an SMS that waits for this must not wait long.
        sent_within_s: How long after the hand-over an SMS may take to leave.
        settle_s: How long a modem that lost an answer gets before its lists are believed.
        locked_pause_s: How long no log-in is tried after the modem has locked them.
    """

    url: Address = "http://192.168.8.1/"
    other_urls: Annotated[tuple[Address, ...], msgspec.Meta(max_length=5)] = ()
    username: str = ""
    password: SecretFile | None = None
    pin: SecretFile | None = None
    mobile_mode: Mode = ""
    reports: bool = True
    recover: bool = True
    restart_after_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 60.0
    power_command: tuple[str, ...] = ()
    connect_timeout_s: Seconds = 3.0
    read_timeout_s: Seconds = 10.0
    connected_within_s: Seconds = 10.0
    sent_within_s: Seconds = 30.0
    settle_s: Annotated[float, msgspec.Meta(ge=0, le=30)] = 3.0
    locked_pause_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 60.0
