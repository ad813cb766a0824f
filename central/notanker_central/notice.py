"""What people are told when sites fall silent or come back: one message for all of them, never 300.

A dead region does not fall silent in one second: beats are spread over a minute. So the first notice waits a
moment, and the next ones keep a minute's distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SETTLE_S: Final = 5.0
SPACING_S: Final = 60.0
NAMED: Final = 50
"""At most so many sites are listed by name; `count` tells them all."""
_IN_TEXT: Final = 5


@dataclass(frozen=True, slots=True)
class Untold:
    """An alarm of which something is not yet told; `closed_s` is None while the site is silent."""

    id: int
    site: str
    name: str
    region: str
    opened_s: float
    closed_s: float | None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about every site that fell silent or came back since the last one."""

    silent: tuple[Untold, ...]
    back: tuple[Untold, ...]


def next_notice(untold: Sequence[Untold], tried_s: float | None, now_s: float) -> Notice | None:
    """Return the notice that is due, if one is.

    Args:
        untold: Alarms open and not told, or closed after they were told.
        tried_s: When the last notice was sent or tried.
        now_s: The wall time, as in the alarms.
    """
    if not untold or (tried_s is not None and 0 <= now_s - tried_s < SPACING_S):
        return None
    first_s = min(item.opened_s if item.closed_s is None else item.closed_s for item in untold)
    if 0 <= now_s - first_s < SETTLE_S:
        return None
    return Notice(
        silent=tuple(item for item in untold if item.closed_s is None),
        back=tuple(item for item in untold if item.closed_s is not None),
    )


def content(notice: Notice, total: int) -> dict[str, object]:
    """Return the notice as it is handed to the program and the webhook, to become JSON.

    Args:
        notice: What to tell.
        total: How many sites there are, so that "all of them" can be told from "a few".
    """
    return {
        "kind": "sites",
        "sites": total,
        "silent": {"count": len(notice.silent), "sites": [_item(i) for i in notice.silent[:NAMED]]},
        "back": {"count": len(notice.back), "sites": [_item(i) for i in notice.back[:NAMED]]},
        "text": {"de": _german(notice, total), "en": _english(notice, total)},
    }


def _item(item: Untold) -> dict[str, object]:
    return {
        "site": item.site,
        "name": item.name,
        "region": item.region,
        "silent_since_s": item.opened_s,
        "back_since_s": item.closed_s,
    }


def _german(notice: Notice, total: int) -> str:
    parts = []
    if notice.silent:
        count = len(notice.silent)
        whole = f" (alle {total}; eher liegt es an der Zentrale)" if 1 < total <= count else ""
        word = "Standort" if count == 1 else "Standorte"
        parts.append(f"{count} {word} stumm{whole}: {_names(notice.silent)}.")
    if notice.back:
        parts.append(f"Wieder da: {_names(notice.back)}.")
    return " ".join(parts)


def _english(notice: Notice, total: int) -> str:
    parts = []
    if notice.silent:
        count = len(notice.silent)
        whole = f" (all {total}; more likely the centre itself)" if 1 < total <= count else ""
        word = "site" if count == 1 else "sites"
        parts.append(f"{count} {word} silent{whole}: {_names(notice.silent)}.")
    if notice.back:
        parts.append(f"Back: {_names(notice.back)}.")
    return " ".join(parts)


def _names(items: Sequence[Untold]) -> str:
    names = ", ".join(item.name for item in items[:_IN_TEXT])
    rest = len(items) - _IN_TEXT
    return f"{names}, +{rest}" if rest > 0 else names
