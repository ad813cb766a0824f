"""The words for what the agent knows: states and causes, for messages and pages alike."""

from __future__ import annotations

from typing import Final

from notanker.core.cause import NO_DETAIL, Detail
from notanker.core.names import Cause, Line
from notanker.core.wording import Pair, cause_pair

FALLBACKS: Final[dict[Line, Pair]] = {
    Line.PRIMARY: ("Hauptleitung aktiv", "Main line active"),
    Line.HOLD_OFF: ("Umschaltung läuft", "Switching over"),
    Line.ISOLATED: ("Kein Ersatz", "No backup"),
    Line.BACKUP: ("LTE aktiv", "LTE active"),
    Line.WAIT_TO_RESTORE: ("LTE aktiv", "LTE active"),
}


def in_language(pair: Pair, language: str) -> str:
    """Return the German or the English word of the pair."""
    return pair[1] if language == "en" else pair[0]


def cause_words(cause: Cause, language: str, detail: Detail = NO_DETAIL) -> str:
    """Return the words for a cause, as `{cause_internal}` holds them."""
    return in_language(cause_pair(cause, detail), language)


def fallback_words(line: Line, language: str) -> str:
    """Return the words for where the traffic goes, as `{fallback}` holds them."""
    return in_language(FALLBACKS[line], language)


def duration_words(seconds: float, language: str, *, dative: bool = False) -> str:
    """Return a span as people say it: "40 s", "12 min", "2 Tage 4 h", after "seit" "2 Tagen 4 h"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60 % 60, whole // 3600 % 24, whole // 86400
    if days:
        german = "Tag" if days == 1 else "Tagen" if dative else "Tage"
        return f"{days} {in_language((german, 'day' if days == 1 else 'days'), language)} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def ago_words(seconds: float, language: str) -> str:
    """Return how long ago something was."""
    span = duration_words(seconds, language, dative=True)
    return in_language((f"vor {span}", f"{span} ago"), language)
