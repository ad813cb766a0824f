"""What a technician asks, and what the core wants to know: read from as many answers as a modem has."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from notanker.plugin import ModemInfo, Permanent, Registration, Retry, Signal, Sim
from notanker_at_modem import unlock
from notanker_at_modem.answers import card, device, radio
from notanker_at_modem.answers.operators import Operator, operator_of
from notanker_at_modem.answers.radio import Radio, radio_of
from notanker_at_modem.answers.registration import Camping, act_words, camping_of
from notanker_at_modem.answers.ussd import Ussd
from notanker_at_modem.refusals import failure
from notanker_at_modem.session import Session

SLOW_S: Final = 8.0
USSD_S: Final = 20.0
"""Networks answer within 2 to 10 s, or never."""
_CODE: Final = frozenset("0123456789*#")
_MOST_CODE: Final = 60
_CAMPINGS: Final = ("AT+CEREG?", "AT+CREG?", "AT+CGREG?")
_ENDS: Final = {
    3: "another program has taken the answer",
    4: "the network does not do this",
    5: "the network does not answer",
}


class Asking:
    """Questions over one session."""

    def __init__(self, session: Session, now: Callable[[], float] = time.monotonic) -> None:
        self._session: Final = session
        self._now: Final = now
        self._unknown: set[str] = set()

    def signal(self) -> Signal:
        """Return how well the modem hears the network.

        Raises:
            Retry: it does not answer.
        """
        heard, camping, operator = self.radio(), self.camping(), self.operator()
        network = (camping.network if camping else "") or act_words(operator.act) or heard.network
        return Signal(
            network=network,
            operator=operator.name or operator.plmn,
            registration=None if camping is None else camping.registration,
            rssi_dbm=heard.rssi_dbm,
            rsrp_dbm=heard.rsrp_dbm,
            rsrq_db=heard.rsrq_db,
            sinr_db=heard.sinr_db,
            error_rate_class=heard.error_rate_class,
            cell=heard.cell or (f"{camping.cell:X}" if camping and camping.cell else ""),
            band=heard.band,
        )

    def radio(self) -> Radio:
        """Return the signal from all that this modem answers.

        Raises:
            Retry: it does not answer.
        """
        lines: list[str] = []
        for question in radio.QUESTIONS:
            lines += self._known(question)
        return radio_of(lines)

    def camping(self) -> Camping | None:
        """Return where the modem is registered: the best of its domains.

        Raises:
            Retry: it does not answer.
        """
        found = [camping_of(line) for question in _CAMPINGS for line in self._known(question)]
        told = [one for one in found if one is not None]
        return max(told, key=_worth, default=None)

    def operator(self) -> Operator:
        """Return the operator in use; empty if there is none.

        Raises:
            Retry: the modem does not answer.
        """
        return operator_of(self._session.ask("AT+COPS?", SLOW_S).lines) or Operator()

    def info(self) -> ModemInfo:
        """Return what the modem is.

        Raises:
            Retry: it does not answer.
        """
        sim = self._session.look_at_sim()
        named = device.identity_of(self._known("ATI"))
        # A SIM that waits for its PIN tells little more than that.
        open_ = sim is Sim.READY
        clock = device.clock_of(self._known("AT+CCLK?"))
        return ModemInfo(
            manufacturer=device.plain_of(self._known("AT+CGMI"), "+CGMI") or named.manufacturer,
            model=device.plain_of(self._known("AT+CGMM"), "+CGMM") or named.model,
            firmware=device.plain_of(self._known("AT+CGMR"), "+CGMR") or named.firmware,
            imei=card.long_digits_of(self._known("AT+CGSN"))[:15],
            imsi=card.long_digits_of(self._known("AT+CIMI")) if open_ else "",
            iccid=self._iccid() if sim is not Sim.MISSING else "",
            number=next(iter(card.numbers_of(self._known("AT+CNUM"))), "") if open_ else "",
            centre=card.centre_of(self._known("AT+CSCA?")) if open_ else "",
            port=self._session.port,
            sim=sim,
            pin_tries=unlock.tries_left(self._session.ask) if sim is not Sim.MISSING else None,
            clock="" if clock is None else clock.isoformat(),
        )

    def ussd(self, code: str) -> str:
        """Ask the network and return its answer.

        Raises:
            Retry: no answer now.
            Permanent: the code is none, or nobody here does this.
        """
        if not code or len(code) > _MOST_CODE or not set(code) <= _CODE:
            raise Permanent("a code has digits, * and #")
        self._session.ready()
        self._session.heard.ussd = None
        answer = self._session.ask(f'AT+CUSD=1,"{code}",15', SLOW_S)
        if not answer.ok:
            raise failure(answer.end, "the modem does not take the code")
        told = self._await_ussd()
        if told is None or told.waits:
            self._session.ask("AT+CUSD=2")  # the network must not think that somebody answers
        if told is None:
            raise Retry(30.0, "the network does not answer the code")
        if not told.text and told.status in _ENDS:
            raise Retry(30.0, _ENDS[told.status])
        return told.text

    def _await_ussd(self) -> Ussd | None:
        end_s = self._now() + USSD_S
        while (told := self._session.heard.ussd) is None:
            if (left_s := end_s - self._now()) <= 0:
                return None
            self._session.listen_for(left_s)
        return told

    def _iccid(self) -> str:
        for question in ("AT+CCID", "AT^ICCID?", "AT+ICCID", "AT+QCCID"):
            if found := card.long_digits_of(self._known(question)):
                return found
        return ""

    def _known(self, question: str) -> tuple[str, ...]:
        """Return the answer's lines; what this modem does not know is not asked again."""
        if question in self._unknown:
            return ()
        answer = self._session.ask(question, SLOW_S)
        if answer.end is not None and str(answer.end) in ("ERROR", "COMMAND NOT SUPPORT"):
            self._unknown.add(question)
        return answer.lines


def _worth(camping: Camping) -> int:
    """Rank what the domains say: a modem on LTE may say "searching" for circuit-switched calls."""
    order = (
        Registration.OFF,
        Registration.SEARCHING,
        Registration.EMERGENCY_ONLY,
        Registration.DENIED,
        Registration.SMS_ONLY,
        Registration.ROAMING,
        Registration.HOME,
    )
    meaning = camping.registration
    return -1 if meaning is None else order.index(meaning)
