"""Voice calls of the AT emulator, and the telephone at the far end (3GPP TS 27.007; ITU-T V.250)."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from notanker_lab.at_call import AtError, Call, CmeError, Reply, ok
from notanker_lab.at_network import dial_data

if TYPE_CHECKING:
    from notanker_lab.at_device import Device, Handler
    from notanker_lab.at_session import Session

FAR_ENDS: Final = {
    "rings": "it rings, and nobody takes it",
    "answers": "it rings, and is taken after answer_s",
    "declines": "it rings, and is refused after answer_s: NO CARRIER",
    "no_answer": "it rings, and the network gives up after answer_s: NO ANSWER",
    "busy": "BUSY, without a ring",
    "no_carrier": "NO CARRIER, without a ring",
    "never": "the network looks for it for ever",
    "refused": "the network takes no calls: NO CARRIER instead of OK",
    "unsupported": "the modem places no calls: +CME ERROR: 4",
}
_ENDS: Final = {"declines": "NO CARRIER", "no_answer": "NO ANSWER"}
_AT_ONCE: Final = {"busy": "BUSY", "no_carrier": "NO CARRIER"}
_AGAIN_S: Final = 0.05
_ACTIVE, _DIALLING, _ALERTING = 0, 2, 3


@dataclass
class Made:
    """One call that was placed.

    Attributes:
        number: as it was dialled.
        state: as +CLCC tells it.
        ended: "host", "far end", or "restart"; empty while it goes on.
        told: the host has been told that it rings.
        rang_s: for how long it rang.
    """

    number: str
    state: int = _DIALLING
    ended: str = ""
    told: bool = False
    rang_s: float = 0.0
    alerted_s: float | None = None


@dataclass
class Voice:
    """What the modem has of calls.

    Attributes:
        far_end: one of FAR_ENDS.
        alert_s: from dialling to the first ring.
        answer_s: from the first ring to what follows.
        lists: whether it knows +CLCC.
        hangs_up: the commands that end a call.
        made: every call, in order.
    """

    far_end: str = "rings"
    alert_s: float = 0.1
    answer_s: float = 0.3
    lists: bool = True
    hangs_up: tuple[str, ...] = ("+CHUP", "H")
    made: list[Made] = field(default_factory=list)

    @property
    def now(self) -> Made | None:
        """The call that goes on."""
        return self.made[-1] if self.made and not self.made[-1].ended else None

    def end(self, by: str) -> None:
        """End the call that goes on, if there is one."""
        if (call := self.now) is not None:
            call.ended = by
            if call.alerted_s is not None:
                call.rang_s = time.monotonic() - call.alerted_s


def _dial(device: "Device", session: "Session", call: Call) -> Reply:
    if not call.text.endswith(";"):
        return dial_data(device, session, call)
    device.sim.need()
    voice = device.voice
    if voice.far_end == "unsupported":
        raise CmeError(4)
    if voice.far_end == "refused" or device.radio.stat not in (1, 5) or voice.now is not None:
        return Reply(final="NO CARRIER")
    made = Made(call.text.removesuffix(";"))
    voice.made.append(made)
    if voice.far_end != "never":
        device.timers.later(voice.alert_s, lambda: _reach(device, made))
    return ok()


def _reach(device: "Device", made: Made) -> None:
    """Get through to the far end."""
    voice = device.voice
    if made.ended:
        return
    if voice.far_end in _AT_ONCE:
        _hang_up_there(device, made, _AT_ONCE[voice.far_end])
        return
    made.state, made.alerted_s = _ALERTING, time.monotonic()
    if device.identity.vendor == "huawei":
        device.say("^CONF:1")
        made.told = True
    if voice.far_end != "rings":
        device.timers.later(voice.answer_s, lambda: _decide(device, made))


def _decide(device: "Device", made: Made) -> None:
    """Do at the far end what its owner does, who is slower than a host that looks."""
    if made.ended:
        return
    if not made.told and device.voice.lists:
        device.timers.later(_AGAIN_S, lambda: _decide(device, made))
        return
    if device.voice.far_end != "answers":
        _hang_up_there(device, made, _ENDS[device.voice.far_end])
        return
    made.state = _ACTIVE
    if device.identity.vendor == "huawei":
        device.say("^CONN:1,0")


def _hang_up_there(device: "Device", made: Made, word: str) -> None:
    if device.voice.now is made:
        device.voice.end("far end")
        device.say(word)


def _list(device: "Device", _session: "Session", call: Call) -> Reply:
    if not device.voice.lists:
        raise AtError
    made = device.voice.now
    if call.form == "test" or made is None:
        return ok()
    made.told = made.told or made.state == _ALERTING
    return ok(f'+CLCC: 1,0,{made.state},0,0,"{made.number}",145')


def _hang_up(device: "Device", _session: "Session", call: Call) -> Reply:
    if call.name in device.voice.hangs_up:
        device.voice.end("host")
    elif call.name != "H":
        raise AtError
    return ok()


COMMANDS: Final[dict[str, "Handler"]] = {
    "D": _dial, "H": _hang_up, "+CHUP": _hang_up, "+CLCC": _list,
}  # fmt: skip
