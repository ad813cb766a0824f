"""The HiLink emulator without its HTTP: what each endpoint answers and what it does."""

import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from notanker_lab import addresses, hilink_device
from notanker_lab.hilink_device import BEFALLS, PARAMETER_ERROR, Card, Settings
from notanker_lab.hilink_session import HilinkError, Session, Sessions
from notanker_lab.hilink_sms import BOXES, BUSY, DRAFT, FULL, UNREAD, Mailboxes
from notanker_lab.hilink_state import AnswerLostError, Bearer, Radio, Switch
from notanker_lab.wirectl import WireControl

__all__ = [
    "AnswerLostError",
    "Bearer",
    "Radio",
    "Request",
    "Stick",
    "Switch",
    "elements",
    "receive",
]

NO_SUPPORT = 100002
OVERTIME = 113018
_LOGIN_ERRORS = {
    "already_logged_in_108003": 108003,
    "taken_108003": 108003,
    "login_locked_108007": 108007,
}
_UNSERVED = frozenset({"no_signal", "sim_missing", "sim_pin"})
_CLOCKS_S = {"clock_ahead": 86_400.0, "clock_behind": -11 * 365 * 86_400.0}

Values = dict[str, str]


@dataclass(slots=True)
class Request:
    """A POST, read; the answer comes ``late_s`` after what it did."""

    path: str
    root: ET.Element
    token: str
    session: Session
    late_s: float = 0.0

    def text(self, name: str, default: str = "") -> str:
        """Give the text of one element below the root."""
        return self.root.findtext(name, default) or default


@dataclass
class Stick:
    """State of the emulated stick; ``lock`` guards sessions and counters.

    ``first_address`` is where it answers no more while ``address_changed`` is on.
    """

    sessions: Sessions
    boxes: Mailboxes
    wires: WireControl
    switch: Switch = field(default_factory=Switch)
    radio: Radio = field(default_factory=Radio)
    bearer: Bearer = field(default_factory=Bearer)
    lock: threading.RLock = field(default_factory=threading.RLock)
    card: Card = field(default_factory=Card)
    settings: Settings = field(default_factory=Settings)
    first_address: str = addresses.STICK
    dataswitch: bool = True
    strict_format: bool = False
    ussd: list[str] = field(default_factory=list)
    booted_s: float = field(default_factory=time.monotonic)
    requests: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    reboot: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.boxes.clock_off_s = lambda: _CLOCKS_S.get(self.switch.name, 0.0)
        self.boxes.wants_reports = self.settings.wants_reports

    def befall(self, path: str) -> bool:
        """Do what the switch does once; say whether that leaves the request without an answer."""
        with self.lock:
            switch = self.switch
            happens = None if switch.acted else BEFALLS.get(switch.name)
            if happens is None or switch.path not in path:
                return False
            switch.acted = True
            if switch.times and switch.name not in _LOGIN_ERRORS:
                self.switch = Switch()
            happens(self)
            return switch.name == "reboot_data_off"

    def sim_state(self) -> str:
        """Give SimState."""
        if self.switch.name == "sim_missing":
            return "255"
        return self.card.state(locked=self.switch.name == "sim_pin")

    def served(self) -> bool:
        """Say whether an operator lets the SIM in."""
        return self.switch.name not in _UNSERVED

    def unlock(self) -> None:
        """Let the SIM go: the right PIN was given."""
        if self.switch.name == "sim_pin":
            self.switch = Switch()

    def dialled(self) -> bool:
        """Say whether nothing keeps the stick from having a session."""
        return self.dataswitch and self.served()

    def connected(self) -> bool:
        """Give what the stick says of its session, which may be wrong."""
        return self.dialled() and not self.bearer.told()

    def turn(self, *, on: bool) -> None:
        """Set the data switch; turning it on dials anew."""
        if on and not self.dataswitch and not self.bearer.needs_reboot:
            self.bearer = Bearer()
        self.dataswitch = on

    def apply_data(self) -> None:
        """Let the data of the radio follow the stick's state."""
        if self.dialled() and self.bearer.lost_s is None:
            self.wires.uncut("lte", "stick")
        else:
            self.wires.cut("lte", "stick", [{"what": "all"}])

    def take(self, *names: str, path: str = "") -> Switch:
        """Give the switch if it is one of ``names`` and meant for ``path``, and count it."""
        with self.lock:
            switch = self.switch
            if switch.name not in names or switch.path not in path:
                return Switch()
            if switch.times:
                switch.times -= 1
                if not switch.times:
                    self.switch = Switch()
            return switch

    def post(self, request: Request) -> str:
        """Answer a POST with the inside of <response>.

        Raises:
            HilinkError: as the stick answers it.
            AnswerLostError: no answer may reach the asker.
        """
        if request.path in LOGINS:
            return LOGINS[request.path](self, request)
        if request.path not in POSTS:
            raise HilinkError(NO_SUPPORT)
        if not self.sessions.allows(request.session):
            raise HilinkError(100003)
        return POSTS[request.path](self, request)


def _send_sms(stick: Stick, request: Request) -> str:
    numbers = [phone.text for phone in request.root.iterfind("Phones/Phone") if phone.text]
    text = request.text("Content")
    if not numbers or not text:
        raise HilinkError(PARAMETER_ERROR)
    switch = stick.take(*_SENDING, *_LOSES_ANSWER, "late_answer_sent", path=request.path)
    request.late_s = switch.delay_s if switch.name == "late_answer_sent" else 0.0
    if switch.name in _LOSES_ANSWER:
        if switch.name == "lost_answer_sent":
            _send(stick, numbers, text)
        raise AnswerLostError(switch.how)
    return _SENDING.get(switch.name, _send)(stick, numbers, text)


def _send(stick: Stick, numbers: list[str], text: str, *, fails: bool = False) -> str:
    if stick.boxes.full():
        raise HilinkError(FULL)
    served = stick.served() and not fails
    if not stick.boxes.send(numbers, text, on_air=served, ok=served):
        raise HilinkError(BUSY)
    return "OK"


def _overtime_sent(stick: Stick, numbers: list[str], text: str) -> str:
    _send(stick, numbers, text)
    raise HilinkError(OVERTIME)


def _draft(stick: Stick, numbers: list[str], text: str) -> str:
    for number in numbers:
        stick.boxes.store("drafts", number, text, DRAFT)
    return "OK"


def _refuse(code: int) -> Callable[[Stick, list[str], str], str]:
    def refuse(_stick: Stick, _numbers: list[str], _text: str) -> str:
        raise HilinkError(code)

    return refuse


_LOSES_ANSWER = ("lost_answer_sent", "lost_answer_unsent")
_SENDING: dict[str, Callable[[Stick, list[str], str], str]] = {
    "overtime_113018_sent": _overtime_sent,
    "overtime_113018_unsent": _refuse(OVERTIME),
    "busy_113004": _refuse(BUSY),
    "full_113053": _refuse(FULL),
    "draft_only": _draft,
    "fail_phone": lambda stick, numbers, text: _send(stick, numbers, text, fails=True),
}


def _sms_list(stick: Stick, request: Request) -> str:
    box = BOXES.get(request.text("BoxType", "1"))
    page, count = request.text("PageIndex", "1"), request.text("ReadCount", "20")
    if box is None or not page.isdigit() or not count.isdigit() or not 1 <= int(count) <= 50:
        raise HilinkError(PARAMETER_ERROR)
    ascending = request.text("Ascending") == "1"
    hides = box == "inbox" and stick.switch.name == "multipart_hidden"
    return stick.boxes.list_xml(box, max(1, int(page)), int(count), ascending, hides=hides)


def _by_index(change: Callable[[int], bool], request: Request) -> str:
    indices = [element.text or "" for element in request.root.iterfind("Index")]
    if not indices or not all(text.isdigit() for text in indices):
        raise HilinkError(PARAMETER_ERROR)
    for text in indices:
        change(int(text))
    return "OK"


def _set_dataswitch(stick: Stick, request: Request) -> str:
    if request.text("dataswitch") not in ("0", "1"):
        raise HilinkError(PARAMETER_ERROR)
    stick.turn(on=request.text("dataswitch") == "1")
    stick.apply_data()
    return "OK"


def _control(stick: Stick, request: Request) -> str:
    if request.text("Control") != "1":  # 4 is power-off: nobody could bring the stick back
        raise HilinkError(PARAMETER_ERROR)
    stick.reboot()
    return "OK"


def _logout(_stick: Stick, request: Request) -> str:
    request.session.logged_in = False
    return "OK"


def _ussd(stick: Stick, request: Request) -> str:
    """Ask the network; its answer is there at the second look, as in life."""
    stick.ussd = ["", f"{request.text('content')}: 12,34 EUR"]
    return "OK"


def _delete(stick: Stick, request: Request) -> str:
    kept = stick.take("undeleted").name != "none"
    return _by_index((lambda _index: False) if kept else stick.boxes.delete, request)


POSTS: dict[str, Callable[[Stick, Request], str]] = {
    "/api/sms/send-sms": _send_sms,
    "/api/sms/sms-list": _sms_list,
    "/api/sms/delete-sms": _delete,
    "/api/sms/set-read": lambda stick, request: _by_index(stick.boxes.mark_read, request),
    "/api/dialup/mobile-dataswitch": _set_dataswitch,
    "/api/device/control": _control,
    "/api/net/net-mode": hilink_device.set_mode,
    "/api/pin/operate": hilink_device.operate_pin,
    "/api/sms/config": hilink_device.set_sms,
    "/api/ussd/send": _ussd,
    "/api/user/logout": _logout,
}


def _login(stick: Stick, request: Request) -> str:
    code = _LOGIN_ERRORS.get(stick.take(*_LOGIN_ERRORS).name)
    if code is not None:
        raise HilinkError(code)
    kind = request.text("password_type", "0")
    stick.sessions.login(
        request.session, request.text("Username"), request.text("Password"), kind, request.token
    )
    return "OK"


def _challenge(stick: Stick, request: Request) -> str:
    nonce = request.text("firstnonce")
    values = stick.sessions.challenge(request.session, request.text("username"), nonce)
    return elements(values)


def _authenticate(stick: Stick, request: Request) -> str:
    proof, nonce = request.text("clientproof"), request.text("finalnonce")
    signature = stick.sessions.authenticate(request.session, proof, nonce)
    return elements({"serversignature": signature, "rsan": "", "rsae": "010001"})


LOGINS: dict[str, Callable[[Stick, Request], str]] = {
    "/api/user/login": _login,
    "/api/user/challenge_login": _challenge,
    "/api/user/authentication_login": _authenticate,
}


def elements(values: Values) -> str:
    """Give values as XML elements."""
    escaped = {
        key: value.replace("&", "&amp;").replace("<", "&lt;") for key, value in values.items()
    }
    return "".join(f"<{key}>{value}</{key}>" for key, value in escaped.items())


def receive(stick: Stick, question: dict[str, Any]) -> dict[str, Any]:
    """Put an inbound SMS into the inbox."""
    number, text = str(question["number"]), str(question["text"])
    index = stick.boxes.store("inbox", number, text, UNREAD, kind=int(question.get("kind", 0)))
    return {"index": index}
