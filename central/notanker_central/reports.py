"""The sites' after-action reports: taken in, kept, and made into pages and paper for people.

The site makes a report out of its record and sends it once the incident is over, and again when more is
known. The centre keeps the newest, as the site sent it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, delete, insert, select

from notanker.core.report import Report
from notanker.errors import Language
from notanker.plan import paper as paper_of
from notanker.plan.report_page import report_page
from notanker_central import tables as t
from notanker_central.checking import RefusedError

MAX_BYTES: Final = 128 * 1024
"""Deflated, as it travels: many times what the worst report of `tests/unit/incidents_of.py` takes."""
MAX_JSON_BYTES: Final = 2 * 1024 * 1024
MOST_NUMBER: Final = 2**53
MOST_TEXT: Final = 2000
LISTED: Final = 20
MOST_OF_A_MONTH: Final = 2_000
_DECODER: Final = msgspec.json.Decoder(Report)
_PAPER: Final = threading.Lock()
"""One at a time: making paper takes a second and a hundred megabytes."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as a list shows it."""

    number: int
    cause: str
    opened_s: float
    outage_s: float | None


def report_in(body: bytes) -> Report:
    """Decode a report as a site sends it: JSON, deflated (RFC 1950).

    Raises:
        RefusedError: it is none, or larger than a site makes them.
    """
    if len(body) > MAX_BYTES:
        raise RefusedError("too-large")
    try:
        report = _DECODER.decode(_inflated(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RefusedError("malformed") from error
    if not 0 < report.number <= MOST_NUMBER:
        raise RefusedError("number-out-of-range")
    return report


def _inflated(body: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(body, MAX_JSON_BYTES)
    except zlib.error as error:
        raise RefusedError("malformed") from error
    if inflating.unconsumed_tail:
        raise RefusedError("too-large")
    if not inflating.eof or inflating.unused_data:
        raise RefusedError("malformed")
    return text


def keep(connection: Connection, report: Report, body: bytes, now_s: float) -> None:
    """Keep a report in place of what the site sent of that incident before.

    Args:
        connection: A transaction that writes.
        report: What is in `body`.
        body: As the site sent it.
        now_s: The centre's wall time.
    """
    site = select(t.site.c.epoch).where(t.site.c.id == report.site)
    epoch = connection.execute(site).scalar_one()
    c = t.report.c
    same = (c.site == report.site, c.epoch == epoch, c.number == report.number)
    connection.execute(delete(t.report).where(*same))
    connection.execute(
        insert(t.report).values(
            site=report.site,
            epoch=epoch,
            number=report.number,
            cause=str(report.cause),
            opened_s=report.opened.wall_s,
            outage_s=report.outage_s,
            received_s=now_s,
            body=body,
        )
    )


def last(connection: Connection, site: str) -> list[ReportView]:
    """Return the newest reports of a site, the newest first."""
    rows = connection.execute(_of(site).limit(LISTED))
    return [ReportView(row.number, row.cause, row.opened_s, row.outage_s) for row in rows]


def one(connection: Connection, site: str, number: int) -> Report | None:
    """Return the report; None if there is none, or an older version wrote it as nobody reads it now."""
    row = connection.execute(_of(site).where(t.report.c.number == number).limit(1)).one_or_none()
    if row is None:
        return None
    try:
        return report_in(row.body)
    except RefusedError:
        return None


def opened_between(
    connection: Connection, sites: Sequence[str], from_s: float, to_s: float
) -> Iterator[tuple[str, Report]]:
    """Give the reports of line outages that these sites opened within a time, the oldest first."""
    c = t.report.c
    query = (
        select(c.site, c.body)
        .where(c.site.in_(sites), c.opened_s >= from_s, c.opened_s <= to_s)
        .order_by(c.site, c.opened_s)
        .limit(MOST_OF_A_MONTH)
    )
    for site, body in connection.execute(query):
        with contextlib.suppress(RefusedError):  # an older version may have written it
            report = report_in(body)
            if not report.system:
                yield site, report


def _of(site: str) -> Select[Any]:
    """Choose a site's reports: those of its present journal before those of an SD card that was replaced."""
    order = (t.report.c.epoch.desc(), t.report.c.number.desc())
    return select(t.report).where(t.report.c.site == site).order_by(*order)


def page(report: Report, language: Language, zone: dt.tzinfo) -> str:
    """Return the report as a page that is complete in itself."""
    return report_page(report, (), language, zone)


def paper(html: str) -> bytes | None:
    """Return the page as a PDF of one to two sheets of A4; None where WeasyPrint cannot be used."""
    try:
        with _PAPER:
            return paper_of.paper(html)
    except paper_of.NoPaperError:
        return None
