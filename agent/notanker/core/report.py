"""The after-action report: what happened, when, who was told, out of the record alone."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.moment import Moment
from notanker.core.names import Cause, Outcome


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the time line, in both languages."""

    at: Moment
    after_s: float
    kind: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """Who was told what, and what is known of it."""

    mark: str
    template: str
    contact: str
    name: str
    outcome: Outcome
    queued: Moment
    settled: Moment | None


@dataclass(frozen=True, slots=True)
class Report:
    """One incident from opening to the end.

    Attributes:
        number: The incident's number.
        outage_s: From the opening to the primary line's return, None while it is still out.
        isolated_s: Time without any working uplink, counted from the opening.
        on_backup_s: Time on the backup uplink.
        first_alert_s: From the opening to the first alert handed over, None if there was none.
        flaps: How often the primary came back and failed again within this incident.
    """

    site: str
    number: int
    cause: Cause
    opened: Moment
    resolved: Moment | None
    outage_s: float | None
    isolated_s: float
    on_backup_s: float
    first_alert_s: float | None
    flaps: int
    rows: tuple[ReportRow, ...]
    messages: tuple[ReportMessage, ...]
    format: int = 1
