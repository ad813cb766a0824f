"""The upper rungs of the ladder: what is done to a modem from outside.

A plugin has no capabilities, so a USB reset works only where the device's node may be written by the agent's
user (a udev rule, see the README), and a port's power only through a command that has the rights itself.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from notanker_at_modem import places

POWER_S: Final = 20.0
_USBDEVFS_RESET: Final = 0x5514
"""_IO('U', 20), linux/usbdevice_fs.h."""
_BUS: Final = Path("/dev/bus/usb")
_SHOWN: Final = 120


def reset_usb(port: str, sys: Path = places.SYS, bus: Path = _BUS) -> str:
    """Reset the port's USB device; return "" or why it could not be done."""
    device = places.usb_of(port, sys)
    if device is None:
        return f"{port} belongs to no USB device"
    try:
        numbers = [int((device / name).read_text()) for name in ("busnum", "devnum")]
        node = bus / f"{numbers[0]:03}/{numbers[1]:03}"
        fd = os.open(node, os.O_WRONLY | os.O_CLOEXEC)
    except PermissionError:
        return f"{node} may not be written: a udev rule must give it to the agent's user"
    except (OSError, ValueError) as error:
        return f"the USB device cannot be reset ({type(error).__name__})"
    try:
        fcntl.ioctl(fd, _USBDEVFS_RESET, 0)
    except OSError as error:
        return f"the USB device cannot be reset ({error.strerror})"
    finally:
        os.close(fd)
    return ""


def cycle_power(command: tuple[str, ...]) -> str:
    """Run the command that cuts and restores the modem's power; return "" or why it failed."""
    import subprocess  # 0.2 MiB for what may never be needed

    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=POWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command[0]}: {type(error).__name__}"
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()[:_SHOWN]
        return f"{command[0]} ended with status {done.returncode}: {words}"
    return ""
