"""The after-action report in words, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from notanker.core.report import Report
from notanker.core.timeline import timeline
from notanker.core.wording import OUTCOMES, evidence_pair
from notanker.plan.words import cause_words, duration_words, in_language
from notanker.portal.home import Told
from notanker.portal.times import Times
from notanker.portal.words import template_words, words


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
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    told: tuple[Told, ...]
    picture: Markup


def account(report: Report, times: Times, names: Mapping[str, str]) -> Account:
    """Put the report into words."""
    language = times.language
    return Account(
        report.number,
        tuple(_facts(report, times)),
        tuple(
            Row(
                times.at(row.at),
                duration_words(row.after_s, language),
                row.en if language == "en" else row.de,
            )
            for row in report.rows
        ),
        tuple(
            Told(
                item.mark,
                item.name or names.get(item.contact, item.contact),
                template_words(item.template, language),
                in_language(OUTCOMES[item.outcome], language),
                times.at(item.settled or item.queued),
            )
            for item in report.messages
        ),
        Markup(timeline(report, language)),  # noqa: S704 - made of figures and escaped words
    )


def _facts(report: Report, times: Times) -> list[tuple[str, str]]:
    t, language = words(times.language), times.language
    lasted = t["r_open"] if report.outage_s is None else duration_words(report.outage_s, language)
    first = report.first_alert_s
    facts = [
        (t["began"], times.at(report.opened)),
        (t["r_end"], times.at(report.resolved) if report.resolved else t["r_open"]),
        (t["r_duration"], lasted),
        (t["r_isolated"], duration_words(report.isolated_s, language)),
        (t["r_backup"], duration_words(report.on_backup_s, language)),
        (t["cause"], cause_words(report.cause, language, report.detail)),
        (t["evidence"], in_language(evidence_pair(report.evidence), language) or "–"),
        (t["r_alert"], t["r_no_alert"] if first is None else duration_words(first, language)),
    ]
    if report.flaps:
        facts.append((t["r_flaps"], f"{report.flaps} ×"))
    return facts
