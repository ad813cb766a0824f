"""Makes each page: the plan's rendered content and the state of the moment, in the portal's clothes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from notanker.core.moment import Moment
from notanker.core.status import Status
from notanker.plan.index import Index
from notanker.plan.labels import day
from notanker.portal import clothes
from notanker.portal.account import account
from notanker.portal.files import PortalFiles
from notanker.portal.home import live
from notanker.portal.state import State, state_of
from notanker.portal.times import Times, zone_of
from notanker.portal.words import words

REFRESH_S = 15
DEFAULT_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class View:
    """One request's view of the world: everything is read once."""

    files: PortalFiles
    language: str
    path: str
    index: Index | None
    status: Status | None
    times: Times

    @property
    def prefix(self) -> str:
        """Where this language's pages begin."""
        return "/en" if self.language == "en" else ""

    def home(self) -> str:
        """Return the home page; it works without a plan and without an agent."""
        names = self.index.names if self.index else {}
        return self._page(
            "home.html",
            title=words(self.language)["home"],
            live=live(self.status, self.times, names, self.files.has_report),
            content=self._content("home"),
            refresh=REFRESH_S,
            wide="live",
        )

    def plan_page(self, name: str) -> str | None:
        """Return a page of the plan; None if the plan has none of that name."""
        title = self.index.titles.get(self.language, {}).get(name) if self.index else None
        content = self._content(name) if title is not None else None
        if content is None:
            return None
        return self._page("layout.html", title=title, content=content)

    def report(self, number: int) -> str | None:
        """Return the report of an incident; None if there is none."""
        report = self.files.report(number)
        if report is None:
            return None
        title = f"{words(self.language)['r_title']} {number}"
        return self._page("report.html", title=title, account=account(report, self.times))

    def _content(self, name: str) -> Markup | None:
        content = self.files.page(self.language, name)
        # Rendered at acceptance with all of the plan's text escaped.
        return None if content is None else Markup(content)  # noqa: S704

    def _page(self, template: str, **values: object) -> str:
        state = state_of(self.status, self.times)
        return dressed(
            template, self.language, self.path, state, self.index, **self._age(), **values
        )

    def _age(self) -> dict[str, str]:
        """Say when the plan was issued, and whether its review is overdue."""
        if self.index is None:
            return {}
        issued, due = self.index.issued, self.index.review_by
        today = dt.datetime.fromtimestamp(self.times.now.wall_s, self.times.zone).date()
        late = due is not None and self.times.sure and today > due
        return {
            "issued": day(issued, self.language) if issued else "",
            "overdue": day(due, self.language) if due and late else "",
        }


def view(files: PortalFiles, language: str, path: str, now: Moment) -> View:
    """Read what a page needs."""
    index, status = files.index(), files.status()
    zone = zone_of(index.timezone if index else DEFAULT_ZONE)
    sure = status is not None and status.written.trusted
    return View(files, language, path, index, status, Times(language, now, zone, sure))


def error_page(code: int, language: str) -> str:
    """Return the page for an error. It reads nothing, so that it can always be made."""
    t = words(language)
    key = f"e_{code}" if f"e_{code}" in t else "e_404" if code < 500 else "e_500"
    state = State("", "unknown", "", "")
    return dressed("error.html", language, "/", state, None, title=t[key], advice=t[f"{key}_do"])


def dressed(
    template: str, language: str, path: str, state: State, index: Index | None, **values: object
) -> str:
    """Put content into the portal's clothes."""
    t = words(language)
    other = "de" if language == "en" else "en"
    defaults = {"refresh": 0, "wide": "", "content": "", "issued": "", "overdue": "", "title": ""}
    return render_template(
        template,
        **{
            **defaults,
            "language": language,
            "other": other,
            "other_href": _twin(path, other),
            "home": "/en/" if language == "en" else "/de/",
            "prefix": "/en" if language == "en" else "",
            "state": state,
            "symbol": clothes.SYMBOLS[state.mood],
            "mark": clothes.MARK,
            "icon": clothes.ICON,
            "style": clothes.STYLE,
            "index": index,
            "site": index.site if index else t["site"],
            "t": t,
            **values,
        },
    )


def _twin(path: str, other: str) -> str:
    """Return the address of the same page in the other language."""
    parts = [part for part in path.split("/") if part]
    bare = "/".join(parts[1:] if parts[:1] in (["de"], ["en"]) else parts)
    if not bare:
        return f"/{other}/"
    return f"/en/{bare}" if other == "en" else f"/{bare}"
