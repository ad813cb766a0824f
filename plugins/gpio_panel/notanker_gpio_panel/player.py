"""The one thread of the panel: plays lamps and buzzer, watches the button's time, gathers news.

It sleeps until the next lamp changes, the button has been held long enough, or somebody wakes it: a panel
whose lamps are all lit or dark costs nothing.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable
from typing import Final

from notanker.plugin import Happening, Hold, MainsPower, PanelNews, PanelPicture, Pressed
from notanker_gpio_panel.button import STUCK_S, Button, Settled
from notanker_gpio_panel.score import Score

MAINS_S: Final = 1.0
"""Power that comes and goes more quickly is a contact that bounces, or a lightning."""
MOST_NEWS: Final = 100
"""So many are kept while nobody collects them; a mad contact must not fill the memory."""


class Player:
    """Plays a score on outputs, once it is started.

    Attributes:
        notice: A descriptor that can be read while there is news.
    """

    def __init__(self) -> None:
        self.notice: Final = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._switch: Callable[[str, bool], None] = lambda *_: None
        self._score: Final = Score()
        self._button: Final = Button()
        self._mains: Final = Settled(MAINS_S)
        self._wake: Final = threading.Condition()
        self._levels: dict[str, bool] = {}
        self._news: list[PanelNews | Happening] = []
        self._over = False
        self._broken: Exception | None = None
        self._thread: Final = threading.Thread(target=self._play, name="panel", daemon=True)

    def start(
        self, switch: Callable[[str, bool], None], *, pressed: bool, mains: bool | None
    ) -> None:
        """Begin, with the inputs as they are.

        Args:
            switch: Switches an output, by name.
            pressed: The button's level.
            mains: Whether there is mains power, None without a sensor.
        """
        self._switch = switch
        now_s = time.monotonic()
        self._button.edge(pressed, now_s)
        if mains is not None:
            self._mains.raw = self._mains.level = mains
            self.tell(MainsPower(mains))
        self._thread.start()

    def show(self, picture: PanelPicture) -> None:
        """Play this from now on.

        Raises:
            Exception: what ended the thread; the agent then begins with a new process.
        """
        if self._broken is not None:
            raise self._broken
        with self._wake:
            self._score.show(picture, time.monotonic())
            self._button.offer = picture.offer
            self._wake.notify()

    def bear_with(self, seconds: float) -> None:
        """Go on with the picture for that time, and longer."""
        with self._wake:
            self._score.bear_with(time.monotonic() + seconds)

    def on_button(self, pressed: bool) -> None:
        """Hear of the button's contact."""
        with self._wake:
            self._button.edge(pressed, time.monotonic())
            self._wake.notify()

    def on_mains(self, on: bool) -> None:
        """Hear of the mains input."""
        with self._wake:
            self._mains.edge(on, time.monotonic())
            self._wake.notify()

    def attend(self) -> bool:
        """Take the notice away; say whether there is news."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.notice)
        return bool(self._news)

    def collect(self) -> list[PanelNews | Happening]:
        """Return the news, once."""
        with self._wake:
            news, self._news = self._news, []
        return news

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._over = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _play(self) -> None:
        try:
            self._play_on()
        except Exception as error:  # noqa: BLE001 - a pin may fail in any way; lamps must not freeze unseen
            self._broken = error

    def _play_on(self) -> None:
        with self._wake:
            while not self._over:
                now_s = time.monotonic()
                self._step(now_s)
                levels, until_s = self._score.at(now_s)
                self._apply(levels)
                until_s = min(until_s, self._button.wake_s(now_s), self._mains.wake_s())
                # A step that comes due while this is worked out is taken at once, never skipped.
                self._wake.wait(
                    None if math.isinf(until_s) else max(0.0, until_s - time.monotonic())
                )

    def _step(self, now_s: float) -> None:
        self._take(self._button.step(now_s), now_s)
        self._score.hold(self._button.held(now_s), now_s)
        if self._mains.step(now_s):
            self.tell(MainsPower(self._mains.level))

    def _take(self, what: str | None, now_s: float) -> None:
        if what is None:
            return
        if not isinstance(what, Hold):
            self.tell(Happening(what=str(what), reason=f"held for more than {STUCK_S:.0f} s"))
            return
        if what is Hold.SHORT:
            self._score.asked_s = now_s
        self.tell(Pressed(what, self._button.taken if what is Hold.RELEASE else ""))

    def _apply(self, levels: dict[str, bool]) -> None:
        for name, on in levels.items():
            if self._levels.get(name) is not on:
                self._switch(name, on)
        self._levels = levels

    def tell(self, news: PanelNews | Happening) -> None:
        """Keep it until somebody collects it, and give notice."""
        if len(self._news) < MOST_NEWS:
            self._news.append(news)
        os.eventfd_write(self.notice, 1)
