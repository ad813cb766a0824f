"""One queue for the beats of every carrier, and one writer that stores whatever waits, in one transaction.

While the disk syncs one batch the next one gathers, so the slower the disk, the larger the batch: a sync is
shared by all who wait for it. Nobody is answered before the commit. A beat that is refused is refused alone;
if the database fails, nobody is answered, and each site keeps its events and comes again.
"""

from __future__ import annotations

import collections
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from notanker_central.calm import Told
from notanker_central.checking import RefusedError
from notanker_central.clock import Clock
from notanker_central.counted import Counted
from notanker_central.store import Store
from notanker_central.taken import Taken

log: Final = structlog.get_logger(__name__)

AT_ONCE: Final = 2_000
"""A batch is closed at so many beats: 50 ms of work, which nobody's answer should wait for twice."""
MOST_WAITING: Final = 20_000
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
"""What waits beyond either is turned away at once: a site comes again, memory does not."""
_ODD: Final = 3
_OF_THE_VALUES: Final = (DataError, IntegrityError, UnicodeError, OverflowError)
"""What a database raises for the sake of one beat's contents, not because it fails."""


class NotStoredError(Exception):
    """Nothing was stored and nothing is acknowledged; the site has to come again.

    Attributes:
        reason: `not-stored` if the database failed, `overload` if too many wait, `ending` at the end.
    """

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)


O_ = TypeVar("O_", bound=Told)


class Opener(Protocol[O_]):
    """Opens seals and seals answers; it is asked by the writer's thread alone."""

    def open(self, sealed: bytes) -> O_:
        """Return what is in the seal.

        Raises:
            RefusedError: it cannot be taken.
        """

    def answer(self, opened: O_, taken: Taken) -> bytes:
        """Return the sealed acknowledgement."""


class Pending(Future[bytes | None]):
    """The answer to one beat, to come; None if nothing is to be answered.

    It raises `NotStoredError` if the beat could not be stored.

    Attributes:
        reason: Why nothing is to be answered, one of a few words; empty if something is.
    """

    reason: str = ""


@dataclass(slots=True)
class _Group:
    """Beats that came together by one carrier and are answered together."""

    sealed: Sequence[bytes]
    carrier: str
    size_bytes: int
    one: Pending | None = None
    many: Future[list[bytes | None]] | None = None

    def __post_init__(self) -> None:
        for future in self._futures():  # from here on nobody can cancel it
            future.set_running_or_notify_cancel()

    def _futures(self) -> Iterator[Future[Any]]:
        yield from (future for future in (self.one, self.many) if future is not None)

    def answer(self, answers: list[bytes | None], reasons: dict[int, str]) -> None:
        if self.many is not None:
            self.many.set_result(answers)
        if self.one is not None:
            self.one.reason = reasons.get(0, "")
            self.one.set_result(answers[0])

    def fail(self, error: Exception) -> None:
        for future in self._futures():
            if not future.done():
                future.set_exception(error)


Tell = Callable[[int, bytes], None]
"""Is told the place of a beat among those that came together, and the answer to it; from any thread."""


class Receiving(Protocol):
    """What a door hands beats to: the reception, or a relay that leads to one."""

    @property
    def counts(self) -> dict[str, int]:
        """What became of the beats, by reason."""

    @property
    def by_carrier(self) -> dict[tuple[str, str], int]:
        """The same by carrier and reason."""

    @property
    def waits(self) -> bool:
        """Whether `tell_each` returns only when all is told."""

    def count(self, carrier: str, reason: str, number: int = 1) -> None:
        """Count what a door refused by itself."""

    def start(self) -> None:
        """Begin."""

    def close(self) -> None:
        """End."""

    def submit(self, sealed: bytes, carrier: str) -> Pending:
        """Hand in one beat."""

    def tell_each(self, sealed: Sequence[bytes], carrier: str, tell: Tell) -> None:
        """Hand in what came together, at most `AT_ONCE`; return once more may come. Never raises."""


class Reception(Counted):
    """Where every carrier hands in what it received.

    Args:
        store: Where it is kept.
        opener: Opens the seals.
        clock: The centre's clock.
    """

    waits: Final = True

    def __init__(self, store: Store, opener: Opener[O_], clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._opener: Opener[Told] = opener  # type: ignore[assignment] # it gets back what it gave
        self._clock = clock
        self._waiting: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._beats = 0
        self._bytes = 0
        self._ending = False
        self._old_in_a_row: collections.Counter[str] = collections.Counter()
        self._failing = False
        self._writer = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Start the writer."""
        self._writer.start()

    def close(self, patience_s: float = 10.0) -> None:
        """Store and answer what waits, turn away what still comes, and end."""
        with self._lock:
            self._ending = True
        self._waiting.put(None)
        if self._writer.is_alive():
            self._writer.join(patience_s)

    def submit(self, sealed: bytes, carrier: str) -> Pending:
        """Hand in one beat; the answer comes once it is on the disk. Never raises."""
        pending = Pending()
        self._put(_Group((sealed,), carrier, len(sealed), one=pending))
        return pending

    def submit_all(self, sealed: Sequence[bytes], carrier: str) -> Future[list[bytes | None]]:
        """Hand in what came together, at most `AT_ONCE`; the answers come together, in the same order."""
        pending: Future[list[bytes | None]] = Future()
        self._put(_Group(sealed, carrier, sum(map(len, sealed)), many=pending))
        return pending

    def tell_each(self, sealed: Sequence[bytes], carrier: str, tell: Tell) -> None:
        """Hand in what came together, wait until it is on the disk, and tell what there is to answer."""
        with contextlib.suppress(
            NotStoredError
        ):  # counted there; the sites hear nothing and come again
            for place, answer in enumerate(self.submit_all(sealed, carrier).result()):
                if answer is not None:
                    tell(place, answer)

    def _put(self, group: _Group) -> None:
        number = len(group.sealed)
        with self._lock:
            full = self._bytes > MOST_WAITING_BYTES or self._beats > MOST_WAITING
            reason = "ending" if self._ending else "overload" if full else ""
            if not reason:
                self._beats += number
                self._bytes += group.size_bytes
                self._waiting.put(group)
                return
        self.count(group.carrier, reason, number)
        group.fail(NotStoredError(reason))

    def _run(self) -> None:
        while (groups := self._next()) is not None:
            try:
                self._take(groups)
            except SQLAlchemyError as error:
                self._not_stored(groups, error)
            except Exception as error:  # whatever one batch brings about, the next one is stored
                log.exception("batch_failed")
                self._not_stored(groups, error)

    def _next(self) -> list[_Group] | None:
        """Wait for a beat, and return it with all that wait behind it; None at the end."""
        group = self._waiting.get()
        groups: list[_Group] = []
        beats = 0
        while group is not None:
            groups.append(group)
            beats += len(group.sealed)
            if beats >= AT_ONCE:
                break
            try:
                group = self._waiting.get_nowait()
            except queue.Empty:
                break
        if group is None and groups:
            self._waiting.put(None)  # for the next time
        with self._lock:
            self._beats -= beats
            self._bytes -= sum(group.size_bytes for group in groups)
        return groups or None

    def _take(self, groups: Sequence[_Group]) -> None:
        batch = _Batch()
        for group in groups:
            batch.open(group, self._opener)
        taken = self._stored(batch.opened, self._clock.wall_s()) if batch.opened else []
        batch.close(taken, self._opener)
        self._note(batch, taken)
        batch.answer(groups)

    def _stored(self, told: Sequence[Told], now_s: float) -> list[Taken | None]:
        """Store all beats, or, where the contents of one prevent it, all others."""
        try:
            return self._store.take_told(told, now_s)
        except _OF_THE_VALUES as error:
            if len(told) == 1:
                log.warning("beat_not_storable", site=told[0].site, detail=str(error)[:200])
                return [None]
        half = len(told) // 2
        return [*self._stored(told[:half], now_s), *self._stored(told[half:], now_s)]

    def _not_stored(self, groups: Sequence[_Group], error: Exception) -> None:
        if not self._failing:
            log.warning("not_stored", reason=type(error).__name__, detail=str(error)[:200])
        self._failing = True
        for group in groups:
            self.count(group.carrier, "not-stored", len(group.sealed))
            group.fail(NotStoredError("not-stored"))

    def _note(self, batch: _Batch, taken: Sequence[Taken | None]) -> None:
        if self._failing and taken:
            log.info("stored_again")
            self._failing = False
        self._count_all(batch.counts)
        odd: list[str] = []
        for opened, one in zip(batch.opened, taken, strict=True):
            if one is not None and not one.newest:
                # One old counter is a beat that another one overtook. Several in a row are a site that
                # begins anew, or somebody's recording.
                self._old_in_a_row[opened.site] += 1
                if self._old_in_a_row[opened.site] == _ODD:
                    odd.append(opened.site)
            elif opened.site in self._old_in_a_row:
                del self._old_in_a_row[opened.site]
        if odd:
            log.warning("old_counters", count=len(odd), sites=odd[:10])


class _Batch:
    """The beats of several groups on their way through the store, each with its place in its group."""

    def __init__(self) -> None:
        self.opened: list[Told] = []
        self.counts: collections.Counter[tuple[str, str]] = collections.Counter()
        self._places: list[tuple[int, int]] = []
        self._carriers: list[str] = []
        self._answers: list[list[bytes | None]] = []
        self._reasons: list[dict[int, str]] = []

    def open(self, group: _Group, opener: Opener[Told]) -> None:
        number = len(self._answers)
        self._carriers.append(group.carrier)
        self._answers.append([None] * len(group.sealed))
        self._reasons.append({})
        for place, sealed in enumerate(group.sealed):
            try:
                opened = opener.open(sealed)
            except RefusedError as error:
                self._refuse((number, place), error.reason, error.answer)
            except (
                Exception
            ):  # a fault of ours that one beat's bytes lead to must not keep out the others
                log.exception("beat_not_opened", carrier=group.carrier)
                self._refuse((number, place), "not-opened")
            else:
                self.opened.append(opened)
                self._places.append((number, place))

    def close(self, taken: Sequence[Taken | None], opener: Opener[Told]) -> None:
        answer = opener.answer
        for opened, place, one in zip(self.opened, self._places, taken, strict=True):
            if one is None:
                self._refuse(place, "not-storable")
            elif one.newest:
                self._answers[place[0]][place[1]] = answer(opened, one)
            else:
                self._refuse(place, "replayed")
        for number, carrier in enumerate(self._carriers):
            if stored := len(self._answers[number]) - len(self._reasons[number]):
                self.counts[carrier, "stored"] += stored

    def answer(self, groups: Sequence[_Group]) -> None:
        for group, answers, reasons in zip(groups, self._answers, self._reasons, strict=True):
            group.answer(answers, reasons)

    def _refuse(self, place: tuple[int, int], reason: str, answer: bytes | None = None) -> None:
        number, index = place
        self._reasons[number][index] = reason
        self._answers[number][index] = answer
        self.counts[self._carriers[number], reason] += 1
