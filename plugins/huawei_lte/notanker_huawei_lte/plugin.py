"""The plugin: an uplink and a channel over one session with the modem."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import msgspec
from huawei_lte_api.api.DialUp import DialUp
from huawei_lte_api.api.Ussd import Ussd
from huawei_lte_api.Connection import Connection

from notanker.plugin import (
    Channel,
    Collected,
    Happening,
    Message,
    Modem,
    ModemInfo,
    Permanent,
    PluginError,
    Receipt,
    Retry,
    Signal,
    Sim,
    StoredMessage,
    Uplink,
    UplinkState,
)
from notanker_huawei_lte.boxes import Boxes
from notanker_huawei_lte.codes import patient, readable
from notanker_huawei_lte.config import HuaweiLteConfig
from notanker_huawei_lte.faults import NoModem
from notanker_huawei_lte.inbox import Inbox
from notanker_huawei_lte.pin import Unlocker
from notanker_huawei_lte.recovery import Recovery
from notanker_huawei_lte.session import HilinkSession, text_of
from notanker_huawei_lte.setup import Setup
from notanker_huawei_lte.sms import Sending
from notanker_huawei_lte.state import CONNECTED, SIM_PIN, SIM_PUK, info_of, signal_of, state_of

QUESTIONS: Final = {
    "status": "monitoring/status",
    "signal": "device/signal",
    "plmn": "net/current-plmn",
    "switch": "dialup/mobile-dataswitch",
    "month": "monitoring/month_statistics",
    "counts": "sms/sms-count",
    "pin": "pin/status",
}
POLL_S: Final = 0.5
KEPT_SENT: Final = 20
"""So many sent SMS stay when room is made for what comes in: `find_sent` reads the newest of them."""
USSD_CODE: Final = re.compile(r"[0-9*#]{1,40}")
USSD_WITHIN_S: Final = 20.0
"""Networks answer within seconds, or not at all."""


class HuaweiLte(Uplink[HuaweiLteConfig], Channel[HuaweiLteConfig], Modem[HuaweiLteConfig]):
    """A Huawei modem with HiLink firmware."""

    Config = HuaweiLteConfig
    deadline_s = 60.0
    deadlines_s: ClassVar[Mapping[str, float]] = {"send": 120.0, "find_sent": 120.0}

    def __init__(self, config: HuaweiLteConfig) -> None:
        super().__init__(config)
        self._session: Final = HilinkSession(config)
        self._boxes: Final = Boxes(self._session)
        self._sending: Final = Sending(self._session, config.sent_within_s, config.settle_s)
        self._inbox: Final = Inbox(self._boxes, lambda: self._sending.make_room(KEPT_SENT))
        self._setup: Final = Setup(config, self._session)
        self._unlocker: Final = Unlocker(config.pin, self._session)
        self._recovery: Final = Recovery(config, self._session, lambda: self._sending.open_since_s)
        self._happened: list[Happening] = []
        self._sim_is_locked = False
        self._sim_trouble = ""

    def bring_up(self) -> None:
        """Turn the data switch on and wait for the data session.

        Raises:
            Retry: there is none yet.
            Permanent: the SIM wants its PIN or PUK.
        """
        self._set_up()
        self._switch(on=True)
        end_s = time.monotonic() + self.config.connected_within_s
        while not self._connected():
            self._check_sim()
            if time.monotonic() > end_s:
                rung = self._recovery.without_data()
                done = f": {rung}" if rung else ""
                raise Retry(10.0, f"the modem gets no data session{done}")
            time.sleep(POLL_S)
        self._recovery.connected()

    def tear_down(self) -> None:
        """Turn the data switch off.

        Raises:
            Retry: not now.
            Permanent: the modem has no such switch.
        """
        self._switch(on=False)

    def state(self) -> UplinkState:
        """Return what the modem says of itself; what it does not support stays None.

        Raises:
            Retry: it answers nothing.
            Permanent: it never will, as it is.
        """
        answers: dict[str, Mapping[str, Any]] = {}
        failure: PluginError | None = None
        for name, path in QUESTIONS.items():
            try:
                answers[name] = self._session.read(_question(path))
            except Retry as error:
                if not answers:
                    raise  # it does not answer: five more questions would only wait longer
                failure = error
            except Permanent as error:
                failure = error
        if failure is not None and not answers:
            raise failure
        found = state_of(answers)
        self._sim_is_locked = found.sim is Sim.PIN
        return found

    def send(self, message: Message) -> Receipt:
        """Send one SMS; return when it surely left.

        Raises:
            Retry: it surely did not leave.
            Permanent: it surely did not leave, and never will.
            Unknown: it may have left.
        """
        self._set_up()  # an SMS whose report is not waited for could settle another one
        return self._sending.send(message)

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very SMS left; None if the modem's lists do not tell.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        return self._sending.find_sent(message)

    def collect(self) -> Collected:
        """Return the SMS in the inbox; HiLink says nothing by itself, so this is how they are noticed.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        try:
            self._unlock_soon()
            self._set_up()
            found = self._inbox.collect()
        except NoModem:
            if self._recovery.without_answer() is None:
                raise
            found = Collected()
        else:
            self._recovery.answered()
        told = (*self._happened, *self._recovery.tell(), *found.happenings)
        self._happened.clear()
        return msgspec.structs.replace(found, happenings=told)

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete these SMS from the inbox.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        self._inbox.discard(names)

    def info(self) -> ModemInfo:
        """Return what the modem is.

        Raises:
            Retry: it does not answer.
            Permanent: it never will, as it is.
        """
        device = self._session.read(_question("device/information"))
        centre = text_of(self._optional("sms/config"), "Sca")
        return info_of(device, self._optional("pin/status"), self._session.url, centre)

    def signal(self) -> Signal:
        """Return how well it hears the network.

        Raises:
            Retry: it does not answer.
            Permanent: it never will, as it is.
        """
        heard = self._session.read(_question(QUESTIONS["signal"]))
        return signal_of(heard, self.state())

    def ussd(self, code: str) -> str:
        """Ask the network and return its answer.

        Raises:
            Retry: no answer in time.
            Permanent: this modem cannot, or the code is none.
        """
        if not USSD_CODE.fullmatch(code):
            raise Permanent("a code has digits, * and # only, such as *100#")
        self._session.read(lambda connection: Ussd(connection).send(code))
        end_s = time.monotonic() + USSD_WITHIN_S
        while time.monotonic() < end_s:
            time.sleep(POLL_S)
            answer = text_of(self._session.read(patient(_question("ussd/get"))), "content")
            if answer:
                return readable(answer)
        raise Retry(30.0, "the network did not answer the code")

    def messages(self) -> tuple[StoredMessage, ...]:
        """Return the newest SMS that the modem holds.

        Raises:
            Retry: it does not answer.
            Permanent: it never will, as it is.
        """
        return self._boxes.stored()

    def close(self) -> None:
        """Log out: the modem lets only one in."""
        self._session.close()

    def _optional(self, path: str) -> Mapping[str, Any]:
        """Ask what not every firmware answers."""
        try:
            return self._session.read(_question(path))
        except Permanent:
            return {}

    def _switch(self, *, on: bool) -> None:
        def turn(connection: Connection) -> None:
            dial = DialUp(connection)
            if text_of(dial.mobile_dataswitch(), "dataswitch") != str(int(on)):
                dial.set_mobile_dataswitch(int(on))

        self._session.read(turn)

    def _connected(self) -> bool:
        status = self._session.read(_question(QUESTIONS["status"]))
        return text_of(status, "ConnectionStatus") == CONNECTED

    def _set_up(self) -> None:
        self._happened += self._setup.do()
        self._sending.reports = self._setup.reports

    def _unlock_soon(self) -> None:
        """Give a locked SIM its PIN though nobody wants data now: without it no SMS goes either way."""
        if self._sim_is_locked and self.config.pin is not None:
            self._sim_is_locked = False
            try:
                self._check_sim()
            except Permanent as error:
                if error.reason != self._sim_trouble:
                    self._happened.append(Happening(what="sim_locked", reason=error.reason))
                self._sim_trouble = error.reason

    def _check_sim(self) -> None:
        status = self._optional("pin/status")
        state = text_of(status, "SimState")
        if state == SIM_PUK:
            raise Permanent("the SIM wants its PUK")
        if state == SIM_PIN:
            self._unlocker.unlock(status)
            self._happened.append(Happening(what="sim_unlocked", reason="with the configured PIN"))


def _question(path: str) -> Callable[[Connection], Mapping[str, Any]]:
    def ask(connection: Connection) -> Mapping[str, Any]:
        answer: Any = connection.get(path)
        if not isinstance(answer, dict) or "html" in answer:
            raise TypeError("no answer of a modem")
        return answer

    return ask
