"""When something was, as an after-action report says it: in the site's own time."""

from __future__ import annotations

import datetime as dt

from notanker.core.moment import Moment, between_s
from notanker.errors import Language
from notanker.plan.report_words import span


class SiteTimes:
    """Says when something was in one incident, in the site's time.

    Args:
        opened: The incident's opening: of its day only the time is told, of another the day as well.
        zone: The site's time zone, None for the machine's own.
        language: The reader's.
    """

    def __init__(self, opened: Moment, zone: dt.tzinfo | None, language: Language) -> None:
        self._opened = opened
        self._zone = zone
        self._language = language

    def __call__(self, moment: Moment) -> str:
        """Return the time of day, with the day if that is another; where no clock was right, the span."""
        if not moment.trusted:
            after_s = between_s(self._opened, moment)
            return f"+{span(after_s, self._language)}"
        then, day = self._local(moment), self._local(self._opened)
        if then.date() == day.date() and self._opened.trusted:
            return f"{then:%H:%M:%S}"
        return f"{then:%d.%m. %H:%M:%S}" if self._language == "de" else f"{then:%d %b %H:%M:%S}"

    def whole(self, moment: Moment) -> str:
        """Return the day and the time; where no clock was right, say so."""
        if not moment.trusted:
            return "Uhrzeit unbekannt" if self._language == "de" else "time of day not known"
        then = self._local(moment)
        return (
            f"{then:%d.%m.%Y %H:%M:%S}" if self._language == "de" else f"{then:%d %b %Y %H:%M:%S}"
        )

    def _local(self, moment: Moment) -> dt.datetime:
        return dt.datetime.fromtimestamp(moment.wall_s, dt.UTC).astimezone(self._zone)
