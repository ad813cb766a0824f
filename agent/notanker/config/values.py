"""What a value may be: types with their bounds, and checks that name the cure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from notanker.config.zones import zone

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
WatchSeconds = Annotated[float, Meta(ge=1, le=86_400)]
PositiveSeconds = Annotated[float, Meta(ge=0.01, le=86_400)]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        extra={
            "de": "ein Name aus a-z, 0-9, - und _, höchstens 40 Zeichen",
            "en": "a name of a-z, 0-9, - and _, at most 40 characters",
        },
    ),
]
SystemId = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$",
        extra={
            "de": "die Kennung eines Systems aus systems.toml, etwa core-switch",
            "en": "the id of a system in systems.toml, such as core-switch",
        },
    ),
]
Interface = Annotated[
    str,
    Meta(
        pattern=r"^[^\s/:]{1,15}$",
        extra={
            "de": "der Name einer Netzwerkschnittstelle wie eth0",
            "en": "the name of a network interface such as eth0",
        },
    ),
]
Number = Annotated[
    str,
    Meta(
        pattern=r"^\+[1-9][0-9]{6,14}$",
        extra={
            "de": "eine Rufnummer mit Landesvorwahl und ohne Leerzeichen wie +493023125110",
            "en": "a number with country code and without blanks such as +493023125110",
        },
    ),
]
Port = Annotated[int, Meta(ge=1, le=65_535)]

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})"
NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?|\[[0-9a-fA-F:.]+\]")
_QUESTIONS: Final = {
    "dns": NAME,
    "http": re.compile(r"/[!-~]*"),
    "sip": re.compile(r"sips?:[!-;=?-~]{1,255}"),
}
"""What can be asked of an anchor of that kind."""


def is_zone(name: str) -> bool:
    """Tell whether it is a time zone that the machine knows."""
    try:
        zone(name)
    except (OSError, ValueError):
        return False
    return True


def is_origin(url: str, scheme: str = "https") -> bool:
    """Tell whether it is this scheme, a name, perhaps a port, and no more."""
    try:
        parts = urlsplit(url)
        whole = f"{scheme}://{parts.netloc}" in (url, url.removesuffix("/"))
        return whole and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:  # no number, or none that a port can have
        return False


def check_question(kind: str, query: str) -> None:
    """Refuse a question that cannot be asked: it would look like a dead line.

    Raises:
        ValueError: it does not fit the kind of probe; the sentence in German and English.
    """
    asked = _QUESTIONS.get(kind)
    if query and asked is not None and not asked.fullmatch(query):
        raise ValueError(
            f"query: „{query}“ passt nicht zu kind = „{kind}“; bei dns einen Namen wie example.com"
            " eintragen, bei http einen Pfad wie /generate_204, bei sip eine Adresse wie sip:pbx.example.",
            f"query: '{query}' does not fit kind = '{kind}'; write a name such as example.com for dns,"
            " a path such as /generate_204 for http, an address such as sip:pbx.example for sip.",
        )


def check_host(field: str, host: str) -> None:
    """Refuse what is no name of a host.

    Raises:
        ValueError: the sentence in German and English.
    """
    if host and not _HOST.fullmatch(host):
        raise ValueError(
            f"{field}: „{host}“ ist kein Name; einen wie example.com eintragen.",
            f"{field}: '{host}' is no name; write one such as example.com.",
        )


def check_addresses(field: str, texts: Iterable[str], version: int | None = None) -> None:
    """Refuse what is no IP address (of this version).

    Raises:
        ValueError: the sentence in German and English.
    """
    for text in texts:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            address = None
        if address is None or version not in (None, address.version):
            kind = f"IPv{version}" if version else "IP"
            raise ValueError(
                f"{field}: „{text}“ ist keine {kind}-Adresse; eine wie 203.0.113.1 eintragen.",
                f"{field}: '{text}' is no {kind} address; write one such as 203.0.113.1.",
            )
