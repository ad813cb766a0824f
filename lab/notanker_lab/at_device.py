"""The modem itself: what ports, network and switches have in common, boot and power."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from notanker_lab.at_air import Air
from notanker_lab.at_call import Call, Reply
from notanker_lab.at_session import Session
from notanker_lab.at_state import PROFILES, Identity, Radio, Settings, Sim, Stores
from notanker_lab.at_switches import Switches
from notanker_lab.at_timers import Timers
from notanker_lab.at_voice import Voice

Handler = Callable[["Device", Session, Call], Reply]
SLOTS: Final = {"SM": 20, "ME": 50, "SR": 10}
_BOOT_LINES: Final = {
    "generic": ("RDY", "+CPIN: READY", "SMS DONE"),
    "quectel": ("RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE"),
    "huawei": ("^SYSSTART", "^SIMST:1", "^SRVST:2"),
    "simcom": ("RDY", "+CPIN: READY", "SMS DONE", "PB DONE"),
}
_FULL_LINES: Final = {
    "generic": '^SMMEMFULL: "{memory}"',
    "quectel": '+QIND: "smsfull","{memory}"',
    "huawei": '^SMMEMFULL: "{memory}"',
    "simcom": "+SMS FULL",
}


class Device:
    """One modem.

    Args:
        vendor: generic, quectel, huawei or simcom.
        handlers: what its commands do.
        left: called with each SMS that leaves.

    Attributes:
        commands: every command line it did, without the AT.
        spoilt: what was typed at a prompt though it was a command: it would have become an SMS.
    """

    def __init__(self, vendor: str, handlers: Mapping[str, Handler]) -> None:
        self.lock = threading.RLock()
        self.timers = Timers(self.lock)
        self.handlers = handlers
        self.identity = Identity(vendor, **PROFILES[vendor])
        self.settings, self.sim, self.radio = Settings(), Sim(), Radio()
        self.stores = Stores(dict(SLOTS))
        self.switches = Switches()
        self.air = Air(self)
        self.voice = Voice()
        self.sessions: list[Session] = []
        self.commands: list[str] = []
        self.spoilt: list[str] = []
        self.boots = 0
        self.up = True
        self.boot_s = 2.0
        self.register_s = 0.5
        self.port_gone: Callable[[float], None] = lambda _down_s: None

    def say(self, *lines: str) -> None:
        """Say unasked lines on every port."""
        if self.up:
            for session in list(self.sessions):
                session.say(*lines)

    def wall_s(self) -> float:
        """Give the network's time."""
        return time.clock_gettime(time.CLOCK_REALTIME) + self.radio.clock_offset_s

    def served(self) -> bool:
        """Say whether SMS go now."""
        return self.up and self.sim.state == "ready" and self.radio.stat in (1, 5, 6, 7)

    def full(self, memory: str) -> None:
        """Tell that a memory is full."""
        self.say(_FULL_LINES[self.identity.vendor].format(memory=memory))

    def reboot(
        self, down_s: float | None = None, *, silent: bool = False, port: str = "stays"
    ) -> None:
        """Restart: settings are lost, nothing is heard for ``down_s``.

        Args:
            down_s: None takes the usual boot time.
            silent: no line tells of it.
            port: "stays" as behind a serial chip, or "goes" and comes back as with a USB stick.
        """
        down_s = self.boot_s if down_s is None else down_s
        self.boots += 1
        self.up = False
        self.switches.cure("reboot")
        self.settings = Settings()
        self.radio.context_active = False
        self.voice.end("restart")
        state, self.radio.state = self.radio.state, "searching"
        self.sim.restart()
        boot = self.boots
        if port == "goes":
            self.port_gone(down_s)

        def come_up() -> None:
            if boot == self.boots:
                self.up = True
                for session in self.sessions:
                    session.reset()
                if not silent:
                    self.say(*self._boot_lines())
                self.timers.later(self.register_s, lambda: self.register(state, boot))

        self.timers.later(down_s, come_up)

    def register(self, state: str, boot: int | None = None) -> None:
        """Be in another state of registration, tell it, and take what the network has kept."""
        if boot is not None and boot != self.boots:
            return
        self.radio.state = state
        for name, wanted in self.settings.reports_registration.items():
            if wanted:
                self.say(f"{name}: {self.radio.stat}")
        if self.settings.reports_zone:
            self.say("+CTZV: +04")
        self.air.flush()

    def _boot_lines(self) -> list[str]:
        lines = list(_BOOT_LINES[self.identity.vendor])
        if self.sim.state != "ready":
            lines = [line for line in lines if line in ("RDY", "^SYSSTART")]
            lines += ["+CPIN: SIM PIN"] if self.sim.state == "pin" else []
        return lines

    def change(self, values: dict[str, Any]) -> None:
        """Change settings of radio, SIM, identity, slots and boot by their names."""
        for key, value in values.items():
            owner = next(
                (o for o in (self.radio, self.sim, self.identity, self.voice) if hasattr(o, key)),
                None,
            )
            if key in SLOTS:
                self.stores.slots[key] = int(value)
            elif owner is not None:
                setattr(owner, key, value)
            elif key in ("boot_s", "register_s"):
                setattr(self, key, float(value))
            else:
                raise ValueError(f"the modem has no setting {key!r}")
