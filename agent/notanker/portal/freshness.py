"""How far the plan can be relied on: a colour, and the reason in words. It never hides a page.

Red past the day of review or once its signature no longer counts. Yellow when nobody who hands out plans was
heard of for a month, or a contact was not verified for half a year. Green while all is in order and the
contact is of this week. Of days nothing is said while the clock is not trusted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.core.moment import Moment
from notanker.plan.index import Index
from notanker.plan.labels import day
from notanker.portal.times import Times
from notanker.portal.words import words

CONTACT_GREEN_DAYS: Final = 7
CONTACT_YELLOW_DAYS: Final = 30
VERIFIED_YELLOW_DAYS: Final = 180
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the plan in force besides its own text.

    Attributes:
        good: When it was found good last: signed, unchanged.
        lapsed: Since when it no longer is.
        contact: When whoever hands out plans was heard of last.
    """

    good: Moment | None = None
    lapsed: Moment | None = None
    contact: Moment | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """The plan's state as pages show it.

    Attributes:
        mood: `ok`, `warn`, `bad`, or `plain` where nothing is known that would earn a colour.
        age: How old the plan is, in words; empty if nobody can tell.
        reasons: Why it is not green.
    """

    mood: str
    age: str = ""
    reasons: tuple[str, ...] = ()


def freshness(index: Index, standing: Standing, times: Times) -> Freshness:
    """Judge the plan in force."""
    red = tuple(_red(index, standing, times))
    yellow = tuple(_yellow(index, standing, times))
    mood = "bad" if red else "warn" if yellow else "ok" if _green(standing, times) else "plain"
    return Freshness(mood, _age(index, times), red + yellow)


def _red(index: Index, standing: Standing, times: Times) -> Iterator[str]:
    t, today = words(times.language), _today(times)
    if index.review_by is not None and today is not None and today > index.review_by:
        yield f"{t['overdue']} {day(index.review_by, times.language)}"
    if standing.lapsed is not None:
        good = f" {t['good_last']} {times.at(standing.good)}." if standing.good else ""
        yield f"{t['lapsed']}{good}"


def _yellow(index: Index, standing: Standing, times: Times) -> Iterator[str]:
    t, today, german = words(times.language), _today(times), times.language == "de"
    if today is None:
        return
    if (
        standing.contact is not None
        and _since_s(standing.contact, times) > CONTACT_YELLOW_DAYS * _DAY_S
    ):
        yield f"{t['contact_last']} {times.ago(standing.contact)}"
    if index.verified is not None and (today - index.verified).days > VERIFIED_YELLOW_DAYS:
        days = (today - index.verified).days
        yield t["unverified"].format(days=days, day="Tagen" if german else "days")


def _green(standing: Standing, times: Times) -> bool:
    if not times.sure:
        return False
    contact = standing.contact
    return contact is None or _since_s(contact, times) < CONTACT_GREEN_DAYS * _DAY_S


def _age(index: Index, times: Times) -> str:
    today = _today(times)
    if index.issued is None or today is None or today < index.issued:
        return ""
    days, german = (today - index.issued).days, times.language == "de"
    if not days:
        return "von heute" if german else "of today"
    one = "1 Tag" if german else "1 day"
    many = f"{days} Tage" if german else f"{days} days"
    return f"{one if days == 1 else many} {'alt' if german else 'old'}"


def _since_s(moment: Moment, times: Times) -> float:
    """Return the seconds since a signed moment: its time was written by others, and holds by itself."""
    return times.now.wall_s - moment.wall_s


def _today(times: Times) -> dt.date | None:
    if not times.sure:
        return None
    try:
        return dt.datetime.fromtimestamp(times.now.wall_s, times.zone).date()
    except (OverflowError, OSError, ValueError):
        return None
