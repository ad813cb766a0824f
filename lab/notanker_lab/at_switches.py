"""The bad manners of the AT emulator: named switches, each for so many times or for ever."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from notanker_lab.errors import LabError

# name -> what it does. Several may be on at once; "times" ends a switch by itself, 0 leaves it on.
SWITCHES: Final = {
    "none": "everything works; ends every other switch",
    # sending
    "hang_sent": "the SMS leaves, no answer ever comes",
    "hang_unsent": "the PDU is swallowed, nothing leaves, no answer ever comes",
    "late": "the SMS leaves, the answer comes delay_s (12) later; other commands are answered meanwhile",
    "late_unsent": "the SMS leaves only delay_s (12) later, and the answer comes then",
    "reboot_sent": "the SMS leaves, the modem reboots instead of answering",
    "reboot_unsent": "the modem reboots instead of sending",
    "unplug_sent": "the SMS leaves, the port is gone before the answer and back after down_s (8)",
    "no_prompt": "AT+CMGS is lost: no prompt, and nothing is waited for",
    "prompt_hidden": "the prompt is not shown, but text is waited for: what is typed becomes the SMS",
    "prompt_without_space": "the prompt is a bare >",
    "pdu_echoed": "what is typed at the prompt is echoed, the final 0x1A too",
    "urc_in_prompt": "an unasked line comes between prompt and PDU",
    "urc_in_result": "an unasked line comes between +CMGS and OK",
    "urc_before_echo": "an unasked line comes in front of a command's echo",
    "urc_in_list": "an unasked line comes between a +CMGL line and its PDU",
    "cms": "sending is refused with +CMS ERROR: code (500)",
    "cms_sent": "the SMS leaves, and +CMS ERROR: code (500) is answered",
    "cme": "a command is refused with +CME ERROR: code (14)",
    "error": "a command is refused with ERROR",
    # status reports
    "report_early": "the status report comes before +CMGS",
    "report_twice": "the status report comes twice",
    "report_late": "the status report comes delay_s (60) later than usual",
    "report_never": "no status report comes",
    "report_failed": "the status report says that the SMS was not delivered (status 70)",
    "report_other": "a status report with another reference comes first",
    "report_wrong_memory": 'the report lies in SR and +CDSI: "SM",0 is said, even if +CDS was wanted',
    # receiving
    "notice_lost": "the SMS is stored, no +CMTI comes",
    "notice_without_index": '+CMTI: "SM",-1',
    "notice_wrong_memory": "+CMTI names another memory than the one it lies in",
    "notice_twice": "+CMTI comes twice",
    "parts_shuffled": "the parts of a long SMS arrive last first",
    "part_doubled": "the first part of a long SMS arrives twice",
    "part_missing": "the second part of a long SMS never arrives",
    "list_malformed": "a PDU of no sense stands in the list",
    "list_truncated": "the last PDU of the list ends in its middle",
    "delete_fails": "AT+CMGD is refused with +CMS ERROR: 500",
    # the line to the modem
    "deaf": "a command is not answered, nor echoed",
    "swallow": "a command is done, its answer is lost",
    "slow": "an answer comes delay_s (2) later",
    "bytewise": "an answer comes one byte at a time, pause_s (0.002) apart",
    "garbage": "noise comes before an answer",
    "nul": "NUL bytes stand in an answer",
    "pause_in_line": "an answer stops in the middle of its first line for pause_s (1)",
    "half_line": "the second half of an answer's first line is lost",
    "bare_lf": "lines end with LF alone",
    "bare_cr": "lines end with CR alone",
    "doubled_cr": "lines end with CR CR LF",
    "echo_stays": "ATE0 is answered with OK and does nothing",
    "shared_port": "another program has the port too: its answers come in between, half of ours are lost",
    "boot_flood": "an unasked ^BOOT line comes with each answer",
    "rssi_flood": "ten unasked ^RSSI lines come with each answer",
    # answers to questions about money
    "ussd_ucs2": "the answer is UCS-2 in hexadecimal, flagged as coding 15",
    "ussd_packed": "the answer is packed septets in hexadecimal",
    "ussd_two_steps": "a first answer asks to wait, the second one tells",
    "ussd_never": "the answer never comes",
    "ussd_refused": "the network refuses: +CUSD: 4",
}  # fmt: skip

NOISE: Final = b"\x80\xfe~\x00\x7f}#@!\xe2\x82"


@dataclass(slots=True)
class Switch:
    """One switch that is on.

    Attributes:
        times: off again after so many uses; 0: stays.
        on: only for commands that contain this.
        cure: what ends it: "reboot", "usb_reset" or "power"; each also ends what the ones before it end.
        values: what else it needs.
    """

    name: str
    times: int = 0
    on: str = ""
    cure: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def number(self, key: str, otherwise: float) -> float:
        """Give a value as a number."""
        return float(self.values.get(key, otherwise))


class Switches:
    """All switches that are on."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._on: list[Switch] = []

    def turn_on(self, name: str, **values: Any) -> None:
        """Turn a switch on beside the others; "none" turns all off.

        Raises:
            LabError: there is no such switch.
        """
        if name not in SWITCHES:
            raise LabError(f"There is no switch {name!r}; there are {', '.join(SWITCHES)}.")
        if name == "none":
            self._on.clear()
            return
        known = {key: values.pop(key) for key in ("times", "on", "cure") if key in values}
        self._on.append(Switch(name, values=values, **known))

    def take(self, *names: str, command: str = "") -> Switch | None:
        """Use the first switch of these names that is on for this command, and count it."""
        found = next(self._matching(names, command), None)
        if found is None:
            return None
        self.log.append(found.name)
        if found.times:
            found.times -= 1
            if not found.times:
                self._on.remove(found)
        return found

    def is_on(self, name: str) -> bool:
        """Say whether a switch is on, without using it."""
        return any(switch.name == name for switch in self._on)

    def names(self) -> list[str]:
        """Give the names of all that are on."""
        return [switch.name for switch in self._on]

    def cure(self, what: str) -> None:
        """End what a reboot, a USB reset or a power cycle ends."""
        order = ("reboot", "usb_reset", "power")
        ended = order[: order.index(what) + 1]
        self._on = [switch for switch in self._on if switch.cure not in ended]

    def _matching(self, names: tuple[str, ...], command: str) -> Iterator[Switch]:
        for switch in self._on:
            if switch.name in names and switch.on.upper() in command.upper():
                yield switch
