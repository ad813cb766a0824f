"""Steering the HiLink emulator from any process of the capsule."""

from pathlib import Path
from typing import Any

from notanker_lab import control
from notanker_lab.errors import LabError

# name -> what it does; "times" ends a switch by itself, 0 leaves it until it is taken away
SWITCHES = {
    "none": "everything works",
    "hang": "requests are accepted and never answered",
    "slow": "each answer takes delay_s longer",
    "lost_answer_sent": "the SMS leaves, the connection is reset (how=hang: held) before the answer",
    "lost_answer_unsent": "the SMS does not leave, the connection is reset or held",
    "late_answer_sent": "the SMS leaves at once, the answer comes delay_s late",
    "token_error_125001": "each POST is answered with 125001",
    "token_error": "each POST is answered with 125003",
    "session_error": "each POST is answered with 125002",
    "no_next_token": "answers to a POST bring no next token",
    "session_lost": "all sessions and log-ins end at the next request to path",
    "busy_113004": "sending is answered with 113004, nothing leaves",
    "busy_100004": "each POST is answered with 100004, nothing happens",
    "overtime_113018_sent": "sending is answered with 113018, the SMS leaves",
    "overtime_113018_unsent": "sending is answered with 113018, nothing leaves",
    "full_113053": "sending is answered with 113053, nothing leaves",
    "no_rights_100003": "each POST is answered with 100003, as if logged out",
    "already_logged_in_108003": "log-in is answered with 108003",
    "login_locked_108007": "log-in is answered with 108007",
    "taken_108003": "somebody else logs in at the stick's page: sessions end, log-ins get 108003",
    "reboot_data_off": "the stick restarts at the next request to path; its data switch is off then",
    "address_changed": "the stick answers at its second address only",
    "clock_ahead": "the dates of SMS are a day ahead",
    "clock_behind": "the dates of SMS are of 2015, as without a network's time",
    "connection_905": "ConnectionStatus is 905, as if the network had refused the session",
    "multipart_hidden": "long SMS are counted and not listed, as while the stick's clock is ahead",
    "undeleted": "delete-sms is answered with OK, the SMS stays",
    "ussd_late": "the first answers to a USSD code are 111019; times says how many",
    "draft_only": "sending is answered with OK, the SMS stays among the drafts",
    "fail_phone": "sending is answered with OK, then send-status names FailPhone",
    "captive_html": "each answer is a web page",
    "truncated_xml": "each answer ends in its middle",
    "http_500": "each answer is HTTP 500",
    "no_signal": "no operator, no data; SMS fail",
    "sim_pin": "the SIM wants its PIN; no data, SMS fail",
    "sim_missing": "no SIM is in it; no data, SMS fail",
}


class HilinkControl:
    """Client of the emulator behind the control socket ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fault(self, name: str, times: int = 0, **values: Any) -> None:
        """Turn one switch of SWITCHES on and every other off; "none" turns all off.

        Args:
            name: the switch.
            times: off again after so many requests that it touched; 0: stays.
            values: delay_s (slow), how="reset"|"hang" (lost_answer_*), path (only requests whose
                path contains this).
        """
        if name not in SWITCHES:
            raise LabError(f"There is no switch {name!r}; there are {', '.join(SWITCHES)}.")
        self._ask({"op": "fault", "name": name, "times": times, **values})

    def reboot(self, down_s: float = 3.0, dataswitch: bool | None = None) -> None:
        """Restart the stick: its USB link is gone for ``down_s``, sessions and tokens are lost.

        ``dataswitch`` is the data switch's position afterwards; None: as before.
        """
        self._ask({"op": "reboot", "down_s": down_s, "dataswitch": dataswitch})

    def dataswitch(self, on: bool) -> None:
        """Set the data switch; off stops the data of the stick for real."""
        self._ask({"op": "dataswitch", "on": on})

    def lose_session(
        self, tells_after_s: float | None = None, *, needs_reboot: bool = False
    ) -> None:
        """Lose the data session without notice: the stick says "connected" and carries nothing.

        Turning the data switch off and on dials anew and brings it back, and so does a reboot.

        Args:
            tells_after_s: the stick notices after so long; None: never.
            needs_reboot: the data switch does not help.
        """
        values = {"tells_after_s": tells_after_s, "needs_reboot": needs_reboot}
        self._ask({"op": "bearer", "lost": True, **values})

    def restore_session(self) -> None:
        """Give the data session back, as if the operator had."""
        self._ask({"op": "bearer", "lost": False})

    def set(self, **values: Any) -> None:
        """Change settings: tokens, login, password, idle_s, radio_s, burst_limit, capacity, operator,
        rsrp_dbm, month_bytes, strict_format, pin, tries, mode, encrypts, reports.
        Token or log-in changes end all sessions.
        """
        self._ask({"op": "set", "values": values})

    def state(self) -> dict[str, Any]:
        """Give fault, dataswitch, connected, requests (by path), posts, errors (by code)."""
        return self._ask({"op": "state"})

    def box(self, name: str) -> list[dict[str, Any]]:
        """Give the SMS in "inbox", "sent" or "drafts": index, number, text, date, status."""
        found: list[dict[str, Any]] = self._ask({"op": "box", "name": name})["messages"]
        return found

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return control.ask(self._path, question)
