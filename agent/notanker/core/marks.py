"""A message's mark, `17-1`: the first message of incident 17, unique at the site; people read it aloud."""

from __future__ import annotations

import re


def incident_of(mark: str) -> int:
    """Return the incident that a mark such as `17-1` belongs to, 0 for a mark of another kind."""
    return _number(mark.partition("-")[0])


def place_of(mark: str) -> tuple[int, ...]:
    """Return the place of a mark among those of its site: `17-2` comes before `17-10`."""
    return tuple(int(part) for part in mark.split("-") if part.isdigit())


def reference_of(mark: str) -> int:
    """Return the TP-MR that is asked for: the same over all attempts and restarts, because the mark is.

    The marks of one incident are eight apart, so that the parts of a long message have room.
    """
    return (incident_of(mark) * 37 + _number(mark.partition("-")[2]) * 8) % 256


def repeated(text: str, mark: str, times: int = 1) -> str:
    """Return the text with its mark as that of a repeat: `17-1r`, `17-1rr`; no longer than it was before.

    The word in front of the mark gives way, because one letter more may cost a second SMS.
    """
    again = mark + "r" * times
    pattern = re.compile(rf"(?:\b(?:Nr|No)\.? )?(?<![\w-]){re.escape(mark)}(?![\w-])")
    places = list(pattern.finditer(text))
    if not places:
        return f"{text} {again}"
    last = places[-1]  # the mark ends the text; what stands before may look like it
    return f"{text[: last.start()]}{again}{text[last.end() :]}"


def _number(part: str) -> int:
    return int(part) if part.isdigit() else 0
