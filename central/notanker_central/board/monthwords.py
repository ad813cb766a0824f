"""A site's month in words: times in the site's zone, figures to two decimals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notanker_central.board.availability import Figures, Outage
from notanker_central.board.monthly import Listed, Month, SiteMonth
from notanker_central.board.show import NOTHING, Show


@dataclass(frozen=True, slots=True)
class MonthWords:
    """What the page says of one site."""

    show: Show
    site: SiteMonth
    month: Month

    @staticmethod
    def iso(wall_s: float, zone: dt.tzinfo) -> str:
        """Return a moment as programs read it (RFC 3339)."""
        return dt.datetime.fromtimestamp(round(wall_s), zone).isoformat()

    @property
    def agreed(self) -> str:
        """The agreed hours."""
        always = self.site.agreed.strip().lower() in ("24x7", "24/7", "")
        return self.show.text("around_the_clock") if always else self.site.agreed

    @property
    def figures(self) -> Figures:
        """The figures."""
        return self.site.figures

    def begins(self, listed: Listed) -> str:
        """Return when an outage began."""
        outage = listed.outage
        return self.show.text("before_that") if outage.began_before else self.time(outage.from_s)

    def ends(self, listed: Listed) -> str:
        """Return when an outage ended."""
        outage = listed.outage
        if not outage.goes_on:
            return self.time(outage.to_s)
        return self.show.text("after_that" if self.site.over else "not_over")

    def cause(self, outage: Outage) -> str:
        """Return why."""
        if outage.cause:
            return self.show.cause(outage.cause)
        return self.show.text("site_silent" if outage.only_silent else "cause_unknown")

    def switched(self, listed: Listed) -> str:
        """Return how soon the traffic was on the backup."""
        if listed.switched_s is None:
            return NOTHING
        return self.show.text("within", seconds=self.show.number(listed.switched_s, 1))

    def time(self, wall_s: float) -> str:
        """Return a moment in the site's zone; an hour that comes twice says which one it is."""
        moment = dt.datetime.fromtimestamp(wall_s, self.site.zone)
        twice = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
        form = "%d.%m. %H:%M:%S" if self.show.language == "de" else "%d %b %H:%M:%S"
        return moment.strftime(form) + (f" {moment:%Z}" if twice else "")

    def span(self, seconds: float) -> str:
        """Return a length of time."""
        return self.show.span(seconds)

    def pct(self, share_pct: float | None) -> str:
        """Return per cent."""
        return self.show.pct(share_pct)
