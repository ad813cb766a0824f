"""Finds the modem's port, opens it, and makes sure that the right modem answers there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from notanker_at_modem import places
from notanker_at_modem.answers import card
from notanker_at_modem.config import AtModemConfig
from notanker_at_modem.engine import Engine
from notanker_at_modem.gone import Gone, Mute, Restarted, Silent
from notanker_at_modem.wire import Wire

PROBE_S: Final = 1.0
"""A port that is an AT port answers `AT` at once."""
PROBES: Final = 2
BACK_OFF_S: Final = (0.2, 0.5, 1.0, 2.0)
"""Between looks for a port that is not there: an SMS shall leave within 10 s of its return."""


BOOT_S: Final = 20.0
"""A stick that was just plugged in has its port before it answers; the ladder would only start it again."""


class Opener:
    """Opens one modem's port.

    Attributes:
        port: Where it was found the last time, "" before.
        mute: The port is there, and nobody answers: a case for the ladder.
    """

    def __init__(self, config: AtModemConfig, now: Callable[[], float]) -> None:
        self.port = ""
        self.mute = False
        self._config: Final = config
        self._now: Final = now
        self._tries = 0
        self._not_before_s = float("-inf")
        self._reason = ""
        self._there_since_s: float | None = None

    def open(self) -> Engine:
        """Return the engine of the modem that answers.

        Raises:
            Gone: there is none; `after_s` says when it is looked for again.
        """
        left_s = self._not_before_s - self._now()
        if left_s > 0:
            raise Gone(self._reason, left_s)
        reason: Gone = Gone(places.missing_words(self._config.port))
        ports = places.candidates(self._config.port, self.port)
        if not ports or self._there_since_s is None:
            self._there_since_s = self._now() if ports else None
        for port in ports:
            try:
                return self._adopt(self._wire(port))
            except Gone as error:
                reason = error
        self._be_mute(reason, ports)
        raise self._later(reason)

    def open_unasked(self) -> Engine:
        """Open the port where the modem was, whether it answers or not.

        Raises:
            Gone: it is not there.
        """
        return Engine(self._wire(self.port), self._now)

    def lost(self) -> None:
        """Note that the port has gone: what comes back has to start first."""
        self._there_since_s = None

    def look_at_once(self) -> None:
        """Let the next try be made without waiting."""
        self._tries, self._not_before_s = 0, float("-inf")

    def _wire(self, port: str) -> Wire:
        return Wire(port, self._config.speed)

    def _adopt(self, wire: Wire) -> Engine:
        engine = Engine(wire, self._now)
        try:
            self._probe(engine)
        except (Gone, Silent, Restarted) as error:
            wire.close()
            if isinstance(error, Gone):
                raise
            raise Mute(f"{wire.port} can be opened, but no modem answers there") from None
        self.port, self.mute = wire.port, False
        self.look_at_once()
        return engine

    def _probe(self, engine: Engine) -> None:
        for number in range(PROBES):
            try:
                # Who had the port before may have been killed at the prompt: there all becomes an SMS.
                engine.leave_prompt()
                engine.ask("AT", PROBE_S)
                break
            except (Silent, Restarted):
                engine.restarted = False
                engine.forget_doubt()  # ask AT again, not the question that puts it in step
                if number == PROBES - 1:
                    raise
        if self._config.imei:
            answer = engine.ask("AT+CGSN", PROBE_S * 2)
            if card.long_digits_of(answer.lines)[:15] != self._config.imei:
                raise Gone(
                    f"{engine.wire.port} belongs to another modem than the configured one", 5.0
                )

    def _be_mute(self, reason: Gone, ports: list[str]) -> None:
        since_s = self._there_since_s
        booting = since_s is None or self._now() - since_s < BOOT_S
        if isinstance(reason, Mute) and not booting and (len(ports) == 1 or self.port in ports):
            self.port = self.port if self.port in ports else ports[0]
            self.mute = True

    def _later(self, reason: Gone) -> Gone:
        wait_s = max(reason.after_s if self._tries else 0.0, self._back_off_s())
        self._tries += 1
        self._not_before_s, self._reason = self._now() + wait_s, reason.reason
        return Gone(reason.reason, wait_s)

    def _back_off_s(self) -> float:
        return BACK_OFF_S[min(self._tries, len(BACK_OFF_S) - 1)]
