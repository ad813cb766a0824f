"""`[metrics]` of central.toml: who may read the figures."""

from __future__ import annotations

import hmac
import ipaddress
from pathlib import Path

from notanker_central.alarm.channels import ChannelError, secret_of
from notanker_central.listening import Listening


class Metrics(Listening, frozen=True, forbid_unknown_fields=True):
    """`[metrics]`: who may read the figures, and where.

    Attributes:
        listen: An address of its own; without one there are none.
        token: A file with the token that a scraper shows (`Authorization: Bearer`).
        allow: Addresses or networks that need no token.
        per_site: Whether each site has its own series.
    """

    token: Path | None = None
    allow: tuple[str, ...] = ("127.0.0.1", "::1")
    per_site: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        for one in self.allow:
            try:
                ipaddress.ip_network(one, strict=False)
            except ValueError:
                raise ValueError(
                    f"allow: „{one}“ ist keine Adresse und kein Netz, wie 192.0.2.0/24.",
                    f"allow: '{one}' is no address or network such as 192.0.2.0/24.",
                ) from None


def may_read(settings: Metrics, address: str, authorization: str) -> bool:
    """Tell whether who asks may read: by address, or by token."""
    try:
        asking = ipaddress.ip_address(address)
    except ValueError:
        return False
    nets = (ipaddress.ip_network(one, strict=False) for one in settings.allow)
    if any(asking in net for net in nets):
        return True
    if settings.token is None:
        return False
    try:
        wanted = b"Bearer " + secret_of(settings.token)
    except ChannelError:
        return False
    return hmac.compare_digest(authorization.encode("utf-8", "replace"), wanted)
