"""The after-action report in words, for its page.

The page is open to everybody on the site's Wi-Fi: the words of the messages stay in the printed report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from notanker.core.report import Report
from notanker.core.timeline import timeline
from notanker.plan.report_summary import summary
from notanker.plan.report_words import (
    TargetRow,
    ToldRow,
    course,
    figures,
    shortfall_rows,
    target_rows,
    told_rows,
)
from notanker.plan.words import duration_words
from notanker.portal.times import Times

INTERNAL: Final = frozenset({"OrderRefused"})
"""Who tried to give which order is nobody's business here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the time line."""

    at: str
    after: str
    what: str


@dataclass(frozen=True, slots=True)
class Account:
    """The report as its page shows it."""

    number: int
    summary: str
    facts: tuple[tuple[str, str], ...]
    targets: tuple[TargetRow, ...]
    shortfalls: tuple[str, ...]
    told: tuple[ToldRow, ...]
    rows: tuple[Row, ...]
    picture: Markup


def account(report: Report, times: Times) -> Account:
    """Put the report into words."""
    language = times.language
    shortfalls = [one for one in report.shortfalls if one.kind not in INTERNAL]
    rows = tuple(
        Row(
            times.at(row.at),
            duration_words(row.after_s, language),
            row.en if language == "en" else row.de,
        )
        for row in course(report)
        if row.kind not in INTERNAL
    )
    return Account(
        report.number,
        " ".join(summary(report, language, times.at)),
        tuple(figures(report, language, times.at)),
        tuple(target_rows(report, language)),
        tuple(shortfall_rows(shortfalls, language, times.at)),
        tuple(told_rows(report, language, times.at)),
        rows,
        Markup(timeline(report, language)),  # noqa: S704 - made of figures and escaped words
    )
