"""The options of this plugin."""

from __future__ import annotations

from typing import Annotated

import msgspec

from notanker.plugin import SecretFile

Address = Annotated[str, msgspec.Meta(pattern="^https?://[^/@ ]+/?$", max_length=200)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]


class HuaweiLteConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one modem.

    Attributes:
        url: The modem's own address.
        username: Empty for the modem's usual "admin".
        password: A file; None for a modem that wants no log-in.
        connect_timeout_s: For a TCP connection to the modem.
        read_timeout_s: For each piece of an answer.
        sent_within_s: How long after the hand-over an SMS may take to leave.
        settle_s: How long a modem that lost an answer gets before its lists are believed.
    """

    url: Address = "http://192.168.8.1/"
    username: str = ""
    password: SecretFile | None = None
    connect_timeout_s: Seconds = 3.0
    read_timeout_s: Seconds = 10.0
    sent_within_s: Seconds = 30.0
    settle_s: Annotated[float, msgspec.Meta(ge=0, le=30)] = 3.0
