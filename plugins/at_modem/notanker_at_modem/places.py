"""Where a modem is found, whatever number the kernel has given its ports this time.

A USB modem shows several ports; one of them answers AT, and which one it is differs between firmwares.
The names in /dev/serial/by-path tell the socket that the stick is in:

    platform-xhci-hcd.0-usb-0:1.2:1.0-port0
                        socket ^^^ ^ interface
"""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Final

MAX_PORTS: Final = 16
SYS: Final = Path("/sys")

_INTERFACE: Final = re.compile(r"(.*-usb[^:]*-\d+:[\d.]+:)[\d.]+(-port\d+)?$", re.ASCII)
# Vendors whose sticks come up as a disk with drivers for Windows on it.
_SWITCHING: Final = frozenset({"12d1", "19d2", "1bbb", "2357", "1c9e", "1410", "0af0", "1e0e"})
_STORAGE: Final = "08"


def candidates(port: str, last: str = "") -> list[str]:
    """Return what may be the modem's port, the likeliest first.

    Args:
        port: The option: an address, a path or a pattern.
        last: The path that answered the last time.
    """
    if "://" in port:
        return [port]
    found = sorted(glob.glob(port))  # noqa: PTH207 - a pattern with a folder in it
    if match := _INTERFACE.match(port):
        found += sorted(glob.glob(f"{glob.escape(match[1])}*"))  # noqa: PTH207
    # Two names may lead to one device.
    unique = {str(Path(path).resolve()): path for path in reversed(found)}
    paths = [path for path in found if path in unique.values()]
    return sorted(dict.fromkeys(paths), key=lambda path: path != last)[:MAX_PORTS]


def missing_words(port: str, sys: Path = SYS) -> str:
    """Return why there is no port, as far as it can be seen."""
    if (stick := _as_storage(sys)) is not None:
        return (
            f"USB device {stick} shows itself as a disk, not as a modem: "
            "the package usb-modeswitch changes that"
        )
    return f"there is no {port}: is the modem plugged in?"


def _as_storage(sys: Path) -> str | None:
    for device in sorted((sys / "bus/usb/devices").glob("*-*")):
        vendor = _read(device / "idVendor")
        if vendor not in _SWITCHING:
            continue
        classes = {_read(one) for one in device.glob("*:*/bInterfaceClass")}
        if classes == {_STORAGE}:
            return f"{vendor}:{_read(device / 'idProduct')}"
    return None


def usb_of(port: str, sys: Path = SYS) -> Path | None:
    """Return the folder of the USB device that the port belongs to, None if it is none."""
    link = sys / "class/tty" / Path(port).resolve().name / "device"
    try:
        folder = link.resolve(strict=True)
    except OSError:
        return None
    return next((one for one in (folder, *folder.parents) if (one / "idVendor").exists()), None)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()[:100]
    except OSError:
        return ""
