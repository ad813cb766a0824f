"""Steering the AT emulator: from its own process, or from any other of the capsule."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notanker_lab import control
from notanker_lab.at_switches import SWITCHES
from notanker_lab.errors import LabError


class AtActs(ABC):
    """All that can be done to an emulated AT modem."""

    @abstractmethod
    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Put one question to the modem."""

    def fault(self, name: str, times: int = 0, **values: Any) -> None:
        """Turn one switch of SWITCHES on beside the others; "none" turns all off.

        Args:
            name: the switch.
            times: off again after so many uses; 0: stays.
            values: on="+CMGD" (only commands with this), cure="reboot"|"usb_reset"|"power" (what ends
                it), and delay_s, pause_s, code, port, as the switch's sentence says.
        """
        if name not in SWITCHES:
            raise LabError(f"There is no switch {name!r}; there are {', '.join(SWITCHES)}.")
        self.ask({"op": "fault", "name": name, "values": {"times": times, **values}})

    def receive(self, number: str, text: str, **values: Any) -> None:
        """Bring an SMS from ``number``.

        ``values``: reference, wide (16 bit), flash (class 0), order ([2, 1]: which parts, how).
        """
        self.ask({"op": "inbound", "number": number, "text": text, **values})

    def receive_pdu(self, tpdu: bytes) -> None:
        """Bring an SMS as the network has it: a DELIVER or anything else."""
        self.ask({"op": "pdu", "tpdu": tpdu.hex()})

    def receive_mms(self, number: str) -> None:
        """Bring the announcement of an MMS."""
        self.ask({"op": "mms", "number": number})

    def reboot(
        self, down_s: float | None = None, *, silent: bool = False, port: str = "stays"
    ) -> None:
        """Restart the modem: its settings are lost.

        Args:
            down_s: so long it hears nothing; None: its boot time.
            silent: it does not tell.
            port: "stays", or "goes" and comes back as with a USB stick.
        """
        self.ask({"op": "reboot", "down_s": down_s, "silent": silent, "port": port})

    def unplug(self) -> None:
        """Pull it out: ports and links are gone."""
        self.ask({"op": "unplug"})

    def replug(self, name: str = "", *, ports: Sequence[str] = (), storage: bool = False) -> None:
        """Plug it in again: it boots.

        Args:
            name: name of the port that speaks AT ("ttyUSB7"); "": as before.
            ports: names of more ports, which say nothing.
            storage: it comes back as a disk without a port, until a USB reset or a power cycle.
        """
        self.ask({"op": "replug", "name": name, "ports": list(ports), "storage": storage})

    def usb_reset(self) -> None:
        """Reset the USB device: the port goes and comes, what only this cures is cured."""
        self.ask({"op": "usb_reset"})

    def power(self, on: bool) -> None:
        """Cut or restore the power of its port."""
        self.ask({"op": "power", "on": on})

    def register(self, state: str) -> None:
        """Be idle, home, searching, denied, unknown, roaming, sms_only, emergency ..."""
        self.ask({"op": "register", "state": state})

    def sim(self, state: str, **values: Any) -> None:
        """Have a SIM that is ready, pin, puk, absent, failure, busy or wrong; values: pin, puk, tries."""
        self.ask({"op": "sim", "state": state, "values": values})

    def say(self, *lines: str) -> None:
        """Say unasked lines: RING, ^RSSI:14, RDY ..."""
        self.ask({"op": "say", "lines": list(lines)})

    def set(self, **values: Any) -> None:
        """Change settings: radio_s, report_s (None: no reports), ussd, ussd_s, csq, rsrp_dbm, operator,
        plmn, clock_offset_s, clock_known, keeps_reference, refuses_copies, boot_s, register_s, the slots
        SM, ME and SR, imei, centre ...
        """
        self.ask({"op": "set", "values": values})

    def state(self) -> dict[str, Any]:
        """Give up, switches, used (each use of a switch), spoilt, counts, settings, commands, calls."""
        return self.ask({"op": "state"})

    def box(self, memory: str) -> list[dict[str, Any]]:
        """Give what lies in SM, ME or SR: index, status, pdu."""
        found: list[dict[str, Any]] = self.ask({"op": "box", "name": memory})["messages"]
        return found


class AtControl(AtActs):
    """Client of the emulator behind the control socket ``path``; its port's folder is ``dev``."""

    def __init__(self, path: Path, dev: Path) -> None:
        self._path = path
        self.dev = dev

    @property
    def port(self) -> Path:
        """The path of the port that speaks AT, which stays whatever its name is."""
        return self.dev / "serial" / "by-path" / "platform-lab-usb-0:1.2:1.0-port0"

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Put one question to the modem."""
        return control.ask(self._path, question)
