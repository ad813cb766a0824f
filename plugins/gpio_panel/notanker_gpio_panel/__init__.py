"""The panel on the box: lamps, buzzer, button, relay and mains input on a Raspberry Pi's GPIO pins."""

from notanker_gpio_panel.plugin import GpioPanel

__all__ = ["GpioPanel"]
