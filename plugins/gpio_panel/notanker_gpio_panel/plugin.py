"""The part of a panel, played on GPIO pins."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final, NoReturn

from notanker.plugin import Collected, Happening, Panel, PanelPicture, Permanent, PowerCut
from notanker_gpio_panel.config import PanelConfig
from notanker_gpio_panel.pins import RELAY, Pins
from notanker_gpio_panel.player import Player

_log: Final = logging.getLogger("notanker_gpio_panel")


class GpioPanel(Panel[PanelConfig]):
    """Lamps, buzzer, button, relay and mains input on a Raspberry Pi."""

    Config = PanelConfig
    deadline_s: ClassVar[float] = 5.0
    deadlines_s: ClassVar[dict[str, float]] = {"cut_power": 130.0}

    def __init__(self, config: PanelConfig) -> None:
        super().__init__(config)
        self._player: Final = Player()
        self._pins: Final = Pins(config, self._player.on_button, self._player.on_mains)
        self._player.start(self._pins.set, pressed=self._pins.button(), mains=self._pins.mains())

    def fileno(self) -> int:
        """Return what can be read while there is news."""
        return self._player.notice

    def attend(self) -> bool:
        """Take the notice away; say whether there is news."""
        return self._player.attend()

    def collect(self) -> Collected:
        """Return what the button and the mains input told."""
        news = self._player.collect()
        happenings = tuple(one for one in news if isinstance(one, Happening))
        panel = tuple(one for one in news if not isinstance(one, Happening))
        return Collected(happenings=happenings, panel=panel)

    def show(self, picture: PanelPicture) -> None:
        """Play the picture."""
        self._player.show(picture)

    def cut_power(self, cut: PowerCut) -> None:
        """Energise the relay's coil for that time: its normally closed contact carries the router."""
        if not self._pins.has_relay:
            raise Permanent("no relay is wired (relay_pin)")
        self._player.bear_with(cut.off_s)
        with _ended_in_order():
            try:
                self._pins.set(RELAY, True)
                _log.info("the router is without power for %g s", cut.off_s)
                time.sleep(cut.off_s)
            finally:
                self._pins.set(RELAY, False)

    def close(self) -> None:
        """Go dark, and let go of every pin."""
        self._player.close()
        self._pins.close()


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end the process by an exception, so that the router gets its power back first."""

    def end(number: int, frame: object) -> NoReturn:
        del frame
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
