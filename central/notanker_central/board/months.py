"""The monthly availability report of a site and of the fleet: page, paper, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import msgspec
from flask import Response, request

from notanker_central import policy
from notanker_central.board import monthly
from notanker_central.board.availability import floor_pct
from notanker_central.board.desk import Desk, Rule, Shown
from notanker_central.board.filters import filter_of
from notanker_central.board.month_wording import METHOD
from notanker_central.board.monthly import FleetMonth, Month, SiteMonth
from notanker_central.board.monthwords import MonthWords
from notanker_central.board.site import as_paper

COLUMNS: Final = (
    "site", "name", "region", "month", "time_zone", "agreed", "agreed_s", "ok_s", "backup_s", "down_s",
    "unknown_s", "availability_pct", "primary_line_pct", "least_pct", "outages",
)  # fmt: skip


def rules() -> tuple[Rule, ...]:
    """Return the addresses; `.pdf`, `.csv` and `.json` beside the page."""
    return (
        Rule("/month/<month>", "fleet_month", fleet),
        Rule("/site/<id>/month/<month>", "site_month", site),
    )


def site(desk: Desk, id: str, month: str) -> Shown:  # noqa: A002 - the address calls it so
    """Give out one site's month."""
    name, _, kind = month.partition(".")
    wanted = monthly.month_in(name)
    if wanted is None:
        return desk.missing()
    with desk.read() as connection:
        found = monthly.of_site(connection, id, wanted, desk.board, desk.now_s)
    if found is None:
        return desk.missing()
    alone = FleetMonth((found,), found.figures, 1, 1)
    return _given(desk, kind, f"{id}-{wanted.text}", alone, wanted, alone=True)


def fleet(desk: Desk, month: str) -> Shown:
    """Give out the month of the sites under a filter."""
    name, _, kind = month.partition(".")
    wanted = monthly.month_in(name)
    if wanted is None:
        return desk.missing()
    with desk.read() as connection:
        found = monthly.of_fleet(
            connection, filter_of(request.args), wanted, desk.board, desk.now_s
        )
    return _given(desk, kind, wanted.text, found, wanted, alone=False)


def _given(
    desk: Desk, kind: str, name: str, found: FleetMonth, month: Month, *, alone: bool
) -> Shown:
    if kind == "csv":
        named = {"content-disposition": f'attachment; filename="{name}.csv"'}
        return Response(_csv(found.sites, month), headers=named, content_type="text/csv")
    if kind == "json":
        told = {"month": month.text, "page": found.number, "pages": found.pages}
        body = msgspec.json.encode({**told, "sites": [_row(one, month) for one in found.sites]})
        return Response(body, content_type="application/json")
    if kind not in ("", "pdf"):
        return desk.missing()
    html = _page(desk, found, month, alone=alone)
    return as_paper(desk, html, f"{name}.pdf") if kind else policy.dressed(html)


def _page(desk: Desk, found: FleetMonth, month: Month, *, alone: bool) -> str:
    wanted = filter_of(request.args)
    words = [MonthWords(desk.show, one, month) for one in found.sites]
    before, after = month.moved(-1), month.moved(1)
    now = monthly.month_at(desk.now_s, desk.zone)
    return desk.render(
        "month.html",
        sites=words,
        together=found.together,
        found=found,
        month=month,
        alone=alone,
        wanted=wanted,
        method=METHOD,
        query=replace(wanted, page=1).query(),
        before=before,
        after=after if (after.year, after.month) <= (now.year, now.month) else None,
    )


def _row(one: SiteMonth, month: Month) -> dict[str, object]:
    figures = one.figures
    values = (
        one.id, one.name, one.region, month.text, one.zone.key, one.agreed, round(figures.agreed_s),
        round(figures.ok_s), round(figures.backup_s), round(figures.down_s), round(figures.unknown_s),
        _pct(figures.site_pct), _pct(figures.primary_pct), _pct(figures.least_pct),
    )  # fmt: skip
    return {**dict(zip(COLUMNS, values, strict=False)), "outages": list(_outages(one))}


def _outages(one: SiteMonth) -> Iterator[dict[str, object]]:
    for listed in one.outages:
        outage = listed.outage
        yield {
            "from": MonthWords.iso(outage.from_s, one.zone),
            "to": None if outage.goes_on else MonthWords.iso(outage.to_s, one.zone),
            "began_before": outage.began_before,
            "cause": outage.cause,
            "incident": listed.incident,
            "switched_s": listed.switched_s,
            "backup_s": round(outage.backup_s),
            "down_s": round(outage.down_s),
            "unknown_s": round(outage.unknown_s),
        }


def _csv(sites: Sequence[SiteMonth], month: Month) -> str:
    told = io.StringIO()
    table = csv.writer(told)
    table.writerow(COLUMNS)
    for one in sites:
        row = {**_row(one, month), "outages": len(one.outages)}
        table.writerow(["" if row[key] is None else _tame(row[key]) for key in COLUMNS])
    return told.getvalue()


def _tame(value: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _pct(share_pct: float | None) -> float | None:
    return None if share_pct is None else floor_pct(share_pct)
