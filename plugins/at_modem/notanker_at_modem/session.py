"""One modem over all its ports and restarts: found, opened, set up, watched, rescued.

    no port -> open -> basic settings -> SIM -> SMS settings -> ready
       ^         ^                                               |
       +---------+---- gone, restarted, silent (the ladder) <----+

Whoever asks finds a modem that is ready, or gets the reason why it is not, at once: nothing waits here.
Each change is told once, in the log and as a happening.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from notanker.plugin import Retry, Sim
from notanker.plugin.sms.model import Report
from notanker_at_modem import holders, places, rescue, setup, unlock
from notanker_at_modem.answers import card
from notanker_at_modem.config import AtModemConfig
from notanker_at_modem.engine import Answer, Engine
from notanker_at_modem.evidence import Evidence, Reported
from notanker_at_modem.gone import Gone, Restarted, Silent
from notanker_at_modem.heard import Heard, took_s
from notanker_at_modem.ladder import Ladder, Rung
from notanker_at_modem.opening import Opener
from notanker_at_modem.results import End
from notanker_at_modem.trouble import Trouble
from notanker_at_modem.watching import FolderWatch

SETTINGS_EVERY_S: Final = 10.0
JUST_OPENED_S: Final = 15.0
"""A modem that has just been plugged in starts; that needs no word of its own."""
SIM_BUSY_S: Final = 5.0
LONG_S: Final = 15.0
"""`+CPIN=`, `+COPS?` and lists of SMS take their time (27.007 names none)."""

_log: Final = logging.getLogger(__name__)


class Session:
    """The one modem that this plugin has.

    Attributes:
        heard: What it said by itself.
        evidence: What is known of SMS that were handed over.
        sim: How its SIM did when it was asked last.
        memories: Where its SMS are.
    """

    def __init__(self, config: AtModemConfig, now: Callable[[], float] = time.monotonic) -> None:
        self.config: Final = config
        self.heard: Final = Heard()
        self.evidence: Final = Evidence()
        self.unlocker: Final = unlock.Unlocker(config.pin)
        self.sim: Sim | None = None
        self.memories = setup.Memories()
        self._now: Final = now
        self._engine: Engine | None = None
        self._ladder: Final = Ladder(can_power=bool(config.power_command))
        self._set_up = False
        self._basics = False
        self._shared = False
        self._opened_s = float("-inf")
        self._checked_s = float("-inf")
        self._silent = False
        self._trouble: Final = Trouble(self.heard, now)
        self._opener: Final = Opener(config, now)
        self._watch: Final = None if "://" in config.port else FolderWatch(config.port)
        self._rungs: Final[dict[Rung, Callable[[], str]]] = {
            Rung.RESYNC: self._resync,
            Rung.REOPEN: self._reopen,
            Rung.RESTART: self._restart,
            Rung.USB_RESET: self._reset_usb,
            Rung.POWER: self._cycle_power,
        }

    @property
    def port(self) -> str:
        """Where the modem is, or was; "" before it was found."""
        return self._opener.port

    @property
    def is_set_up(self) -> bool:
        """Whether the modem has had its SMS settings since it was opened or started."""
        restarted = self._engine is None or self._engine.restarted
        return self._set_up and not self.heard.settings_lost and not restarted

    def fileno(self) -> int | None:
        """Return the descriptor to watch: the modem's, or while it is away its folder's."""
        if self._engine is not None:
            return self._engine.wire.fileno()
        return None if self._watch is None else self._watch.fileno()

    def attend(self) -> bool:
        """Take in what the modem says by itself; say whether there is something to do."""
        if self._engine is None:
            return self._is_back()
        try:
            self._engine.pump()
        except Gone as error:
            self._lose(error)
        self._listen()
        return self.heard.anything

    def ask(self, command: str, within_s: float | None = None) -> Answer:
        """Return the answer of a modem that is connected, whether or not it is ready for SMS.

        Raises:
            Retry: there is no modem, or it does not answer.
        """
        engine = self.connected()
        try:
            answer = engine.ask(command, within_s or self.config.answer_s)
        except (Gone, Silent, Restarted) as error:
            self._note(error)
            raise
        finally:
            self._listen()
        self._answered()
        return answer

    def hand_over(self, octets: int, pdu: str) -> tuple[int | None, End | None]:
        """Hand over one PDU; see `Engine.submit`.

        Raises:
            Retry: it was not handed over.
            Unanswered: it was, and that is all that is known.
        """
        engine = self.connected()
        if not self.is_set_up:
            raise Restarted  # in text mode a PDU would be the SMS's text
        try:
            return engine.submit(octets, pdu, self.config.sent_within_s)
        except (Gone, Silent, Restarted) as error:
            self._note(error)
            raise
        finally:
            self._listen()

    def ready(self) -> None:
        """Make sure that the modem can send and receive SMS.

        Raises:
            Retry: it cannot now.
            Permanent: somebody has to do something first.
        """
        try:
            self._be_ready()
        except Restarted:
            # The sooner the better: reports that come before the settings are lost.
            self._be_ready()

    def _be_ready(self) -> None:
        self.connected()
        if self._set_up:
            self._check_settings()
        if not self._set_up:
            self._be_set_up()

    def connected(self) -> Engine:
        """Return the engine of a modem that is there and answers.

        Raises:
            Retry: there is none, or it does not.
        """
        if self._silent:
            self._rescue()
        engine = self._engine or self._open()
        if self.heard.settings_lost or engine.restarted:
            self._forget_settings("rebooted")
        if not self._basics:
            self._basics = True  # before: what is asked next comes here again
            try:
                self._apply_basics(engine)
            except Retry:
                self._basics = False
                raise
        return engine

    def _apply_basics(self, engine: Engine) -> None:
        engine.echo_is_normal = True
        setup.apply_basics(self.ask)
        engine.echoes = False
        self.ask("AT")
        # Some say OK to ATE0 and go on echoing; then an echo is no sign of a restart.
        engine.echo_is_normal, engine.echoes = engine.echoes, False

    def listen_for(self, seconds: float) -> None:
        """Take in what comes within the time.

        Raises:
            Retry: there is no modem.
        """
        engine = self._engine or self.connected()
        try:
            engine.pump(seconds)
        except Gone as error:
            self._lose(error)
            raise
        finally:
            self._listen()

    def take_as_evidence(self, report: Report, *, fresh: bool) -> None:
        """Let a report prove what it can."""
        self.evidence.take_report(
            Reported(report.recipient.text, report.reference, self._now(), took_s(report), fresh)
        )

    def close(self) -> None:
        """Give the port back."""
        if self._engine is not None:
            self._engine.wire.close()
        self._engine = None
        self._basics = self._set_up = False

    def look_at_sim(self) -> Sim | None:
        """Ask how the SIM does, and remember it.

        Raises:
            Retry: the modem does not answer.
        """
        answer = self.ask("AT+CPIN?", SIM_BUSY_S)
        self.sim = card.sim_of(answer.lines, answer.end)
        return self.sim

    def _is_back(self) -> bool:
        """Say whether something has appeared where the modem was; opening it takes more than a moment."""
        if self._watch is None:
            return False
        self._watch.take()
        self._opener.look_at_once()
        return bool(places.candidates(self.config.port, self.port))

    def _open(self) -> Engine:
        try:
            self._engine = self._opener.open()
        except Gone as error:
            self._silent = self._silent or self._opener.mute
            self._trouble.meet(error.reason)
            raise
        self._basics = self._set_up = False
        self._opened_s = self._now()
        if self._watch is not None:
            self._watch.close()
        self._ladder.come_back()
        self.heard.settings_lost = False
        self.heard.new = True
        self._trouble.end(self.port)
        self._answered()
        return self._engine

    def _be_set_up(self) -> None:
        sim = self.look_at_sim()
        if sim is Sim.PIN:
            self.unlocker.unlock(lambda command: self.ask(command, LONG_S))
            sim = self.look_at_sim()
        unlock.check(sim)
        self.memories = setup.apply(self.ask, self.config.memory)
        self._set_up, self._checked_s = True, self._now()
        self.heard.new = True

    def _check_settings(self) -> None:
        engine = self.connected()
        lost = engine.echoes and not engine.echo_is_normal
        if not lost and self._now() - self._checked_s > SETTINGS_EVERY_S:
            self._checked_s = self._now()
            lost = setup.is_lost(self.ask)
        if lost:
            self._forget_settings("settings_lost")
            self.connected()

    def _forget_settings(self, why: str) -> None:
        """Set everything anew: the modem has been started, with or without saying so."""
        self.heard.settings_lost = False
        if self._engine is not None:
            self._engine.restarted = False
            self._engine.echoes = False
        if self._basics and self._now() - self._opened_s > JUST_OPENED_S:
            self.heard.happened(why, "its settings are made anew")
            _log.warning("the modem has lost its settings (%s)", why)
        self._basics = self._set_up = False

    def _listen(self) -> None:
        """Sort what was heard."""
        if self._engine is None:
            return
        said, self._engine.hearing.said = self._engine.hearing.said, []
        for one in said:
            self.heard.take(one)
        self._look_for_others(self._engine)
        self.evidence.take_late(self._engine.late)
        self._engine.late = []
        fresh, self.heard.fresh = self.heard.fresh, []
        for report in fresh:
            self.take_as_evidence(report, fresh=True)

    def _look_for_others(self, engine: Engine) -> None:
        if not engine.shared or self._shared:
            return
        self._shared = True
        reason = f"{self.port} is used by {holders.words(self.port)} as well"
        self.heard.happened("port_shared", reason)
        _log.warning("%s", reason)

    def _note(self, error: Retry) -> None:
        if isinstance(error, Gone):
            self._lose(error)
        elif isinstance(error, Silent):
            self._silent = True

    def _lose(self, error: Gone) -> None:
        self._listen()
        self.close()
        self._opener.lost()
        self._trouble.meet(error.reason)

    def _answered(self) -> None:
        self._silent = False
        if self._ladder.answered():
            self.heard.happened("answers_again")
            _log.warning("the modem answers again")

    def _rescue(self) -> None:
        """Do the next thing for a modem that does not answer.

        Raises:
            Retry: it does not answer yet.
        """
        rung = self._ladder.climb(self._now(), self.evidence.open_since())
        if rung is None:
            self._try_again()
            return
        if rung is not Rung.RESYNC:
            self.heard.happened(f"rescue_{rung}", "the modem does not answer")
            _log.warning("the modem does not answer: %s", rung)
        failed = self._rungs[rung]()
        if failed:
            self.heard.happened(f"rescue_{rung}_failed", failed)
            _log.warning("%s", failed)
        if rung in (Rung.RESTART, Rung.USB_RESET, Rung.POWER):
            raise Silent("AT", 2.0)

    def _try_again(self) -> None:
        """Look whether it has come back while the last rung gets its time."""
        if self._engine is None:
            self._open()
        self._resync()

    def _resync(self) -> str:
        engine = self._engine or self._open()
        try:
            engine.resync()
        except (Gone, Silent) as error:
            self._note(error)
            raise
        finally:
            self._listen()
        self._answered()
        return ""

    def _reopen(self) -> str:
        self.close()
        self._opener.look_at_once()
        self._open()
        return ""

    def _restart(self) -> str:
        # It need not answer to be told this.
        engine = self._engine or self._opener.open_unasked()
        engine.write_blind("AT+CFUN=1,1")
        if engine is not self._engine:
            engine.wire.close()
        self._basics = self._set_up = False
        return ""

    def _reset_usb(self) -> str:
        self.close()
        return rescue.reset_usb(self.port)

    def _cycle_power(self) -> str:
        self.close()
        return rescue.cycle_power(self.config.power_command)
