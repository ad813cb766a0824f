"""The faults of the SMS bench, each as what is done to the modem just before the SMS is handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from notanker_lab.at_modem import AtModem

AWAY_S: Final = 8.0


def _nothing(_modem: AtModem) -> None:
    pass


def switch(name: str, times: int = 1, **values: object) -> Callable[[AtModem], None]:
    """Make what turns a switch of the emulator on."""
    return lambda modem: modem.fault(name, times=times, **values)


def _unplug(modem: AtModem) -> None:
    modem.unplug()
    modem.device.timers.later(AWAY_S, lambda: modem.replug("ttyUSB7"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table.

    Attributes:
        title: As the row is headed.
        arm: What is done to the modem.
        second_s: The goal for the time of the (only or second) SMS, where there is one (G5, G6).
        short: Whether it is in the short form.
    """

    title: str
    arm: Callable[[AtModem], None] = _nothing
    second_s: float | None = None
    short: bool = False


FAULTS: Final = {
    "none": Fault("none", short=True),
    "cms38": Fault("CMS 38 once", switch("cms", code=38)),
    "cms500": Fault("CMS 500 once", switch("cms", code=500), short=True),
    "cms322": Fault("CMS 322 once", switch("cms", code=322)),
    "hang_sent": Fault("hang, SMS was sent", switch("hang_sent"), short=True),
    "hang_unsent": Fault("hang, SMS not sent", switch("hang_unsent"), second_s=45.0),
    "late12": Fault("answer 12 s late", switch("late", delay_s=12)),
    "late45": Fault("answer 45 s late", switch("late", delay_s=45)),
    "reboot": Fault("modem reboots after sending", switch("reboot_sent")),
    "urc_prompt": Fault("URC in prompt", switch("urc_in_prompt"), short=True),
    "urc_result": Fault("URC in result", switch("urc_in_result")),
    "echoed": Fault("PDU echoed", switch("pdu_echoed")),
    "no_prompt": Fault("no prompt once", switch("no_prompt"), second_s=15.0, short=True),
    "bare_prompt": Fault("prompt without space", switch("prompt_without_space")),
    "unplug": Fault("unplug 8 s, back as another name", _unplug, second_s=18.0),
    "deaf": Fault("3 commands unanswered", switch("deaf", times=3), second_s=20.0),
}
