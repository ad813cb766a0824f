"""How often somebody may try a code, and how much the box answers: both are counted for each sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

MOST_WRONG: Final = 5
"""Wrong codes of one sender within the window, then that one is locked out."""
MOST_WRONG_IN_ALL: Final = 20
"""Of all senders: somebody forges numbers, and nobody's code counts for a while."""
WINDOW_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Guard:
    """What happened within the last hour, in boot seconds, by contact."""

    wrong: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    answers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def locked(self, contact: str, now_s: float) -> bool:
        """Tell whether no code of this contact counts now."""
        mine = _recent(self.wrong.get(contact, ()), now_s)
        everybodys = sum(len(_recent(times, now_s)) for times in self.wrong.values())
        return len(mine) >= MOST_WRONG or everybodys >= MOST_WRONG_IN_ALL

    def after_wrong(self, contact: str, now_s: float) -> Guard:
        """Return the state after a wrong code."""
        return replace(self, wrong=_with(self.wrong, contact, now_s))

    def may_answer(self, contact: str, now_s: float, most: int) -> bool:
        """Tell whether another answer to this contact is within the hourly limit."""
        return len(_recent(self.answers.get(contact, ()), now_s)) < most

    def after_answer(self, contact: str, now_s: float) -> Guard:
        """Return the state after an answer."""
        return replace(self, answers=_with(self.answers, contact, now_s))


def _recent(times: tuple[float, ...], now_s: float) -> tuple[float, ...]:
    return tuple(at for at in times if now_s - at < WINDOW_S)


def _with(
    known: Mapping[str, tuple[float, ...]], contact: str, now_s: float
) -> dict[str, tuple[float, ...]]:
    kept = {who: recent for who, times in known.items() if (recent := _recent(times, now_s))}
    return {**kept, contact: (*kept.get(contact, ()), now_s)}
