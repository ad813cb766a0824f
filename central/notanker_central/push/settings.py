"""`[[push]]` of central.toml: who is told beside people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Kind = Literal["alertmanager", "zabbix", "icinga", "webhook", "mqtt"]
_SCHEMES: Final[dict[str, tuple[str, ...]]] = {
    "alertmanager": ("http", "https"),
    "zabbix": ("tcp",),
    "icinga": ("https", "http"),
    "webhook": ("http", "https"),
    "mqtt": ("mqtt", "mqtts"),
}


class Push(Struct, frozen=True, forbid_unknown_fields=True):
    """One receiver.

    Attributes:
        name: What it is called on the board; each has its own.
        url: `https://...` for most, `tcp://zabbix.example:10051`, `mqtts://broker.example:8883`.
        user: Icinga's API user, or MQTT's.
        secret: A file: the password, the bearer token (alertmanager), or the key that signs (webhook).
        ca: A file with the certificates that are trusted; the system's if none is given.
        host: What the centre is called in Zabbix and Icinga.
        topic: MQTT's prefix.
        every_s: How often all is told again.
        per_site: Whether each site is told as well (zabbix, icinga, mqtt).
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
    kind: Kind
    url: Annotated[str, Meta(pattern=r"^(https?|tcp|mqtts?)://[^\s/]+")]
    user: str = ""
    secret: Path | None = None
    ca: Path | None = None
    host: Annotated[str, Meta(min_length=1, max_length=128)] = "notanker"
    topic: Annotated[str, Meta(pattern=r"^[^\s#+]{1,100}$")] = "notanker/fleet"
    every_s: Annotated[float, Meta(ge=10, le=600)] = 60.0
    per_site: bool = False

    def __post_init__(self) -> None:
        """Refuse an address of another kind."""
        known = _SCHEMES[self.kind]
        if self.url.partition("://")[0] not in known:
            one = " | ".join(f"{scheme}://" for scheme in known)
            raise ValueError(f"url: {self.kind} braucht {one}.", f"url: {self.kind} needs {one}.")
