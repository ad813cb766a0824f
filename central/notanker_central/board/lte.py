"""A site's LTE in the past: pictures, and the same in words for those who do not see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from notanker.core.wording import signal_pair
from notanker_central.board import curves
from notanker_central.board.readings import Day, Reading, by_day, bytes_a_day
from notanker_central.board.show import NOTHING, Show
from notanker_central.views import SiteView


@dataclass(frozen=True, slots=True)
class Course:
    """Signal and data over the last days.

    Attributes:
        signal: The picture, and `signal_words` what it says; None if no signal was told.
        data: The same of the data.
        rows: Of each day that has readings, the newest first: its date, its signal, its data.
    """

    signal: Markup | None
    signal_words: str
    data: Markup | None
    data_words: str
    rows: tuple[tuple[str, str, str], ...]


def course(
    readings: Sequence[Reading], site: SiteView, zone: dt.tzinfo, days: int, show: Show
) -> Course:
    """Return what is shown of a site's LTE over the last days, in the site's time zone."""
    every = by_day(readings, zone, show.now_s, days)
    limit_bytes = site.beat.lte_limit_bytes if site.beat is not None else None
    signals = [dbm for day in every for dbm in day.signals_dbm]
    told = signal_words(signals, show)
    has_data = any(day.used_bytes is not None for day in every)
    used = _data_words(every, limit_bytes, show) if has_data else ""
    return Course(
        signal=curves.signal(every, _label("signal_of", told, days, show)) if signals else None,
        signal_words=told,
        data=curves.data(every, limit_bytes, _label("data_of", used, days, show))
        if has_data
        else None,
        data_words=used,
        rows=tuple(_row(day, show) for day in reversed(every) if day.readings),
    )


def signal_words(signals_dbm: Sequence[float], show: Show) -> str:
    """Return how strong a signal was; empty if nothing is known."""
    if not signals_dbm:
        return ""
    mean_dbm = fmean(signals_dbm)
    return show.text(
        "signal_range",
        low=show.number(min(signals_dbm)),
        high=show.number(max(signals_dbm)),
        mean=show.number(mean_dbm),
        word=show.pick(signal_pair(mean_dbm)),
    )


def _data_words(days: Sequence[Day], limit_bytes: int | None, show: Show) -> str:
    used = next(day.used_bytes for day in reversed(days) if day.used_bytes is not None)
    each = bytes_a_day(days)
    parts = [
        show.text("lte_used", used=show.megabytes(used), limit=show.megabytes(limit_bytes))
        if limit_bytes
        else show.text("lte_used_alone", used=show.megabytes(used))
    ]
    parts += [] if each is None else [show.text("a_day", amount=show.megabytes(each))]
    return ", ".join(parts)


def _label(name: str, words: str, days: int, show: Show) -> str:
    return f"{show.text(name, days=days)}: {words}"


def _row(day: Day, show: Show) -> tuple[str, str, str]:
    used = NOTHING if day.used_bytes is None else show.megabytes(day.used_bytes)
    return show.date(day.date), signal_words(day.signals_dbm, show) or NOTHING, used
