"""Commands and answers over a wire, each with a deadline.

After a command that was not answered nothing is certain: its answer may still come, a prompt may be open.
So before the next one `resync` asks something that a late answer cannot contain, and believes nothing until
that has come. What a late answer says is kept: a late `+CMGS` proves that an SMS left.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from notanker.plugin import Retry
from notanker_at_modem.answers.store import sent_reference_of
from notanker_at_modem.exchange import Exchange, Hearing, wanted_of
from notanker_at_modem.gone import Gone, Restarted, Silent
from notanker_at_modem.lines import LineReader
from notanker_at_modem.results import End
from notanker_at_modem.wire import Wire

PROMPT_S: Final = 5.0
"""A prompt comes within 0.1 s; 27.005 names no time, and 5 s leave room for three tries in 15 s."""
SYNC_S: Final = 2.5
SYNC_TRIES: Final = 2
QUIET_S: Final = 0.15
RESTART_GRACE_S: Final = 0.2
OK_AFTER_SENT_S: Final = 2.0
MAX_LATE: Final = 20
MAX_ASKED: Final = 20
LATEST_S: Final = 120.0
"""After so long nothing that comes is a late answer any more."""

_ESCAPE: Final = b"\x1b"
_SUBMIT: Final = b"\x1a"
_NONCES: Final = ("AT+CSQ", "AT+CMEE?", "AT+CREG?")
"""Every modem answers these, each with its own name in front."""


class Answer(msgspec.Struct, frozen=True):
    """What a modem answered.

    Attributes:
        end: None if the modem ended its answer with nothing, as some do after `+CPIN?`.
    """

    lines: tuple[str, ...]
    end: End | None

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.end is not None and self.end.ok


class NoPrompt(Retry):
    """The modem did not ask for the PDU, so nothing left."""


class Unanswered(Exception):  # noqa: N818 - `sending` makes one of the contract's answers of it
    """The PDU was written, and nobody knows what became of it."""

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)


class Engine:
    """Speaks with one modem.

    Attributes:
        hearing: What it says by itself.
        late: References of late `+CMGS` answers.
        restarted: It has been started since this was last set to False.
        echoes: It echoes commands.
        echo_is_normal: It echoes whether it is told to or not, or has not been told yet.
        shared: It has answered somebody else: another program uses the port.
    """

    def __init__(self, wire: Wire, now: Callable[[], float] = time.monotonic) -> None:
        self.wire: Final = wire
        self.hearing: Final = Hearing()
        self.late: list[int] = []
        self.restarted = False
        self.echoes = False
        self.echo_is_normal = True
        self.shared = False
        self._asked: deque[str] = deque(maxlen=MAX_ASKED)
        self._reader: Final = LineReader()
        self._now: Final = now
        self._doubt = ""
        self._doubted_s = float("-inf")
        self._prompt_may_be_open = False

    @property
    def in_doubt(self) -> bool:
        """Whether an answer is overdue, which may still come."""
        return bool(self._doubt)

    def ask(self, command: str, within_s: float) -> Answer:
        """Return the answer to the command.

        Raises:
            Silent: there is none.
            Restarted: there is none, because the modem has been started.
            Gone: the wire broke.
        """
        self._be_in_step()
        exchange = self._talk(Exchange(command, wanted_of(command), self.hearing), within_s)
        if exchange.end is None and not exchange.lines:
            self._give_up(exchange)
        if exchange.end is None:
            self._be_in_doubt(command)  # an end may still come
        return Answer(tuple(exchange.lines), exchange.end)

    def submit(self, octets: int, pdu: str, within_s: float) -> tuple[int | None, End | None]:
        """Hand over a PDU; return the reference under which it left, or the error that it got.

        Raises:
            NoPrompt: it was not handed over.
            Silent: it was not handed over, the modem answers nothing.
            Restarted: it was not handed over; in text mode a PDU would be the SMS's text.
            Gone: it was not handed over.
            Unanswered: it was handed over, and that is all that is known.
        """
        self._be_in_step()
        self._reader.prompts = True
        exchange = Exchange(f"AT+CMGS={octets}", (), self.hearing)
        self._talk(exchange, PROMPT_S)
        self._reader.prompts = False
        if not exchange.prompted:
            return None, self._no_prompt(exchange)
        if exchange.echoed and not self.echo_is_normal:
            # It has started afresh, unheard: in text mode the PDU would go out as a text, to a wrong number.
            self.restarted = True
            self.leave_prompt()
            raise Restarted
        self.wire.write(pdu.encode("ascii"))
        return self._sent(pdu, within_s)

    def _sent(self, pdu: str, within_s: float) -> tuple[int | None, End | None]:
        exchange = Exchange(pdu, ("+CMGS:",), self.hearing)
        self._be_in_doubt("AT+CMGS")
        try:
            self.wire.write(_SUBMIT)
            self._hear(exchange, within_s, _has_lines)
            if exchange.end is None and exchange.lines:
                self._hear(exchange, OK_AFTER_SENT_S)
        except Gone as error:
            raise Unanswered(error.reason) from None
        finally:
            self.restarted = self.restarted or exchange.restarted
        self._doubt = "" if exchange.end is not None else "AT+CMGS"
        reference = next(filter(_is_number, map(sent_reference_of, exchange.lines)), None)
        if reference is not None:
            return reference, None
        if exchange.end is None or exchange.end.ok:
            raise Unanswered("the modem restarted" if exchange.restarted else "no answer")
        return None, exchange.end

    def _no_prompt(self, exchange: Exchange) -> End:
        """Return the error that came instead of a prompt; leave what may be open, if none came.

        Raises:
            NoPrompt: nothing came.
        """
        if exchange.end is not None and not exchange.end.ok:
            return exchange.end
        self._be_in_doubt("AT+CMGS")
        self._prompt_may_be_open = True
        self.leave_prompt()
        if exchange.restarted:
            raise Restarted
        raise NoPrompt(0.5, "the modem did not ask for the SMS")

    def _be_in_step(self) -> None:
        if self.in_doubt:
            self.resync()
        else:
            self.pump()  # what came before a question is no answer to it
        if self.restarted:
            raise Restarted

    def resync(self) -> None:
        """Make sure that the next answer belongs to the next command.

        Raises:
            Silent: the modem does not answer.
            Gone: the wire broke.
        """
        nonces = [nonce for nonce in _NONCES if not self._doubt.startswith(nonce[:7])]
        for number in range(SYNC_TRIES):
            if number or self._prompt_may_be_open or self._reader.at_prompt:
                self.leave_prompt()
            self._pump_until_quiet()
            if self._is_answered(nonces[number % len(nonces)]):
                self._doubt, self._prompt_may_be_open = "", False
                return
        raise Silent(self._doubt)

    def pump(self, wait_s: float = 0.0) -> None:
        """Take in what comes while nothing is asked.

        Raises:
            Gone: the wire broke.
        """
        exchange = Exchange("", (), self.hearing)
        for item in self._reader.feed(self.wire.read(wait_s)):
            exchange.feed(item)
        self._note(exchange)
        self._late([*exchange.lines, *exchange.stale])
        # An answer that is nobody's, neither ours nor late.
        late = self._now() - self._doubted_s < LATEST_S
        self.shared = self.shared or (exchange.end is not None and not late)

    def forget_doubt(self) -> None:
        """Start afresh: the wire or the modem is a new one."""
        self._doubt, self._prompt_may_be_open = "", False
        self._reader.forget()

    def write_blind(self, command: str) -> None:
        """Write a command whose answer nobody waits for; a prompt that may be open is left.

        Raises:
            Gone: the wire broke.
        """
        self.wire.write(_ESCAPE + f"{command}\r".encode("ascii"))
        self._be_in_doubt(command)

    def leave_prompt(self) -> None:
        """Leave a prompt that may be open, so that nothing leaves; elsewhere ESC means nothing (27.005).

        Raises:
            Gone: the wire broke.
        """
        self.wire.write(_ESCAPE)
        self._pump_until_quiet()

    def _be_in_doubt(self, command: str) -> None:
        self._doubt, self._doubted_s = command, self._now()

    def _talk(self, exchange: Exchange, within_s: float) -> Exchange:
        self._asked.append(exchange.command)
        self.wire.write(f"{exchange.command}\r".encode("utf-8", "replace"))
        self._hear(exchange, within_s)
        self._note(exchange)
        return exchange

    def _hear(
        self,
        exchange: Exchange,
        within_s: float,
        enough: Callable[[Exchange], bool] = lambda _: False,
    ) -> None:
        end_s = self._now() + within_s
        while not exchange.over and not enough(exchange):
            left_s = end_s - self._now()
            if left_s <= 0:
                break
            for item in self._reader.feed(self.wire.read(left_s)):
                exchange.feed(item)
            if exchange.restarted:
                end_s = min(end_s, self._now() + RESTART_GRACE_S)
        self._late(exchange.stale)

    def _is_answered(self, nonce: str) -> bool:
        """Say whether the modem answers this very question; what comes before that is late."""
        wanted = wanted_of(nonce)
        end_s = self._now() + SYNC_S
        self._asked.append(nonce)
        self.wire.write(f"{nonce}\r".encode("ascii"))
        while (left_s := end_s - self._now()) > 0:
            exchange = Exchange(nonce, wanted, self.hearing)
            self._hear(exchange, left_s, _has_restarted)
            self._note(exchange)
            if exchange.restarted:
                return True  # it has forgotten what it was asked: nothing late can come
            if exchange.end is not None and any(
                line.strip().startswith(wanted) for line in exchange.lines
            ):
                return True
            self._late(exchange.lines)
        return False

    def _pump_until_quiet(self) -> None:
        end_s = self._now() + 10 * QUIET_S
        while self._now() < end_s:
            octets = self.wire.read(QUIET_S)
            if not octets:
                return
            exchange = Exchange("", (), self.hearing)
            for item in self._reader.feed(octets):
                exchange.feed(item)
            self._note(exchange)
            self._late([*exchange.lines, *exchange.stale])

    def _give_up(self, exchange: Exchange) -> None:
        self._be_in_doubt(exchange.command)
        if exchange.restarted:
            raise Restarted
        raise Silent(exchange.command)

    def _note(self, exchange: Exchange) -> None:
        self.restarted = self.restarted or exchange.restarted
        self.echoes = self.echoes or exchange.echoed
        others = (line.strip() for line in exchange.stale if line.startswith("AT"))
        self.shared = self.shared or any(other not in self._asked for other in others)

    def _late(self, lines: list[str]) -> None:
        found = filter(_is_number, map(sent_reference_of, lines))
        self.late = [*self.late, *(one for one in found if one is not None)][-MAX_LATE:]


def _is_number(value: int | None) -> bool:
    return value is not None


def _has_lines(exchange: Exchange) -> bool:
    return bool(exchange.lines)


def _has_restarted(exchange: Exchange) -> bool:
    return exchange.restarted
