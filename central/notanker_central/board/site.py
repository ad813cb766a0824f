"""One site: what it is now, what it was, its reports; and taking on its incidents."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request

from notanker_central import orders, policy, reports, views
from notanker_central.board import curves, lte, monthly, readings, releasing
from notanker_central.board.audit import Did
from notanker_central.board.courses import courses
from notanker_central.board.desk import Desk, Rule, Shown, doer, who
from notanker_central.board.pictures import Band, band, meter
from notanker_central.board.roles import Role
from notanker_central.board.show import Show
from notanker_central.board.site_paths import MOST

SHORT_DAYS: Final = 30
LONG_DAYS: Final = 90
_DAY_S: Final = 86400.0


def rules() -> tuple[Rule, ...]:
    """Return the addresses."""
    one, incident = "/site/<id>", f"<int(max={MOST}):number>"
    return (
        Rule(one, "site", site),
        Rule(f"{one}/report/{incident}", "report", report),
        Rule(f"{one}/report/{incident}.pdf", "paper", paper),
        Rule(f"{one}/ack/{incident}", "ack", ask, needs=Role.OPERATOR),
        Rule(f"{one}/ack/{incident}", "take", take, needs=Role.OPERATOR, method="POST"),
    )


def site(desk: Desk, id: str) -> Shown:  # noqa: A002 - the address calls it so
    """Show a site."""
    days = LONG_DAYS if request.args.get("days") == str(LONG_DAYS) else SHORT_DAYS
    with desk.read() as connection:
        found = views.one(connection, id)
        if found is None:
            return desk.missing()
        zone = monthly.zone_of(found.time_zone, desk.board)
        now_s = desk.now_s
        from_s = now_s - (days + 1) * _DAY_S
        spans = courses(connection, [id], from_s, now_s)[id]
        hours = readings.read(connection, id, from_s, now_s)
        told = {
            "events": views.last_events(connection, id),
            "flips": views.last_flips(connection, id),
            "reports": reports.last(connection, id),
            "wanted": orders.last(connection, id),
        }
    drawn = band(spans, zone, now_s, days, desk.show.text("band_of", days=days, name=found.name))
    month = monthly.month_at(now_s, zone)
    return desk.render(
        "site.html",
        site=found,
        drawn=drawn,
        dates=_dates(drawn, desk.show),
        days=days,
        other_days=LONG_DAYS + SHORT_DAYS - days,
        budget=_budget(found, desk.show),
        lte=lte.course(hours, found, zone, days, desk.show),
        weak_dbm=desk.show.number(curves.WEAK_DBM),
        texts=releasing.texts(desk, id),
        months=(month, month.moved(-1)),
        **told,
    )


def report(desk: Desk, id: str, number: int) -> Shown:  # noqa: A002 - the address calls it so
    """Show an after-action report, in clothes of its own: it is read, printed and sent as it is."""
    html = _report(desk, id, number)
    return desk.missing() if html is None else policy.dressed(html)


def paper(desk: Desk, id: str, number: int) -> Shown:  # noqa: A002 - the address calls it so
    """Give out a report as paper."""
    html = _report(desk, id, number)
    return desk.missing() if html is None else as_paper(desk, html, f"{id}-{number}.pdf")


def ask(desk: Desk, id: str, number: int) -> Shown:  # noqa: A002 - the address calls it so
    """Ask whether one takes it on. A page of its own: the others are fetched anew every few seconds."""
    with desk.read() as connection:
        found = views.one(connection, id)
    if found is None:
        return desk.missing()
    return desk.render("ack.html", site=found, number=number, who=who())


def take(desk: Desk, id: str, number: int) -> Shown:  # noqa: A002 - the address calls it so
    """Note that somebody has it, and have the site told."""
    name = doer()
    if not name.isprintable():
        return desk.missing("not_from_here", 403)
    if not name:
        return redirect(f"{desk.root}/site/{id}/ack/{number}", 303)
    now_s = desk.now_s
    with desk.store.write() as connection:
        if views.one(connection, id) is None:
            return desk.missing()
        placed = orders.place(connection, id, number, name, "centre", now_s, now_s)
        if placed:
            desk.note(connection, Did.ACKNOWLEDGED, f"{id} {number}")
    if not placed:
        return desk.missing("too_many_waiting", 429)
    return redirect(f"{desk.root}/site/{id}", 303)


def as_paper(desk: Desk, html: str, name: str) -> Shown:
    """Give out a page as a PDF, or say that there can be none here."""
    made = reports.paper(html)
    if made is None:
        return desk.missing("no_paper", 501)
    named = {"content-disposition": f'inline; filename="{name}"'}
    return Response(made, headers=named, content_type="application/pdf")


def _report(desk: Desk, site: str, number: int) -> str | None:
    with desk.read() as connection:
        listed = views.one(connection, site) is not None
        found = reports.one(connection, site, number) if listed else None
    return None if found is None else reports.page(found, desk.language, desk.zone)


def _dates(drawn: Band, show: Show) -> tuple[str, ...]:
    middle = drawn.first + (drawn.last - drawn.first) / 2
    return tuple(show.date(day) for day in (drawn.first, middle, drawn.last))


def _budget(site: views.SiteView, show: Show) -> object:
    beat = site.beat
    if beat is None or beat.lte_used_bytes is None or not beat.lte_limit_bytes:
        return None
    used, limit = beat.lte_used_bytes, beat.lte_limit_bytes
    label = show.text("lte_used", used=show.megabytes(used), limit=show.megabytes(limit))
    return meter(used, limit, label), label
