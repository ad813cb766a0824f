"""Whether the network lets the modem in (3GPP TS 27.007, 7.2, 10.1.20, 10.1.22, 10.1.47)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

import msgspec

from notanker.plugin import Registration
from notanker_at_modem.answers.fields import field, hex_of

_LINE: Final = re.compile(r"\s*\+C(|G|E|5G)REG:\s*(.*)", re.ASCII)
_DOMAINS: Final = {"": "cs", "G": "ps", "E": "eps", "5G": "5g"}
# An access technology (7.2, <AcT>); a firmware may have something else at its place.
_ACT: Final = re.compile(r"\d{1,3}", re.ASCII)


class Stat(IntEnum):
    """The field <stat>."""

    IDLE = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5
    HOME_SMS_ONLY = 6
    ROAMING_SMS_ONLY = 7
    EMERGENCY_ONLY = 8
    HOME_CSFB_NOT_PREFERRED = 9
    ROAMING_CSFB_NOT_PREFERRED = 10
    ATTACHED_RLOS = 11
    """Restricted local operator services: neither SMS nor data."""


_MEANINGS: Final = {
    Stat.IDLE: Registration.OFF,
    Stat.HOME: Registration.HOME,
    Stat.SEARCHING: Registration.SEARCHING,
    Stat.DENIED: Registration.DENIED,
    Stat.UNKNOWN: None,
    Stat.ROAMING: Registration.ROAMING,
    Stat.HOME_SMS_ONLY: Registration.SMS_ONLY,
    Stat.ROAMING_SMS_ONLY: Registration.SMS_ONLY,
    Stat.EMERGENCY_ONLY: Registration.EMERGENCY_ONLY,
    Stat.HOME_CSFB_NOT_PREFERRED: Registration.HOME,
    Stat.ROAMING_CSFB_NOT_PREFERRED: Registration.ROAMING,
    Stat.ATTACHED_RLOS: Registration.EMERGENCY_ONLY,
}
ACTS: Final = {
    0: "gsm",
    1: "gsm-compact",
    2: "umts",
    3: "edge",
    4: "hsdpa",
    5: "hsupa",
    6: "hspa",
    7: "lte",
    8: "ec-gsm-iot",
    9: "lte-nb-iot",
    10: "lte",
    11: "5gnr",
    12: "5gnr",
    13: "lte",  # with a 5G cell beside it
}
_GENERATIONS: Final = {
    **dict.fromkeys(("gsm", "gsm-compact", "edge", "ec-gsm-iot"), "2G"),
    **dict.fromkeys(("umts", "hsdpa", "hsupa", "hspa"), "3G"),
    **dict.fromkeys(("lte", "lte-nb-iot"), "LTE"),
    "5gnr": "5G",
}


class Camping(msgspec.Struct, frozen=True):
    """Where the modem is registered.

    Attributes:
        domain: `cs` circuit switched, `ps` packet switched, `eps` LTE, `5g`.
        area: Location or tracking area, 0 if it does not say.
        act: The access technology in words, "" if it does not say.
    """

    domain: str
    stat: Stat
    area: int = 0
    cell: int = 0
    act: str = ""
    act_number: int | None = None

    @property
    def registration(self) -> Registration | None:
        """What it means for whoever wants to send."""
        return _MEANINGS[self.stat]

    @property
    def roams(self) -> bool:
        """Whether the network is another operator's."""
        return self.stat in (
            Stat.ROAMING,
            Stat.ROAMING_SMS_ONLY,
            Stat.ROAMING_CSFB_NOT_PREFERRED,
        )

    @property
    def network(self) -> str:
        """The kind of network, such as `LTE`."""
        return _GENERATIONS.get(self.act, "")


def camping_of(line: str) -> Camping | None:
    """Read `+CREG:` and its kin, asked for (with <n> in front) or not; None if it says nothing."""
    match = _LINE.match(line)
    if match is None:
        return None
    quoted = [part.strip() for part in match[2].split(",")]
    fields = [part.strip('" ') for part in quoted]
    skip = 1 if _has_mode(quoted) else 0
    stat = _stat(field(fields, skip))
    if stat is None:
        return None
    act = field(fields, skip + 3)
    number = int(act) if _ACT.fullmatch(act) else None
    return Camping(
        domain=_DOMAINS[match[1]],
        stat=stat,
        area=hex_of(field(fields, skip + 1)),
        cell=hex_of(field(fields, skip + 2)),
        act="" if number is None else ACTS.get(number, ""),
        act_number=number,
    )


def act_words(number: int | None) -> str:
    """Return the kind of network that an access technology belongs to, such as `LTE`."""
    return "" if number is None else _GENERATIONS.get(ACTS.get(number, ""), "")


def _has_mode(quoted: list[str]) -> bool:
    """Say whether <n> stands in front: then the second field is a <stat>, else an area or nothing.

    An area has four digits or quotes. Firmwares that pad with zeros (`+CREG:002,0011,...`) pad <n> as well.
    """
    if len(quoted) < 2 or not quoted[1].isascii() or not quoted[1].isdigit():
        return False
    padded = quoted[0].startswith("00") and quoted[1].startswith("0")
    return len(quoted[1]) <= 2 or (padded and len(quoted[1]) <= 4)


def _stat(text: str) -> Stat | None:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        return None
    try:
        return Stat(int(text))
    except ValueError:
        return Stat.UNKNOWN
