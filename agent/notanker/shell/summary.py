"""The words of a message that stands for several."""

from __future__ import annotations

from typing import Final

from notanker.core.merging import Storm, carried

MOST_MARKS: Final = 4


def summary_of(storm: Storm, language: str) -> str:
    """Return one SMS: how many it stands for, then the latest of them as far as there is room."""
    # Seldom needed, and the agent carries nothing that is.
    from notanker.plugin.sms import text as sms

    marks = carried(storm)
    shown = ", ".join(marks[:MOST_MARKS]) + (", ..." if len(marks) > MOST_MARKS else "")
    more = "more" if language == "en" else "weitere"
    head = f"+{len(marks)} {more} ({shown}). "
    tail = f" {storm.latest.mark}"
    latest = _bare(storm)
    room = sms.SINGLE_UNITS - sms.units(head) - sms.units(tail)
    return f"{head}{sms.cut(latest, room)}{tail}"


def _bare(storm: Storm) -> str:
    """Return the latest text without its mark, and without the head of an earlier summary."""
    text = storm.latest.text
    for word in ("Nr", "No"):
        text = text.removesuffix(f"{word} {storm.latest.mark}")
    text = text.removesuffix(storm.latest.mark).rstrip()
    return text.partition("). ")[2] if text.startswith("+") else text
