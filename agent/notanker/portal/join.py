"""How others come to the portal: codes for a phone's camera, and the address for who types it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from notanker.portal.files import Wifi, read

NAME: Final = "notfall.internal"
"""Chrome warns of public names without TLS, of `.internal` it does not (measured with 156)."""
_SPECIAL: Final = re.compile(r'([\\;,":])')


@dataclass(frozen=True, slots=True)
class Join:
    """What the page for others shows.

    Attributes:
        address: The literal address, for names do not resolve on every phone.
        ssid: The Wi-Fi's name, empty if the portal is not on one of its own.
        key: The Wi-Fi's key, empty for an open one.
    """

    address: str
    ssid: str = ""
    key: str = ""

    @property
    def url(self) -> str:
        """The address to type."""
        return f"http://{self.address}/"


def join_of(wifi: Wifi | None, address: str, asked: str) -> Join:
    """Put together what is known.

    Args:
        wifi: The portal's own Wi-Fi.
        address: The address that is configured.
        asked: What this very page was asked of: if it is a literal address, it is one that works.
    """
    host, colon, port = asked.rpartition(":")
    if not (colon and port.isdigit()):
        host, port = asked, "80"
    found = _host(address or (host if _is_address(host) else "") or NAME)
    found = found if port == "80" else f"{found}:{port}"
    if wifi is None:
        return Join(found)
    key = read(wifi.key) if wifi.key is not None else None
    return Join(found, wifi.ssid, (key or b"").decode("utf-8", "replace").strip())


def wifi_text(join: Join) -> str:
    """Return what a phone's camera joins the Wi-Fi by; the form that Android and iOS read."""
    ssid, key = (_SPECIAL.sub(r"\\\1", text) for text in (join.ssid, join.key))
    return f"WIFI:T:WPA;S:{ssid};P:{key};;" if join.key else f"WIFI:T:nopass;S:{ssid};;"


@lru_cache(maxsize=8)
def picture(text: str, title: str) -> Markup:
    """Return the code as SVG; nothing where segno is not installed, then the words have to do."""
    try:
        # Pure Python, and only this page needs it.
        import segno
    except ImportError:
        return Markup()
    made = segno.make(text, error="m", micro=False)
    svg = made.svg_inline(scale=6, border=4, dark="#000", light="#fff", title=title, omitsize=True)
    return Markup(svg)  # noqa: S704 - made by segno of modules; the title is escaped there


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
