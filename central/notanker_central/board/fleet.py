"""The fleet at a glance, by region, and what is open."""

from __future__ import annotations

from typing import Final

from flask import request

from notanker_central import views
from notanker_central.alarm.views import open_incidents as open_alarms
from notanker_central.board import alarming, fleets, geography, incidents
from notanker_central.board.desk import Desk, Rule, Shown
from notanker_central.board.filters import Filter, Sort, filter_of
from notanker_central.board.show import Show
from notanker_central.states import State

PROOFS: Final = (1, 7, 30)
PLANS: Final = (90, 180, 365)


def rules() -> tuple[Rule, ...]:
    """Return the addresses."""
    return (
        Rule("/", "fleet", fleet),
        Rule("/regions", "regions", regions),
        Rule("/incidents", "incidents", open_incidents),
        Rule("/alarms", "alarms", alarms),
        *alarming.rules(),
    )


def fleet(desk: Desk) -> Shown:
    """Show the sites as tiles, the worst first."""
    wanted = filter_of(request.args)
    with desk.read() as connection:
        found = fleets.find(connection, wanted, desk.now_s)
        choices = fleets.choices(connection)
        groups = alarming.groups(connection)
        storms = alarming.untold(fleets.storms(connection), groups)
        unheld = incidents.count_unheld(connection)
    return desk.render(
        "fleet.html",
        found=found,
        wanted=wanted,
        regions=choices[0],
        operators=choices[1],
        groups=groups,
        storms=storms,
        unheld=unheld,
        headline=_headline(found.counts, wanted, desk.show),
        watching=desk.health.watcher.alive,
        sorts=tuple(Sort),
        proofs=PROOFS,
        plans=PLANS,
    )


def regions(desk: Desk) -> Shown:
    """Show the regions with their counts, and where they are."""
    wanted = filter_of(request.args)
    with desk.read() as connection:
        groups = fleets.regions(connection, wanted, desk.now_s)
        places = fleets.places(connection, wanted, desk.now_s)
    pages = max(1, -(-len(groups) // fleets.REGIONS))
    number = min(wanted.page, pages)
    end = number * fleets.REGIONS
    shown = groups[end - fleets.REGIONS : end]
    rest = groups[: end - fleets.REGIONS] + groups[end:]
    drawn = geography.draw(shown, rest, places, wanted, desk)
    return desk.render(
        "regions.html", groups=shown, drawn=drawn, wanted=wanted, number=number, pages=pages
    )


def open_incidents(desk: Desk) -> Shown:
    """Show what is open, what nobody has first, and who has the rest."""
    page = filter_of(request.args).page
    with desk.read() as connection:
        found = incidents.page(connection, page)
        groups = alarming.groups(connection)
        storms = alarming.untold(fleets.storms(connection), groups)
    return desk.render("incidents.html", found=found, groups=groups, storms=storms)


def alarms(desk: Desk) -> Shown:
    """Show the dead man's switch's alarms."""
    with desk.read() as connection:
        found = views.alarms(connection)
        still_open = open_alarms(connection)
    return desk.render("alarms.html", alarms=found, open=still_open)


def _headline(counts: dict[State, int], wanted: Filter, show: Show) -> str:
    total = sum(counts.values())
    care = total - counts[State.OK]
    nothing = "no_such_sites" if wanted.narrows else "no_sites"
    name = "some_not_ok" if care else "all_ok" if total else nothing
    told = show.text(name, total=total, care=care, count=total)
    return f"{told} {show.text('of_the_filter')}" if wanted.narrows and total else told
