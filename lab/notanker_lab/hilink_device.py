"""What a HiLink stick is set to, and what befalls it as a whole: SIM, radio mode, SMS settings, restarts."""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from notanker_lab.hilink_session import HilinkError
from notanker_lab.hilink_state import AnswerLostError

if TYPE_CHECKING:
    from notanker_lab.hilink_stick import Request, Stick

FORMAT_ERROR = 100005
PARAMETER_ERROR = 100006
PIN_WRONG = 103002
PUK_WANTED = 101003

_MODES = ("00", "01", "02", "0201", "03", "0301", "0302")
_KEY_BITS = 2048
_VERIFY = "0"


@dataclass(slots=True)
class Card:
    """The SIM: its PIN and the tries left, which outlive every restart of the stick.

    Attributes:
        silent: A PIN is lost on its way to the SIM, and no answer comes.
    """

    pin: str = "4711"
    tries: int = 3
    silent: bool = False

    def state(self, *, locked: bool) -> str:
        """Give SimState: 257 ready, 260 wants its PIN, 261 its PUK."""
        if not self.tries:
            return "261"
        return "260" if locked else "257"


@dataclass(slots=True)
class Settings:
    """What its web page sets.

    Attributes:
        encrypts: A PIN is taken encrypted only.
        reports: It knows status reports; without, UseSReport is missing.
    """

    mode: str = "00"
    band: str = "3FFFFFFF"
    lte_band: str = "7FFFFFFFFFFFFFFF"
    encrypts: bool = False
    reports: bool = False
    sms: dict[str, str] = field(
        default_factory=lambda: {
            "SaveMode": "0",
            "Validity": "10752",
            "Sca": "+491713920099",
            "UseSReport": "0",
            "SendType": "1",
        }
    )

    def sms_config(self) -> dict[str, str]:
        """Answer sms/config."""
        return {
            key: value for key, value in self.sms.items() if self.reports or key != "UseSReport"
        }

    def net_mode(self) -> dict[str, str]:
        """Answer net/net-mode."""
        return {"NetworkMode": self.mode, "NetworkBand": self.band, "LTEBand": self.lte_band}

    def wants_reports(self) -> bool:
        """Say whether the network is asked what became of each SMS."""
        return self.reports and self.sms["UseSReport"] == "1"


def set_sms(stick: Stick, request: Request) -> str:
    """Take sms/config."""
    known = stick.settings.sms_config()
    given = {element.tag: element.text or "" for element in request.root}
    if given.get("UseSReport", "0") not in ("0", "1") or not given.get("Sca"):
        raise HilinkError(PARAMETER_ERROR)
    stick.settings.sms.update({key: given[key] for key in known if key in given})
    return "OK"


def set_mode(stick: Stick, request: Request) -> str:
    """Take net/net-mode."""
    mode, band, lte = (request.text(name) for name in ("NetworkMode", "NetworkBand", "LTEBand"))
    if mode not in _MODES or not band or not lte:
        raise HilinkError(PARAMETER_ERROR)
    stick.settings.mode, stick.settings.band, stick.settings.lte_band = mode, band, lte
    return "OK"


def operate_pin(stick: Stick, request: Request) -> str:
    """Take a PIN; a wrong one costs a try."""
    if request.text("OperateType", _VERIFY) != _VERIFY:
        raise HilinkError(PARAMETER_ERROR)
    if stick.card.silent:
        raise AnswerLostError("reset")
    if not stick.card.tries:
        raise HilinkError(PUK_WANTED)
    if request.text("CurrentPin") != stick.card.pin:
        stick.card.tries -= 1
        raise HilinkError(PIN_WRONG)
    stick.card.tries = 3
    stick.unlock()
    return "OK"


@cache
def _key() -> Any:
    from Cryptodome.PublicKey import RSA  # few sticks of the lab take anything encrypted

    return RSA.generate(_KEY_BITS)


def public_key() -> dict[str, str]:
    """Answer webserver/publickey."""
    return {"encpubkeyn": f"{_key().n:x}", "encpubkeye": f"{_key().e:06x}"}


def decrypted(body: bytes) -> bytes:
    """Return a POST's body as it was before the page's script encrypted it (PKCS#1 v1.5, in pieces).

    Raises:
        HilinkError: it was not, or with another key.
    """
    from Cryptodome.Cipher import PKCS1_v1_5  # as above

    size = _KEY_BITS // 8
    try:
        octets = binascii.unhexlify(body)
        cipher = PKCS1_v1_5.new(_key())
        pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
        return base64.b64decode(b"".join(cipher.decrypt(piece, b"") for piece in pieces))
    except ValueError as error:
        raise HilinkError(FORMAT_ERROR) from error


def read_xml(body: bytes, strict: bool) -> ET.Element:
    """Read a request, CESU-8 included (emoji as two surrogates of three bytes each).

    Raises:
        HilinkError: it is no XML, or (``strict``) there is white space between the elements.
    """
    try:
        text = body.decode("utf-8", "surrogatepass")
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
        text = re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", text)
        if strict and re.search(r">\s+<", text):
            raise HilinkError(FORMAT_ERROR)
        return ET.fromstring(text)  # noqa: S314 - who asks is part of the lab
    except (ET.ParseError, UnicodeError) as error:
        raise HilinkError(FORMAT_ERROR) from error


def _lose_sessions(stick: Stick) -> None:
    stick.sessions.clear()


def _restart_data_off(stick: Stick) -> None:
    stick.dataswitch = False
    stick.reboot()


BEFALLS: dict[str, Callable[[Stick], None]] = {
    "session_lost": _lose_sessions,
    "taken_108003": _lose_sessions,
    "reboot_data_off": _restart_data_off,
}
"""What a switch does once, before the next request is looked at."""
