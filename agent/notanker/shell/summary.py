"""The words of a message that stands for several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from notanker.core.marks import place_of
from notanker.core.merging import Storm, carried

MOST_RANGES: Final = 3


def summary_of(storm: Storm, language: str) -> str:
    """Return one SMS: how many it stands for, then the latest of them as far as there is room."""
    latest = storm.latest
    return summary(carried(storm), latest.text, latest.mark, latest.mark, language)


def summary(marks: Sequence[str], text: str, text_mark: str, mark: str, language: str) -> str:
    """Return one SMS that stands for several.

    Args:
        marks: Those that it stands for beside its own.
        text: The one whose words are in it, as far as there is room.
        text_mark: Its mark.
        mark: The mark that the SMS bears.
        language: `de` or `en`.
    """
    # Seldom needed, and the agent carries nothing that is.
    from notanker.plugin.sms import text as sms

    ranges = ranges_of(marks, " to " if language == "en" else " bis ")
    shown = ", ".join(ranges[:MOST_RANGES]) + (", ..." if len(ranges) > MOST_RANGES else "")
    more = "more" if language == "en" else "weitere"
    head = f"+{len(marks)} {more} ({shown}). "
    tail = f" {mark}"
    latest = _bare(text, text_mark)
    room = sms.SINGLE_UNITS - sms.units(head) - sms.units(tail)
    return f"{head}{sms.cut(latest, room)}{tail}"


def ranges_of(marks: Iterable[str], to: str) -> list[str]:
    """Return the marks with those that follow one another as one: `17-4 bis 17-10`."""
    runs: list[tuple[str, str]] = []
    for mark in marks:
        if runs and _follows(runs[-1][1], mark):
            runs[-1] = (runs[-1][0], mark)
        else:
            runs.append((mark, mark))
    return [first if first == last else f"{first}{to}{last}" for first, last in runs]


def _follows(one: str, other: str) -> bool:
    first, second = place_of(one), place_of(other)
    return bool(first) and second == (*first[:-1], first[-1] + 1)


def _bare(text: str, mark: str) -> str:
    """Return a text without its mark, and without the head of an earlier summary."""
    for word in ("Nr", "No"):
        text = text.removesuffix(f"{word} {mark}")
    text = text.removesuffix(mark).rstrip()
    return text.partition("). ")[2] if text.startswith("+") else text
