"""Takes out of an incident's record whose names only leads may read: a role stands in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from notanker.core.report import Report, ReportMessage, ReportRow
from notanker.core.shortfalls import Shortfall


@dataclass(frozen=True, slots=True)
class Veil:
    """Who may be named, and what stands in place of the others.

    Attributes:
        names: The names that everybody may read, by contact id.
        instead: What stands in place of each name and id that only leads may read.
        somebody: What stands for who is in no plan that is known here.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    somebody: str = ""

    def name(self, contact: str) -> str:
        """Return what a contact is called for everybody."""
        return self.names.get(contact) or self.instead.get(contact) or self.somebody

    def report(self, report: Report) -> Report:
        """Return the report as everybody may read it."""
        instead = {**self.instead, **self._unknown(report)}
        return replace(
            report,
            messages=tuple(self._message(one) for one in report.messages),
            acknowledged_by=self.name(report.acknowledged_by) if report.acknowledged_by else "",
            rows=tuple(_row(one, instead) for one in report.rows),
            shortfalls=tuple(_shortfall(one, instead) for one in report.shortfalls),
        )

    def _unknown(self, report: Report) -> dict[str, str]:
        """Return the names that the report has and the plan no longer does."""
        return {
            text: self.name(message.contact)
            for message in report.messages
            if message.contact not in self.names
            for text in (message.contact, message.name)
            if text
        }

    def _message(self, message: ReportMessage) -> ReportMessage:
        name = message.name if message.contact in self.names else ""
        shown = name or self.name(message.contact)
        return replace(message, contact=shown, name=shown, text="")


def _row(row: ReportRow, instead: Mapping[str, str]) -> ReportRow:
    return replace(row, de=_without(row.de, instead), en=_without(row.en, instead))


def _shortfall(one: Shortfall, instead: Mapping[str, str]) -> Shortfall:
    return replace(one, de=_without(one.de, instead), en=_without(one.en, instead))


def _without(text: str, instead: Mapping[str, str]) -> str:
    for hidden in sorted(instead, key=len, reverse=True):
        text = text.replace(hidden, instead[hidden])
    return text
