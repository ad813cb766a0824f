"""The lab's command line for the AT modem: ``python -m notanker_lab at ACT [WORD ...]``."""

import argparse
import json
from collections.abc import Callable
from typing import Final

from notanker_lab.at_switches import SWITCHES
from notanker_lab.atctl import AtControl
from notanker_lab.errors import LabError
from notanker_lab.lab import Attached


def _power_cycle(modem: AtControl) -> None:
    modem.power(False)
    modem.power(True)


ACTS: Final[dict[str, tuple[str, Callable[..., object]]]] = {
    "fault": (
        "NAME [TIMES]: turn a switch on",
        lambda modem, name, times="0": modem.fault(name, int(times)),
    ),
    "unplug": ("pull it out", AtControl.unplug),
    "replug": (
        "[NAME]: plug it in again, under another name",
        lambda modem, name="": modem.replug(name),
    ),
    "storage": (
        "plug it in as a disk without a port",
        lambda modem: modem.replug(storage=True),
    ),
    "usb-reset": ("reset the USB device", AtControl.usb_reset),
    "power-cycle": ("cut and restore the power of its port", _power_cycle),
    "reboot": ("restart it", AtControl.reboot),
    "silent-reboot": ("restart it without a word", lambda modem: modem.reboot(0.1, silent=True)),
    "register": ("STATE: home, searching, denied, roaming, sms_only ...", AtControl.register),
    "sim": ("STATE: ready, pin, puk, absent, failure, busy", AtControl.sim),
    "receive": ("NUMBER TEXT: bring an SMS", AtControl.receive),
    "say": ("LINE ...: say unasked lines", AtControl.say),
    "state": (
        "print what is known of it",
        lambda modem: print(json.dumps(modem.state(), indent=1)),
    ),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes."""
    acts = "".join(f"\n  {name} {text}" for name, (text, _) in ACTS.items())
    switches = "".join(f"\n  {name}: {text}" for name, text in SWITCHES.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"acts:{acts}\n\nswitches:{switches}"
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("words", nargs="*")


def act(args: argparse.Namespace) -> int:
    """Do it.

    Raises:
        LabError: too many or too few words.
    """
    text, do = ACTS[args.act]
    try:
        do(Attached(args.prefix).at, *args.words)
    except TypeError as error:
        raise LabError(f"at {args.act} {text}") from error
    return 0
