"""What the modem is told once: its radio mode, and to ask the network for status reports.

Both are settings of its own page and stay there. Only what differs is set, and all else is given back as it
was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from huawei_lte_api.Connection import Connection

from notanker.plugin import Happening, Permanent, Retry
from notanker_huawei_lte.config import HuaweiLteConfig
from notanker_huawei_lte.faults import Refused
from notanker_huawei_lte.session import HilinkSession, text_of

MODES: Final[Mapping[str, str]] = {
    "auto": "00",
    "2g": "01",
    "3g": "02",
    "3g_2g": "0201",
    "lte": "03",
    "lte_2g": "0301",
    "lte_3g": "0302",
}
"""`NetworkMode`, by the library's enumeration."""

MOST_FAILURES: Final = 5
"""A firmware that answers these questions with nonsense must not keep the modem from its work for ever."""

_MODE_ELEMENTS: Final = ("NetworkMode", "NetworkBand", "LTEBand")
_SMS_ELEMENTS: Final = ("SaveMode", "Validity", "Sca", "UseSReport", "SendType", "Priority")
"""Some firmwares want them in this order."""


class Setup:
    """Sets the modem up.

    Attributes:
        reports: The modem asks the network what became of each SMS.
    """

    def __init__(self, config: HuaweiLteConfig, session: HilinkSession) -> None:
        self.reports = False
        self._session: Final = session
        self._open: dict[str, Callable[[Connection], str]] = {}
        self._failures = 0
        if config.mobile_mode:
            wanted = MODES[config.mobile_mode]
            self._open["mobile_mode"] = lambda connection: set_mode(connection, wanted)
        self._wants_reports: Final = config.reports
        self._open["sms_reports"] = self._settle_reports

    def do(self) -> tuple[Happening, ...]:
        """Set what is still to be set, and tell what changed; what cannot be asked now comes next time."""
        told = []
        for what, carry_out in tuple(self._open.items()):
            try:
                changed = self._session.read(carry_out)
            except Refused:
                break  # whoever mends the password will want this too
            except Retry:
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    self._open.clear()
                break
            except Permanent as error:
                changed = f"not set: {error.reason}" if what == "mobile_mode" else ""
            del self._open[what]
            if changed:
                told.append(Happening(what=what, reason=changed))
        return tuple(told)

    def _settle_reports(self, connection: Connection) -> str:
        """Learn whether reports come, even if its owner wants them and the configuration does not.

        One that nobody waits for could be taken for that of another SMS.
        """
        changed = ask_for_reports(connection) if self._wants_reports else ""
        self.reports = text_of(connection.get("sms/config"), "UseSReport") == "1"
        return changed


def set_mode(connection: Connection, wanted: str) -> str:
    """Let the modem use these radio networks, in the bands that it has; return what changed."""
    now = connection.get("net/net-mode")
    mode, *bands = (text_of(now, name) for name in _MODE_ELEMENTS)
    if mode == wanted or not all(bands):
        return ""
    values = dict(zip(_MODE_ELEMENTS, (wanted, *bands), strict=True))
    connection.post_set("net/net-mode", values)
    return f"the modem's radio mode was {mode}, and is {wanted} now"


def ask_for_reports(connection: Connection) -> str:
    """Have the modem ask the network for status reports; return what changed."""
    now: Mapping[str, Any] = connection.get("sms/config")
    if text_of(now, "UseSReport") != "0" or not text_of(now, "Sca"):
        return ""
    values = {name: text_of(now, name) for name in _SMS_ELEMENTS if name in now}
    connection.post_set("sms/config", {**values, "UseSReport": "1"})
    return "the modem asks for status reports of SMS now"
