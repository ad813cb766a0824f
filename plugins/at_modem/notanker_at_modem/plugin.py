"""The plugin: an uplink, a channel, a caller and a modem to ask, over one session."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import ClassVar, Final

from notanker.plugin import (
    Call,
    Caller,
    Channel,
    Collected,
    Message,
    Modem,
    ModemInfo,
    Permanent,
    Receipt,
    Registration,
    Retry,
    Rung,
    Signal,
    Sim,
    StoredMessage,
    Uplink,
    UplinkState,
)
from notanker_at_modem.answers.registration import act_words
from notanker_at_modem.asking import Asking
from notanker_at_modem.bearer import Bearer
from notanker_at_modem.calling import Calling
from notanker_at_modem.config import AtModemConfig
from notanker_at_modem.mailbox import Mailbox
from notanker_at_modem.sending import Sending
from notanker_at_modem.session import Session

_NO_SMS: Final = {
    Registration.SEARCHING: (5.0, "the modem is looking for a network"),
    Registration.DENIED: (30.0, "the network does not let this SIM in"),
    Registration.EMERGENCY_ONLY: (10.0, "the network is for emergency calls only"),
    Registration.OFF: (5.0, "the modem is in no network"),
}
_NO_DATA: Final = {
    **_NO_SMS,
    Registration.SMS_ONLY: (30.0, "the network lets this SIM send SMS only"),
}
_NO_CALL: Final = {
    **_NO_SMS,
    Registration.SMS_ONLY: (30.0, "the network lets this SIM send SMS only"),
}


class AtModem(
    Uplink[AtModemConfig], Channel[AtModemConfig], Caller[AtModemConfig], Modem[AtModemConfig]
):
    """A modem that speaks AT commands."""

    Config = AtModemConfig
    deadline_s = 60.0
    deadlines_s: ClassVar[Mapping[str, float]] = {
        "send": 180.0,
        "find_sent": 90.0,
        "ring": 150.0,
    }

    def __init__(self, config: AtModemConfig) -> None:
        super().__init__(config)
        self._session: Final = Session(config)
        self._asking: Final = Asking(self._session)
        self._sending: Final = Sending(self._session)
        self._calling: Final = Calling(self._session)
        self._mailbox: Final = Mailbox(self._session)
        self._bearer: Final = Bearer(self._session, config)

    def fileno(self) -> int | None:
        """Return the port's descriptor."""
        return self._session.fileno()

    def attend(self) -> bool:
        """Take in what the modem says by itself."""
        return self._session.attend()

    def collect(self) -> Collected:
        """Return the SMS that are there, reports, and what befell the modem.

        Raises:
            Retry: it cannot be asked now.
        """
        self._calling.end_what_was_left()
        return self._mailbox.collect()

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete these SMS, and no others.

        Raises:
            Retry: the modem cannot be asked now.
        """
        self._mailbox.discard(names)

    def close(self) -> None:
        """Give the port back."""
        self._session.close()

    def bring_up(self) -> None:
        """Make the data session exist.

        Raises:
            Retry: there is none yet.
            Permanent: the SIM wants something, or roaming is forbidden.
        """
        self._session.ready()
        self._check_network(_NO_DATA)
        camping = self._asking.camping()
        if camping is not None and camping.roams and not self.config.roaming:
            raise Permanent("a foreign network, and roaming is not allowed")
        self._bearer.bring_up()

    def tear_down(self) -> None:
        """End the data session.

        Raises:
            Retry: not now.
            Permanent: it is the system's own.
        """
        self._bearer.tear_down()

    def state(self) -> UplinkState:
        """Return what the modem says of itself.

        Raises:
            Retry: it answers nothing.
        """
        with contextlib.suppress(
            Permanent
        ):  # its SIM may wait for somebody: that is a state as well
            self._get_ready()
        sim = self._session.look_at_sim()
        camping, operator = self._asking.camping(), self._asking.operator()
        heard = self._asking.radio()
        return UplinkState(
            operator=operator.name or operator.plmn,
            network=(camping.network if camping else "")
            or act_words(operator.act)
            or heard.network,
            signal_dbm=heard.strength_dbm,
            connected=self._bearer.is_up() if sim is Sim.READY else False,
            roaming=None if camping is None else camping.roams,
            message_store_full=self._mailbox.full,
            registration=None if camping is None else camping.registration,
            sim=sim,
            address=self._bearer.address() if sim is Sim.READY else "",
        )

    def send(self, message: Message) -> Receipt:
        """Send one SMS; return when every part of it surely left.

        Raises:
            Retry: it surely did not leave.
            Permanent: nor will it ever.
            Unknown: it may have left.
        """
        return self._sending.send(message)

    def find_sent(self, message: Message) -> bool | None:
        """Say whether this very SMS left; None if nobody can tell.

        Raises:
            Retry: the modem does not answer.
        """
        found = self._sending.find_sent(message)
        if found is None and self._session.memories.reports:
            self._mailbox.look_for_reports()
            found = self._sending.known(message)
        return found

    def ring(self, call: Call) -> Rung:
        """Let a telephone ring, and hang up.

        Raises:
            Retry: nothing was dialled.
            Permanent: nor will it ever be.
        """
        self._session.ready()
        self._check_network(_NO_CALL)
        return self._calling.ring(call)

    def info(self) -> ModemInfo:
        """Return what the modem is.

        Raises:
            Retry: it does not answer.
        """
        return self._asking.info()

    def signal(self) -> Signal:
        """Return how well it hears the network now.

        Raises:
            Retry: it does not answer.
        """
        return self._asking.signal()

    def ussd(self, code: str) -> str:
        """Ask the network, such as `*100#`.

        Raises:
            Retry: no answer now.
            Permanent: the code is none.
        """
        return self._asking.ussd(code)

    def messages(self) -> tuple[StoredMessage, ...]:
        """Return what is in the modem's stores.

        Raises:
            Retry: it cannot be asked now.
        """
        return self._mailbox.messages()

    def _get_ready(self) -> None:
        """Set the modem up for SMS as well, so that one that was silent for long is not found unready."""
        try:
            self._session.ready()
        except Retry:
            self._session.connected()

    def _check_network(self, forbidding: Mapping[Registration, tuple[float, str]]) -> None:
        camping = self._asking.camping()
        meaning = None if camping is None else camping.registration
        if meaning is not None and meaning in forbidding:
            raise Retry(*forbidding[meaning])
