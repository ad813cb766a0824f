"""The GPIO pins, through gpiozero, and what drives them: the Pi's own, or the lab's emulator."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any, Final

from gpiozero import Device, DigitalInputDevice, DigitalOutputDevice
from gpiozero.exc import GPIOZeroError

from notanker.plugin import Permanent
from notanker_gpio_panel.config import NOT_WIRED, PanelConfig
from notanker_gpio_panel.score import BUZZER

RELAY: Final = "relay"


class Pins:
    """All that is wired.

    Args:
        config: The wiring.
        on_button: Called with the button's level at each change, from a thread of gpiozero's.
        on_mains: The same for mains power.

    Raises:
        Permanent: no pins here, no right to them, or somebody else has one.
    """

    def __init__(
        self,
        config: PanelConfig,
        on_button: Callable[[bool], None],
        on_mains: Callable[[bool], None],
    ) -> None:
        try:
            self._factory: Final = _factory(config)
            # The relay first: whatever a process before this one has left, the router has power again.
            wanted = {RELAY: config.relay_pin, **config.lamps, BUZZER: config.buzzer_pin}
            self._outputs: Final = {
                name: DigitalOutputDevice(pin, pin_factory=self._factory)
                for name, pin in wanted.items()
                if pin != NOT_WIRED
            }
            # A button closes to ground; the Pi's own resistor pulls it up.
            self._button: Final = self._input(config.button_pin, on_button, active=False)
            self._mains: Final = self._input(
                config.mains_pin, on_mains, active=config.mains_on == "high"
            )
        except (GPIOZeroError, OSError, ImportError) as error:
            raise Permanent(f"GPIO: {type(error).__name__}: {error}") from error

    @property
    def has_relay(self) -> bool:
        """Whether a relay is wired."""
        return RELAY in self._outputs

    def set(self, name: str, on: bool) -> None:
        """Switch a lamp, the buzzer or the relay's coil; what is not wired has nothing to switch."""
        if (output := self._outputs.get(name)) is not None:
            output.on() if on else output.off()

    def button(self) -> bool:
        """Return the button's level now."""
        return self._button is not None and bool(self._button.is_active)

    def mains(self) -> bool | None:
        """Return whether there is mains power, None without a sensor."""
        return None if self._mains is None else bool(self._mains.is_active)

    def close(self) -> None:
        """Make every pin an input again: lamps dark, relay released."""
        for device in (*self._outputs.values(), self._button, self._mains):
            if device is not None:
                device.close()
        self._factory.close()

    def _input(
        self, pin: int, changed: Callable[[bool], None], *, active: bool
    ) -> DigitalInputDevice | None:
        if pin == NOT_WIRED:
            return None
        # Pulled to the level that means "nothing there": a broken wire is no press, and no mains power.
        device = DigitalInputDevice(pin, pull_up=not active, pin_factory=self._factory)
        device.when_activated = lambda: changed(True)
        device.when_deactivated = lambda: changed(False)
        return device


def _factory(config: PanelConfig) -> Any:
    if config.pins == "mock":
        from notanker_gpio_panel.mock import JoinedFactory

        return JoinedFactory(config.socket)
    # lgpio makes a named pipe in its working directory, and a plugin's is one that it cannot write to.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    if config.pins == "lgpio":
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    return Device._default_pin_factory()  # noqa: SLF001 - gpiozero's one way to its own choice
