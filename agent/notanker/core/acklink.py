"""The link in a mail by which its reader takes an incident on: made by the site, checked by the centre.

    /a/musterstadt/17/t-keller/t5k1xc/mfrggzdfmztwq2lknnwg
    |  site        |  contact  |      +- 100 bits of an HMAC over all before it
    |              incident    when he was told, seconds in base 36
    +- `u` in a drill

It needs no login, so it is good for one thing: to say that this person has this incident, for three days at
most. Small letters and digits alone, so that no mail program cuts it and it can be read out on the telephone.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LIFE_S: Final = 3 * 86_400.0
"""An alarm that nobody answered over a long weekend is none any more."""
SKEW_S: Final = 300.0
"""The centre's clock may be behind the site's by so much."""
MOST_CHARACTERS: Final = 192
MAC_SIGNS: Final = 20
"""100 bits. 80 are enough where each guess is a request to the centre (RFC 2104, 5)."""

_NOBODY: Final = bytes(32)
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHAPE: Final = re.compile(
    r"/(?P<kind>[au])/(?P<site>[a-z0-9][a-z0-9._-]{0,62})/(?P<incident>[1-9][0-9]{0,14})"
    r"/(?P<contact>[a-z0-9][a-z0-9_-]{0,63})/(?P<told>[0-9a-z]{1,8})"
)
_MAC_SHAPE: Final = re.compile(rf"[a-z2-7]{{{MAC_SIGNS}}}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a link says: this contact was told of this incident at that time.

    Attributes:
        site: The site's id.
        incident: Its number there.
        contact: The plan's contact.
        at_s: When he was told, whole wall seconds.
        drill: Whether it was in a drill.
    """

    site: str
    incident: int
    contact: str
    at_s: int
    drill: bool = False


def path_of(told: Told, key: bytes) -> str:
    """Return the link's path, empty if one of its parts is not of a link's shape."""
    kind = "u" if told.drill else "a"
    said = f"/{kind}/{told.site}/{told.incident}/{told.contact}/{_base36(told.at_s)}"
    return f"{said}/{_mac(said, key)}" if _SHAPE.fullmatch(said) else ""


def read(path: str, key_of_site: Callable[[str], bytes | None]) -> Told | None:
    """Return what a link says, None if its site has not made it.

    Args:
        path: As `path_of` made it; anything at all may come.
        key_of_site: Gives the key of a site's links, None for a site that is not known.
    """
    said, _, mac = path[: MOST_CHARACTERS + 1].rpartition("/")
    found = _SHAPE.fullmatch(said)
    if found is None or len(path) > MOST_CHARACTERS or not _MAC_SHAPE.fullmatch(mac):
        return None
    key = key_of_site(found["site"])
    # A site that isn't known is compared as well, so that the time tells nothing.
    good = hmac.compare_digest(_mac(said, key or _NOBODY), mac)
    if not good or key is None:
        return None
    return Told(
        found["site"],
        int(found["incident"]),
        found["contact"],
        int(found["told"], 36),
        found["kind"] == "u",
    )


def is_over(told: Told, now_s: float) -> bool:
    """Tell whether the link has had its time, or its time has not come."""
    return not -SKEW_S <= now_s - told.at_s <= LIFE_S


def _mac(said: str, key: bytes) -> str:
    digest = hmac.digest(key, said.encode("ascii"), "sha256")
    return b32encode(digest).decode("ascii").lower()[:MAC_SIGNS]


def _base36(number: int) -> str:
    digits = ""
    while number > 0:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits
