"""Parts of long messages into messages (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8).

Nothing is kept but what `feed` was given, and nothing is handed out before it is whole or overdue, so
whoever stores the parts deletes them when their message is handed out; after a restart the parts are fed
again and the state is the same. Time is given, never asked for.

    new part     -> all there                      -> handed out, whole
                 -> not all there, wait_s passed   -> handed out with gaps
    copy         -> of an open message             -> goes with it
                 -> of one handed out              -> handed out as `repeat`, to be deleted
    other text under the same reference            -> the old one is handed out with gaps
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Generic, TypeVar
from zlib import crc32

from notanker.plugin.sms import alphabet, decoding
from notanker.plugin.sms.address import Address
from notanker.plugin.sms.dcs import Alphabet
from notanker.plugin.sms.header import Concat
from notanker.plugin.sms.model import Deliver

WAIT_S: Final = 600.0
"""How long parts are waited for: as gammu-smsd's MultipartTimeout."""
MAX_OPEN: Final = 64
_SAME_MESSAGE_S: Final = 3600.0
"""Parts whose service centre times differ by more belong to two messages with one reference."""

H = TypeVar("H")
"""What the caller calls a stored part, such as its index in the modem's memory."""


@dataclass(frozen=True, slots=True)
class Whole(Generic[H]):
    """A message to hand on.

    Attributes:
        first: The first of its parts that is there: sender, time, coding.
        text: All of it; a part that is missing is shown as `[2/3?]`.
        data: The octets of all parts that are there, or the septets.
        handles: What the caller stored and may delete now, copies included.
        missing: The parts that never came.
        repeat: All of it was handed out before: to be deleted, not told again.
    """

    first: Deliver
    text: str
    data: bytes
    handles: tuple[H, ...]
    missing: tuple[int, ...] = ()
    repeat: bool = False

    @property
    def sender(self) -> Address:
        """Who sent it."""
        return self.first.sender

    @property
    def identity(self) -> str:
        """The same for every copy of the message: from another memory, after a restart, sent again.

        It does not name what is said; 32 bits of it tell texts of one second apart.
        """
        concat = self.first.header.concat
        group = f"{concat.reference}/{concat.total}" if concat else "-"
        stamp = self.first.stamp.raw.hex()
        return f"{self.sender.text} {stamp} {group} {crc32(self.data):08x}"


@dataclass(frozen=True, slots=True)
class _Key:
    sender: Address
    reference: int
    total: int
    wide: bool


@dataclass(slots=True)
class _Open(Generic[H]):
    """A message of which parts are there, by their number."""

    until_s: float
    total: int
    parts: dict[int, Deliver] = field(default_factory=dict)
    handles: list[H] = field(default_factory=list)


class Collector(Generic[H]):
    """Collects parts. Not for several threads.

    Args:
        wait_s: How long after its first part a message is waited for, in seconds.
        max_open: How many messages may be open at once; beyond it the oldest is handed out with gaps.
    """

    def __init__(self, wait_s: float = WAIT_S, max_open: int = MAX_OPEN) -> None:
        self._wait_s: Final = wait_s
        self._max_open: Final = max_open
        self._open: dict[_Key, _Open[H]] = {}
        # What was handed out, to know a late copy; bounded in the same way.
        self._done: dict[_Key, tuple[float, dict[int, Deliver]]] = {}

    @property
    def due_s(self) -> float | None:
        """When `expire` has something to hand out, at the latest; None if nothing is open."""
        return min((group.until_s for group in self._open.values()), default=None)

    def feed(self, message: Deliver, handle: H, now_s: float) -> tuple[Whole[H], ...]:
        """Take a message or a part; return what is to be handed on, in order.

        Args:
            message: A message by itself is handed on at once.
            handle: What the caller calls it.
            now_s: The moment, in seconds of any clock that only goes forward.
        """
        overdue = self.expire(now_s)
        concat = message.header.concat
        if concat is None or concat.total == 1:
            return (*overdue, _whole({1: message}, 1, [handle]))
        key = _Key(message.sender, concat.reference, concat.total, concat.wide)
        if self._is_copy(key, concat, message):
            return (*overdue, _whole({concat.part: message}, 0, [handle], repeat=True))
        return (*overdue, *self._add(key, concat, message, handle, now_s))

    def expire(self, now_s: float) -> tuple[Whole[H], ...]:
        """Return the messages that were waited for long enough, with marks for what is missing."""
        self._done = {key: done for key, done in self._done.items() if done[0] > now_s}
        overdue = [key for key, group in self._open.items() if group.until_s <= now_s]
        return tuple(self._hand_out(key, now_s) for key in overdue)

    def _is_copy(self, key: _Key, concat: Concat, message: Deliver) -> bool:
        if key in self._open or key not in self._done:
            return False
        return _alike(self._done[key][1].get(concat.part), message)

    def _add(
        self, key: _Key, concat: Concat, message: Deliver, handle: H, now_s: float
    ) -> list[Whole[H]]:
        out: list[Whole[H]] = []
        group = self._open.get(key)
        if group is not None and not _belongs(group.parts, concat.part, message):
            out.append(self._hand_out(key, now_s))
            group = None
        if group is None:
            out += self._make_room(now_s)
            group = self._open[key] = _Open(now_s + self._wait_s, concat.total)
        group.parts.setdefault(concat.part, message)
        group.handles.append(handle)
        if len(group.parts) == concat.total:
            out.append(self._hand_out(key, now_s))
        return out

    def _make_room(self, now_s: float) -> list[Whole[H]]:
        if len(self._open) < self._max_open:
            return []
        return [self._hand_out(next(iter(self._open)), now_s)]

    def _hand_out(self, key: _Key, now_s: float) -> Whole[H]:
        group = self._open.pop(key)
        self._done.pop(key, None)
        self._done[key] = (now_s + self._wait_s, group.parts)
        if len(self._done) > self._max_open:
            del self._done[next(iter(self._done))]
        return _whole(group.parts, group.total, group.handles)


def _belongs(parts: dict[int, Deliver], part: int, message: Deliver) -> bool:
    """Say whether the part is of this message: the same again, or one that fits in."""
    if part in parts:
        return _alike(parts[part], message)
    own, times = message.stamp.time, [known.stamp.time for known in parts.values()]
    if own is None:
        return True
    return all(
        time is None or abs((own - time).total_seconds()) <= _SAME_MESSAGE_S for time in times
    )


def _alike(known: Deliver | None, message: Deliver) -> bool:
    """Say whether it is a copy. A repeat by the network may come through another centre."""
    return (
        known is not None
        and known.content == message.content
        and known.coding == message.coding
        and known.stamp.raw == message.stamp.raw
    )


def _whole(
    parts: dict[int, Deliver], total: int, handles: Iterable[H], *, repeat: bool = False
) -> Whole[H]:
    there = sorted(parts)
    return Whole(
        parts[there[0]],
        _text(parts, total),
        b"".join(parts[part].content.data for part in there),
        tuple(handles),
        tuple(part for part in range(1, total + 1) if part not in parts),
        repeat,
    )


def _text(parts: dict[int, Deliver], total: int) -> str:
    """Return the text: neighbours are put together before they are decoded."""
    numbers = sorted(parts) if not total else range(1, total + 1)
    found = []
    for coding, run in groupby(numbers, lambda number: _coding(parts.get(number))):
        if coding is None:
            found += [f"[{number}/{total}?]" for number in run]
        else:
            found.append(_joined([parts[number] for number in run]))
    return "".join(found)


def _coding(message: Deliver | None) -> tuple[Alphabet, alphabet.Languages] | None:
    """Return what two parts must have in common to be decoded as one."""
    return None if message is None else (message.coding.alphabet, message.header.languages)


def _joined(run: list[Deliver]) -> str:
    first = run[0]
    if any(message.coding.compressed for message in run):
        return ""
    data = b"".join(message.content.data for message in run)
    if first.coding.alphabet is Alphabet.UCS_2:
        return decoding.wide_text(data)
    if first.coding.alphabet is Alphabet.GSM_7:
        return alphabet.text_of(data, first.header.languages)
    return ""
