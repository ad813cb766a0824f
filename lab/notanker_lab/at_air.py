"""Between the AT emulator and the network: what left, what is on its way back."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from notanker_lab import at_pdu
from notanker_lab.at_call import CmsError
from notanker_lab.at_pdu import Part, Submit
from notanker_lab.at_switches import Switch

if TYPE_CHECKING:
    from notanker_lab.at_device import Device

_DUPLICATE: Final = 197
"""TP-FCS 0xC5: "SM Rejected - Duplicate SM" (3GPP TS 23.040 section 9.2.3.22)."""
_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sent:
    """One SMS that left: when (monotonic seconds), its reference on the air, and what it was."""

    at_s: float
    reference: int
    submit: Submit


class Air:
    """What the network has of this modem."""

    def __init__(self, device: "Device") -> None:
        self._device = device
        self.sent: list[Sent] = []
        self.changed = threading.Condition(device.lock)
        self.left: Callable[[Sent], None] = lambda _sent: None
        self._references = 0
        self._kept: deque[tuple[str, bytes, bool]] = deque()
        self._unacknowledged: tuple[str, bytes, bool] | None = None

    def submit(self, submit: Submit) -> Sent:
        """Put one SMS on the air.

        Raises:
            CmsError: the network refuses a copy.
        """
        radio = self._device.radio
        if radio.refuses_copies and submit.rejects_copies and self._is_copy(submit):
            raise CmsError(_DUPLICATE)
        self._references = (self._references + 1) % 256
        reference = submit.reference if radio.keeps_reference else self._references
        sent = Sent(time.monotonic(), reference, submit)
        self.sent.append(sent)
        self.left(sent)
        self.changed.notify_all()
        return sent

    def report_on(self, sent: Sent) -> None:
        """Have the network report on an SMS, as the switches want it."""
        take, radio = self._device.switches.take, self._device.radio
        if not sent.submit.asks_report or radio.report_s is None or take("report_never"):
            return
        late, failed = take("report_late"), take("report_failed")
        status = at_pdu.FAILED if failed else at_pdu.DELIVERED
        after_s = radio.report_s + (late.number("delay_s", 60) if late else 0.0)
        if take("report_other"):
            self._report(sent, after_s, (sent.reference + 7) % 256, at_pdu.DELIVERED)
        for _ in range(2 if take("report_twice") else 1):
            self._report(sent, after_s, sent.reference, status)

    def report_now(self, sent: Sent) -> None:
        """Report at once, before the modem has answered."""
        if sent.submit.asks_report:
            self._report(sent, 0.0, sent.reference, at_pdu.DELIVERED)

    def receive(self, tpdu: bytes, *, flash: bool = False) -> None:
        """Bring an SMS to the modem, now or when it can take it."""
        self._kept.append(("sms", self._framed(tpdu), flash))
        self.flush()

    def receive_text(
        self,
        number: str,
        text: str,
        *,
        reference: int = 17,
        wide: bool = False,
        flash: bool = False,
        order: Sequence[int] | None = None,
    ) -> None:
        """Bring a text, in parts where it is long; ``order`` names the parts that come, from 1."""
        pieces, wall_s = at_pdu.split(text, wide=wide), self._device.wall_s()
        total = len(pieces)
        for place in order or self._order(total):
            part = Part(reference, total, place, wide) if total > 1 else None
            piece = pieces[place - 1]
            tpdu = at_pdu.deliver(number, piece, wall_s, part=part, flash=flash)
            self.receive(tpdu, flash=flash)

    def acknowledge(self) -> None:
        """Take the host's word that it has the last one."""
        self._unacknowledged = None
        self.flush()

    def flush(self) -> None:
        """Hand on what waits, as far as the modem can take it."""
        device = self._device
        while self._kept and device.served() and self._unacknowledged is None:
            kind, pdu, flash = self._kept[0]
            handed = self._hand_report(pdu) if kind == "report" else self._hand_sms(pdu, flash)
            if not handed:
                device.timers.later(_AGAIN_S, self.flush)
                return
            self._kept.popleft()

    def waiting(self) -> int:
        """Count what the network still has for this modem."""
        return len(self._kept)

    def _is_copy(self, submit: Submit) -> bool:
        key = (submit.number, submit.reference)
        return key in ((s.submit.number, s.submit.reference) for s in self.sent)

    def _order(self, total: int) -> list[int]:
        order = list(range(1, total + 1))
        take = self._device.switches.take
        if total > 1 and take("parts_shuffled"):
            order.reverse()
        if total > 1 and take("part_doubled"):
            order.insert(1, order[0])
        if total > 1 and take("part_missing"):
            order.remove(2)
        return order

    def _framed(self, tpdu: bytes) -> bytes:
        return at_pdu.centre(self._device.identity.centre) + tpdu

    def _report(self, sent: Sent, after_s: float, reference: int, status: int) -> None:
        def arrive() -> None:
            wall_s = self._device.wall_s()
            tpdu = at_pdu.report(reference, sent.submit.number, wall_s - after_s, wall_s, status)
            self._kept.append(("report", self._framed(tpdu), False))
            self.flush()

        if after_s:
            self._device.timers.later(after_s, arrive)
        else:
            arrive()

    def _hand_report(self, pdu: bytes) -> bool:
        device = self._device
        wrong = device.switches.take("report_wrong_memory")
        wanted = 2 if wrong else device.settings.cnmi[3]
        if wanted == 1:
            self._direct("+CDS", pdu)
        elif wanted == 2:
            index = device.stores.put("SR", pdu)
            if index is None:
                return False
            device.say('+CDSI: "SM",0' if wrong else f'+CDSI: "SR",{index}')
        return True

    def _hand_sms(self, pdu: bytes, flash: bool) -> bool:
        device = self._device
        route, memory = device.settings.cnmi[1], device.settings.memories[2]
        if route == 2 or (route == 1 and flash):
            self._direct("+CMT", pdu)
            return True
        index = device.stores.put(memory, pdu)
        if index is None:
            device.full(memory)
            return False
        if route:
            self._notice(memory, index)
        return True

    def _notice(self, memory: str, index: int) -> None:
        device = self._device
        names = ("notice_lost", "notice_without_index", "notice_wrong_memory", "notice_twice")
        lines = {
            "notice_lost": (),
            "notice_without_index": (f'+CMTI: "{memory}",-1',),
            "notice_wrong_memory": (f'+CMTI: "{"ME" if memory == "SM" else "SM"}",{index}',),
            "notice_twice": (f'+CMTI: "{memory}",{index}',) * 2,
        }
        taken: Switch | None = device.switches.take(*names)
        device.say(*(lines[taken.name] if taken else (f'+CMTI: "{memory}",{index}',)))

    def _direct(self, name: str, pdu: bytes) -> None:
        device = self._device
        comma = "," if name == "+CMT" else ""
        length = len(pdu) - 1 - pdu[0]
        device.say(f"{name}: {comma}{length}\r\n{pdu.hex().upper()}")
        if device.settings.acknowledges:
            self._unacknowledged = ("", pdu, False)


def whole(sent: Sequence[Sent]) -> list[tuple[float, str, str]]:
    """Join parts: give (when the last part left, number, text) of each whole message, copies too."""
    found: list[tuple[float, str, str]] = []
    open_: dict[tuple[str, int, int], dict[int, str]] = {}
    for one in sent:
        part = one.submit.part
        if part is None:
            found.append((one.at_s, one.submit.number, one.submit.text))
            continue
        pieces = open_.setdefault((one.submit.number, part.reference, part.total), {})
        pieces[part.number] = one.submit.text
        if len(pieces) == part.total:
            text = _joined(pieces)
            found.append((one.at_s, one.submit.number, text))
            pieces.clear()
    return found


def _joined(pieces: dict[int, str]) -> str:
    text = "".join(pieces[number] for number in sorted(pieces))
    with contextlib.suppress(UnicodeError):  # an emoji may lie half in one part, half in the next
        return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be")
    return text
