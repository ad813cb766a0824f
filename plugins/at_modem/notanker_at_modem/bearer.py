"""The data session: by 3GPP's context, by the vendor's own command, or left to the system.

| data | up | down | state |
|---|---|---|---|
| context | `+CGACT=1,n` | `+CGACT=0,n` | `+CGACT?` |
| huawei | `^NDISDUP=n,1` | `^NDISDUP=n,0` | `^NDISSTATQRY?` |
| quectel | `+QNETDEVCTL=1,n,1` | `+QNETDEVCTL=0,n` | `+QNETDEVCTL?` |
| dial | pppd dials `*99***n#`: the system's own tool | | `+CGACT?` |
| none | a modem that connects by itself, or qmicli, mbimcli | | `+CGACT?` |

The network interface belongs to the kernel's driver (cdc_ether, rndis_host, huawei_cdc_ncm, qmi_wwan) and
gets its address as any other: by DHCP, from NetworkManager or systemd-networkd.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from notanker.plugin import Permanent, Retry
from notanker_at_modem.answers import device
from notanker_at_modem.answers.fields import answer_of, fields_of, number_at
from notanker_at_modem.config import AtModemConfig
from notanker_at_modem.refusals import failure
from notanker_at_modem.session import Session

UP_WITHIN_S: Final = 12.0
POLL_S: Final = 0.5
COMMAND_S: Final = 10.0
KINDS: Final = ("huawei", "quectel", "context")
"""What `auto` asks for, in this order: the vendor's own way brings up the network interface as well."""
_SYSTEMS: Final = ("dial", "none")

_STATES: Final = {"huawei": "AT^NDISSTATQRY?", "quectel": "AT+QNETDEVCTL?"}


class Bearer:
    """The one data session of a modem."""

    def __init__(
        self,
        session: Session,
        config: AtModemConfig,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session: Final = session
        self._config: Final = config
        self._pause: Final = pause
        self._now: Final = now
        self._kind = "" if config.data == "auto" else config.data

    def bring_up(self) -> None:
        """Make the session exist.

        Raises:
            Retry: there is none yet.
        """
        if self.is_up():
            return
        if self._way() in _SYSTEMS:
            raise Retry(10.0, "the system's own tool has not brought up the data session")
        self._define()
        answer = self._session.ask(self._command(up=True), COMMAND_S)
        end_s = self._now() + UP_WITHIN_S
        while not self.is_up():
            if not answer.ok:
                raise failure(answer.end, "no data session")
            if self._now() > end_s:
                raise Retry(10.0, "the modem gets no data session")
            self._pause(POLL_S)

    def tear_down(self) -> None:
        """End the session.

        Raises:
            Retry: not now.
            Permanent: it is not this plugin's.
        """
        if self._way() in _SYSTEMS:
            raise Permanent("the data session belongs to the system's own tool")
        if self.is_up():
            answer = self._session.ask(self._command(up=False), COMMAND_S)
            if not answer.ok:
                raise failure(answer.end, "the data session stays")

    def is_up(self) -> bool | None:
        """Say whether there is a session; None if the modem does not say.

        Raises:
            Retry: the modem does not answer.
        """
        kind = self._way()
        if kind == "huawei":
            answer = self._session.ask(_STATES[kind])
            found = device.ndis_of(answer.lines)
            return any(found.values()) if answer.ok else None
        if kind == "quectel":
            text = answer_of(self._session.ask(_STATES[kind]).lines, "+QNETDEVCTL")
            fields = [] if text is None else fields_of(text)
            # <op>,<cid>,<urc>,<state>; older firmwares leave out the end.
            return number_at(fields, 3 if len(fields) > 3 else 0) == 1 if fields else None
        answer = self._session.ask("AT+CGACT?")
        active = device.active_of(answer.lines)
        return active.get(self._config.context, False) if answer.ok else None

    def address(self) -> str:
        """Return the session's address, "" if the modem does not say.

        Raises:
            Retry: the modem does not answer.
        """
        return device.address_of(self._session.ask(f"AT+CGPADDR={self._config.context}").lines)

    def _way(self) -> str:
        """Return how the session is made; find out once what this modem knows."""
        if not self._kind:
            self._kind = next((kind for kind in KINDS if self._knows(kind)), KINDS[-1])
        return self._kind

    def _knows(self, kind: str) -> bool:
        return kind == KINDS[-1] or self._session.ask(_STATES[kind]).ok

    def _define(self) -> None:
        """Give the context its access point, if one is configured and it has another."""
        number, apn = self._config.context, self._config.apn
        if not apn:
            return
        answer = self._session.ask("AT+CGDCONT?")
        if any(one.number == number and one.apn == apn for one in device.contexts_of(answer.lines)):
            return
        answer = self._session.ask(f'AT+CGDCONT={number},"IPV4V6","{apn}"')
        if not answer.ok:
            answer = self._session.ask(f'AT+CGDCONT={number},"IP","{apn}"')
        if not answer.ok:
            raise failure(answer.end, "the access point is not taken")

    def _command(self, *, up: bool) -> str:
        number, apn = self._config.context, self._config.apn
        if self._kind == "huawei":
            name = f',"{apn}"' if up and apn else ""
            return f"AT^NDISDUP={number},{int(up)}{name}"
        if self._kind == "quectel":
            return f"AT+QNETDEVCTL=1,{number},1" if up else f"AT+QNETDEVCTL=0,{number}"
        return f"AT+CGACT={int(up)},{number}"
