"""A difference between two plans in words."""

from __future__ import annotations

from typing import Final

from notanker.cli.output import say
from notanker.plan.diff import Change, lines
from notanker.plan.files import printable

_MAX_LETTERS: Final = 200


def told(change: Change) -> str:
    """Return the difference as one line in the terminal's language."""
    if not change.field:
        kind = say("neu", "new") if change.kind == "added" else say("entfallen", "gone")
        return f"{change.record}: {kind}"
    if change.field == "body" and isinstance(change.old, str) and isinstance(change.new, str):
        came, went = lines(change.old, change.new)
        what = say("Text", "text")
        unit = say("Zeilen", "lines")
        return f"{change.record}: {what}: +{came} -{went} {unit}"
    return f"{change.record}: {change.field}: {_value(change.old)} -> {_value(change.new)}"


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return _short(", ".join(str(item) for item in value))
    if isinstance(value, bool):
        return say("ja", "yes") if value else say("nein", "no")
    return _short(str(value))


def _short(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= _MAX_LETTERS else f"{plain[: _MAX_LETTERS - 1]}…"
