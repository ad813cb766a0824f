"""Mailboxes and radio of the HiLink emulator."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from xml.sax.saxutils import escape

from notanker_lab.smsc import parts

BOXES = {"1": "inbox", "2": "sent", "3": "drafts"}
UNREAD, READ, DRAFT, SENT, FAILED = 0, 1, 2, 3, 4
LONG, DELIVERED = 2, 7
BUSY = 113004
FULL = 113053

_FIRST_INDEX = 40000


@dataclass(slots=True)
class Sms:
    """One SMS in the stick; ``date`` is the stick's own clock as text, ``kind`` its SmsType if not 0."""

    index: int
    number: str
    text: str
    date: str
    status: int
    kind: int = 0

    def sms_type(self) -> int:
        """Give SmsType: 1 short, 2 long, 7 and 8 a report that it was delivered or was not."""
        return self.kind or (2 if parts(self.text) > 1 else 1)

    def xml(self) -> str:
        """Give it as an element of sms-list."""
        return (
            f"<Message><Smstat>{self.status}</Smstat><Index>{self.index}</Index>"
            f"<Phone>{escape(self.number)}</Phone><Content>{escape(self.text)}</Content>"
            f"<Date>{self.date}</Date><Sca></Sca><SaveType>4</SaveType><Priority>0</Priority>"
            f"<SmsType>{self.sms_type()}</SmsType></Message>"
        )


@dataclass(slots=True)
class _Job:
    numbers: list[str]
    text: str
    on_air: bool
    succeeds: bool


def clock(off_s: float = 0.0) -> str:
    """Give the stick's time, which may be off."""
    now_s = time.clock_gettime(time.CLOCK_REALTIME) + off_s
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now_s))


class Mailboxes:
    """The three lists, the queue to the radio, and the state that send-status tells.

    ``transmit(number, text)`` is called, from a thread, for each SMS that leaves.
    """

    def __init__(self, transmit: Callable[[str, str], None]) -> None:
        self.boxes: dict[str, list[Sms]] = {name: [] for name in BOXES.values()}
        self.radio_s = 0.2
        self.burst_limit = 3
        self.capacity = 500
        self.clock_off_s: Callable[[], float] = lambda: 0.0
        self.wants_reports: Callable[[], bool] = lambda: False
        self._transmit = transmit
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._queue: deque[_Job] = deque()
        self._index = _FIRST_INDEX
        self._pending: list[str] = []
        self._done: list[str] = []
        self._failed: list[str] = []
        threading.Thread(target=self._radio, daemon=True).start()

    def send(self, numbers: list[str], text: str, *, on_air: bool = True, ok: bool = True) -> bool:
        """Queue an SMS for the radio; False when too many are queued already (a burst)."""
        with self._lock:
            if len(self._queue) >= self.burst_limit:
                return False
            self._pending, self._done, self._failed = list(numbers), [], []
            self._queue.append(_Job(numbers, text, on_air, ok))
            self._wake.notify()
            return True

    def store(self, box: str, number: str, text: str, status: int, kind: int = 0) -> int:
        """Put an SMS into a box and give its index; -1 when the store is full."""
        with self._lock:
            return self._store(box, number, text, status, kind)

    def _store(self, box: str, number: str, text: str, status: int, kind: int = 0) -> int:
        if sum(map(len, self.boxes.values())) >= self.capacity:
            return -1
        self._index += 1
        self.boxes[box].insert(
            0, Sms(self._index, number, text, clock(self.clock_off_s()), status, kind)
        )
        return self._index

    def full(self) -> bool:
        """Say whether no SMS fits any more."""
        return sum(map(len, self.boxes.values())) >= self.capacity

    def forget_jobs(self) -> None:
        """Lose what is queued and what send-status knew, as a restart does."""
        with self._lock:
            self._queue.clear()
            self._pending, self._done, self._failed = [], [], []

    def _radio(self) -> None:
        while True:
            with self._lock:
                while not self._queue:
                    self._wake.wait()
                job = self._queue[0]
            time.sleep(self.radio_s)
            with self._lock:
                if not self._queue or self._queue[0] is not job:
                    continue  # the stick restarted meanwhile
            self._send_now(job)
            with self._lock:
                if self._queue and self._queue[0] is job:
                    self._queue.popleft()

    def _send_now(self, job: _Job) -> None:
        for number in job.numbers:
            if job.on_air:
                self._transmit(number, job.text)
            with self._lock:
                self._store("sent", number, job.text, SENT if job.succeeds else FAILED)
                if job.succeeds and self.wants_reports():
                    self._store("inbox", number, "", UNREAD, DELIVERED)
                (self._done if job.succeeds else self._failed).append(number)
                if number in self._pending:
                    self._pending.remove(number)

    def delete(self, index: int) -> bool:
        """Delete one SMS; False when there is none of this index."""
        with self._lock:
            for box in self.boxes.values():
                for sms in box:
                    if sms.index == index:
                        box.remove(sms)
                        return True
        return False

    def mark_read(self, index: int) -> bool:
        """Mark one inbound SMS as read; False when there is none of this index."""
        with self._lock:
            for sms in self.boxes["inbox"]:
                if sms.index == index:
                    sms.status = READ
                    return True
        return False

    def list_xml(
        self, box: str, page: int, count: int, ascending: bool, *, hides: bool = False
    ) -> str:
        """Answer sms-list; pages begin with 1. ``hides``: long SMS are left out."""
        with self._lock:
            kept = [sms for sms in self.boxes[box] if not (hides and sms.sms_type() == LONG)]
        found = sorted(kept, key=lambda sms: sms.index, reverse=not ascending)
        start = (page - 1) * count
        body = "".join(sms.xml() for sms in found[start : start + count])
        return f"<Count>{len(found)}</Count><Messages>{body}</Messages>"

    def status(self) -> dict[str, str]:
        """Answer send-status."""
        with self._lock:
            total = len(self._pending) + len(self._done) + len(self._failed)
            return {
                "Phone": ",".join(self._pending),
                "SucPhone": ",".join(self._done),
                "FailPhone": ",".join(self._failed),
                "TotalCount": str(total),
                "CurIndex": str(total - len(self._pending)),
            }

    def counts(self) -> dict[str, str]:
        """Answer sms-count."""
        with self._lock:
            unread = sum(sms.status == UNREAD for sms in self.boxes["inbox"])
            size = {name: str(len(box)) for name, box in self.boxes.items()}
        return {
            "LocalUnread": str(unread),
            "LocalInbox": size["inbox"],
            "LocalOutbox": size["sent"],
            "LocalDraft": size["drafts"],
            "LocalDeleted": "0",
            "SimUnread": "0",
            "SimInbox": "0",
            "SimOutbox": "0",
            "SimDraft": "0",
            "LocalMax": str(self.capacity),
            "SimMax": "30",
            "SimUsed": "0",
            "NewMsg": str(unread),
        }

    def as_dicts(self, box: str) -> list[dict[str, Any]]:
        """Give one box for the control socket."""
        with self._lock:
            return [asdict(sms) for sms in self.boxes[box]]
