"""The options of a panel."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

OutputPin = Annotated[int, Meta(ge=0, le=27)]
NOT_WIRED: Final = 0
"""GPIO 0 belongs to the HAT's own memory chip, so that number is free to mean "none"."""
RISES_AT_RESET: Final = range(1, 9)
"""The Pi pulls these up while it starts (BCM2835 ARM Peripherals, 6.2, table 6-31), and with them a relay."""


class PanelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How the panel is wired; pins are GPIO numbers, 0 is "not wired".

    Attributes:
        pins: What drives the pins; `mock` is the lab's emulator, reached at `socket`.
        mains_on: The level at the mains input while there is power.
    """

    pins: Literal["auto", "lgpio", "mock"] = "auto"
    socket: str = ""
    primary_pin: OutputPin = 17
    lte_pin: OutputPin = 27
    incident_pin: OutputPin = 22
    plugins_pin: OutputPin = 23
    plan_pin: OutputPin = 24
    buzzer_pin: OutputPin = 25
    button_pin: OutputPin = 5
    mains_pin: OutputPin = 0
    mains_on: Literal["low", "high"] = "low"
    relay_pin: OutputPin = 0

    @property
    def lamps(self) -> dict[str, int]:
        """The lamps' pins by name."""
        return {
            "primary": self.primary_pin,
            "lte": self.lte_pin,
            "incident": self.incident_pin,
            "plugins": self.plugins_pin,
            "plan": self.plan_pin,
        }

    def __post_init__(self) -> None:
        """Check that no pin has two tasks, and that the relay's stays down while the Pi starts."""
        others = (self.buzzer_pin, self.button_pin, self.mains_pin, self.relay_pin)
        wired = [pin for pin in (*self.lamps.values(), *others) if pin != NOT_WIRED]
        double = sorted(pin for pin, count in Counter(wired).items() if count > 1)
        if double:
            raise ValueError(
                f"GPIO {double[0]} hat zwei Aufgaben; jeder eine eigene Nummer geben, oder 0 für keine.",
                f"GPIO {double[0]} has two tasks; give each a number of its own, or 0 for none.",
            )
        if self.relay_pin in RISES_AT_RESET:
            raise ValueError(
                f"relay_pin: GPIO {self.relay_pin} liegt beim Start des Pi auf High, der Router wäre so lange"
                " stromlos; eine Nummer von 9 bis 27 nehmen.",
                f"relay_pin: GPIO {self.relay_pin} is high while the Pi starts, and the router without power"
                " for so long; take a number from 9 to 27.",
            )
        if self.pins == "mock" and not self.socket:
            raise ValueError(
                'socket: pins = "mock" braucht den Socket des Emulators.',
                'socket: pins = "mock" needs the emulator\'s socket.',
            )
