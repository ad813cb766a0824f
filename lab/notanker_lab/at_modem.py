"""An AT modem with all its bad manners: ``python -m notanker_lab.at_modem FOLDER [KEY=VALUE ...]``.

Settings: vendor=generic|quectel|huawei|simcom, tcp=HOST:PORT, rfc2217=HOST:PORT, dev=FOLDER. Alone, in a test
or a bench: ``with AtModem() as modem``.
"""

import dataclasses
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from notanker_lab import at_basic, at_network, at_pdu, at_sms, at_voice, control
from notanker_lab.at_air import Sent, whole
from notanker_lab.at_device import Device
from notanker_lab.at_ports import BY_PATH, Network, Terminal
from notanker_lab.atctl import AtActs
from notanker_lab.smsc import Smsc

HANDLERS: Final = {
    **at_basic.COMMANDS,
    **at_sms.COMMANDS,
    **at_network.COMMANDS,
    **at_voice.COMMANDS,
}
_USB_S: Final = 1.0


class AtModem(AtActs):
    """One emulated modem on a pseudo terminal, and over the network where it is asked for.

    Args:
        vendor: generic, quectel, huawei or simcom.
        dev: the folder that stands for /dev; None makes one below /dev/shm, which goes at the end.
        name: the port's name.
        tcp: (host, port) to be reached at as ``socket://``; port 0 takes a free one.
        rfc2217: the same for ``rfc2217://``.
    """

    def __init__(
        self,
        vendor: str = "generic",
        dev: Path | None = None,
        name: str = "ttyUSB0",
        *,
        tcp: tuple[str, int] | None = None,
        rfc2217: tuple[str, int] | None = None,
    ) -> None:
        self.device = Device(vendor, HANDLERS)
        self.device.port_gone = self._port_gone
        # Below /dev, because that is where programs look for serial ports.
        self._own = None if dev else Path(tempfile.mkdtemp(prefix="lab-modem-", dir="/dev/shm"))
        self.dev = dev or self._own or Path()
        self.dev.chmod(0o755)
        self._name = name
        self._mute: list[str] = []
        self._storage = False
        self._terminals: list[Terminal] = []
        self._networks = [
            Network(self.device, *where, rfc2217=kind)
            for where, kind in ((tcp, False), (rfc2217, True))
            if where is not None
        ]
        self._plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every thread and take the ports away."""
        self.device.timers.end()
        self._pull()
        for network in self._networks:
            network.close()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    @property
    def port(self) -> Path:
        """The path of the port that speaks AT, which stays whatever its name is."""
        return self.dev / "serial" / "by-path" / BY_PATH.format(number=0)

    @property
    def urls(self) -> list[str]:
        """Where it can be reached over the network."""
        kinds = ("rfc2217" if n.is_rfc2217 else "socket" for n in self._networks)
        where = (n.address for n in self._networks)
        return [f"{kind}://{host}:{port}" for kind, (host, port) in zip(kinds, where, strict=True)]

    @property
    def sent(self) -> list[Sent]:
        """Every SMS that left, parts one by one."""
        with self.device.lock:
            return list(self.device.air.sent)

    @property
    def calls(self) -> list[at_voice.Made]:
        """Every voice call that was placed, as it is now."""
        with self.device.lock:
            return [dataclasses.replace(made) for made in self.device.voice.made]

    def texts(self) -> list[str]:
        """Give the texts of the whole messages that left, copies too."""
        return [text for _, _, text in whole(self.sent)]

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Sent]:
        """Wait until so many SMS (or parts) have left.

        Raises:
            LabError: fewer have.
        """
        what = f"{count} SMS leave on the air, {len(self.sent)} have"
        control.wait_until(lambda: len(self.sent) >= count, timeout_s, what)
        return self.sent

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do one act."""
        act = getattr(self, f"_do_{question['op']}", None)
        if act is None:
            raise ValueError(f"unknown op {question['op']!r}")
        found: dict[str, Any] | None = act(question)
        return found or {"ok": True}

    def _do_fault(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.switches.turn_on(question["name"], **question["values"])

    def _do_inbound(self, question: dict[str, Any]) -> None:
        values = {key: question[key] for key in question if key != "op"}
        with self.device.lock:
            self.device.air.receive_text(values.pop("number"), values.pop("text"), **values)

    def _do_pdu(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.air.receive(bytes.fromhex(question["tpdu"]))

    def _do_mms(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.air.receive(at_pdu.mms_push(question["number"], self.device.wall_s()))

    def _do_reboot(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.reboot(question["down_s"], silent=question["silent"], port=question["port"])

    def _do_unplug(self, _question: dict[str, Any]) -> None:
        self._pull()
        with self.device.lock:
            self.device.boots += 1
            self.device.up = False

    def _do_replug(self, question: dict[str, Any]) -> None:
        self._pull()
        self._name = question["name"] or self._name
        self._mute, self._storage = question["ports"], question["storage"]
        self._start()

    def _do_usb_reset(self, _question: dict[str, Any]) -> None:
        self._pull()
        with self.device.lock:
            self.device.switches.cure("usb_reset")
        self._storage = False
        self._start()

    def _do_power(self, question: dict[str, Any]) -> None:
        if not question["on"]:
            self._do_unplug({})
            return
        with self.device.lock:
            self.device.switches.cure("power")
        self._storage = False
        self._start()

    def _do_register(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.register(question["state"])

    def _do_sim(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            for name, value in {"state": question["state"], **question["values"]}.items():
                setattr(self.device.sim, name, value)

    def _do_say(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.say(*question["lines"])

    def _do_set(self, question: dict[str, Any]) -> None:
        with self.device.lock:
            self.device.change(question["values"])
            self.device.air.flush()

    def _do_state(self, _question: dict[str, Any]) -> dict[str, Any]:
        device = self.device
        with device.lock:
            return {
                "up": device.up,
                "registered": device.radio.state,
                "switches": device.switches.names(),
                "used": device.switches.log,
                "spoilt": device.spoilt,
                "counts": {name: device.stores.counts(name) for name in device.stores.slots},
                "kept_by_network": device.air.waiting(),
                "data": device.radio.context_active,
                "cnmi": device.settings.cnmi,
                "memories": device.settings.memories,
                "echo": device.settings.echo,
                "at_prompt": any(session.at_prompt for session in device.sessions),
                "pin_tries": device.sim.pin_tries,
                "calls": [dataclasses.asdict(made) for made in device.voice.made],
                "sim": device.sim.state,
                "commands": device.commands[-200:],
            }

    def _do_box(self, question: dict[str, Any]) -> dict[str, Any]:
        with self.device.lock:
            return {"messages": self.device.stores.as_dicts(question["name"])}

    def _start(self) -> None:
        """Boot as a USB device does: its ports come first, then it says that it is ready."""
        if not self._storage:
            self._plug()
            with self.device.lock:
                self.device.reboot()

    def _plug(self) -> None:
        for number, name in enumerate([self._name, *self._mute]):
            terminal = Terminal(self.device, self.dev, name, number, mute=number > 0)
            self._terminals.append(terminal)

    def _pull(self) -> None:
        terminals, self._terminals = self._terminals, []
        for terminal in terminals:
            terminal.close()

    def _port_gone(self, down_s: float) -> None:
        """Take the port away for so long, from within the modem's own doing."""

        def come_back() -> None:
            if not self._terminals:
                self._plug()
                self.device.reboot(0.5)

        def go() -> None:
            self._do_unplug({})
            self.device.timers.later(down_s, come_back)

        threading.Thread(target=go, daemon=True).start()


def on_air(sent: Sent) -> dict[str, Any]:
    """Give what the centre's record has of an SMS beside number and text."""
    submit = sent.submit
    return {
        "reference": sent.reference,
        "host_reference": submit.reference,
        "asks_report": submit.asks_report,
        "rejects_copies": submit.rejects_copies,
        "coding": submit.coding,
        "part": None if submit.part is None else dataclasses.asdict(submit.part),
    }


def main(argv: Sequence[str]) -> None:
    """Command line of the emulator."""
    folder = Path(argv[0])
    values = dict(pair.split("=", 1) for pair in argv[1:])
    dev = Path(values.get("dev", folder / "dev"))
    dev.mkdir(parents=True, exist_ok=True)
    addresses = {
        kind: (values[kind].rpartition(":")[0], int(values[kind].rpartition(":")[2]))
        for kind in ("tcp", "rfc2217")
        if kind in values
    }
    tcp, rfc2217 = addresses.get("tcp"), addresses.get("rfc2217")
    modem = AtModem(values.get("vendor", "generic"), dev, tcp=tcp, rfc2217=rfc2217)
    smsc = Smsc(folder / "smsc.sock", folder / "smsc.jsonl")
    modem.device.air.left = lambda sent: smsc.submit(
        "at", sent.submit.number, sent.submit.text, **on_air(sent)
    )
    control.serve(folder / "at.sock", modem.ask)
    smsc.register("at", folder / "at.sock")
    threading.Event().wait()


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1:])
