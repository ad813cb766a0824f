"""Makes each page: the plan's rendered content and the state of the moment, in the portal's clothes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import g, render_template
from markupsafe import Markup

from notanker.core.moment import Moment
from notanker.core.status import Status
from notanker.plan.index import Index
from notanker.plan.labels import day
from notanker.plan.live import MEANING, SERIAL, Facts, Gone, arranged
from notanker.portal import clothes, serials
from notanker.portal.account import account
from notanker.portal.files import PortalFiles
from notanker.portal.freshness import Freshness, Standing, freshness
from notanker.portal.gone import gone_now, services_words
from notanker.portal.home import banner, live, next_news
from notanker.portal.join import Join, picture, wifi_text
from notanker.portal.search import Hit, search
from notanker.portal.state import State, state_of
from notanker.portal.times import Times, zone_of
from notanker.portal.veil import Veil
from notanker.portal.words import words

REFRESH_S = 30
"""WCAG 2.2.1 gives who wants to stop it at least 20 s."""
DEFAULT_ZONE = "Europe/Berlin"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """One request's view of the world: everything is read once."""

    files: PortalFiles
    language: str
    path: str
    index: Index | None
    status: Status | None
    facts: Facts | None
    times: Times
    state: State
    fresh: Freshness | None

    @property
    def prefix(self) -> str:
        """Where this language's pages begin."""
        return "/en" if self.language == "en" else ""

    def gone(self) -> Gone:
        """Find out what is gone right now."""
        return gone_now(self.status, self.facts, self.language, fresh=not self.state.stale)

    def home(self, *, still: bool = False) -> str:
        """Return the home page; it works without a plan and without an agent.

        Args:
            still: Whether it stays as it is, for who reads slowly or has it read aloud.
        """
        g.refresh_s = 0 if still else REFRESH_S
        gone = self.gone()
        incident = self.status.incident if self.status and not self.state.stale else None
        every_s = self.index.every_s if self.index else 0.0
        text = self.index.banner.get(self.language, "") if self.index else ""
        site = self.index.site if self.index else ""
        meaning = render_template(
            "_meaning.html",
            t=words(self.language),
            services=services_words(self.facts, gone, self.language),
            banner=banner(text, incident, site, every_s, self.times) if incident else "",
        )
        return self._page(
            "home.html",
            title=words(self.language)["home"],
            live=live(self.status, self.times, self._veil(), self.files.has_report),
            has_forms=bool(self._forms()),
            next_news=next_news(incident, every_s, self.times) if incident else "",
            content=self._content("home", gone, MEANING, meaning),
            still=still,
            refresh=REFRESH_S,
            wide="live",
        )

    def plan_page(self, name: str) -> str | None:
        """Return a page of the plan; None if the plan has none of that name."""
        title = self._title(name)
        content = self._content(name, self.gone()) if title is not None else None
        if content is None:
            return None
        if name == "wording":
            incident = self.status.incident if self.status and not self.state.stale else None
            every_s = self.index.every_s if self.index else 0.0
            news = next_news(incident, every_s, self.times) if incident else ""
            content = Markup(content.replace("{next_update}", news or "…"))  # noqa: S704 - a time
        return self._page("layout.html", title=title, content=content)

    def report(self, number: int) -> str | None:
        """Return the report of an incident; None if there is none."""
        report = self.files.report(number)
        if report is None:
            return None
        title = f"{words(self.language)['r_title']} {number}"
        told = account(self._veil().report(report), self.times)
        return self._page("report.html", title=title, account=told)

    def search(self, question: str) -> str:
        """Return what the plan has on a question."""
        t, broken = words(self.language), False
        hits: tuple[Hit, ...] = ()
        try:
            hits = search(self.files.search_index, question, self.language)
        except (
            Exception
        ):  # sqlite3 is not imported here; whatever is wrong with the file, a page comes
            log.exception("portal_search_failed")
            broken = True
        return self._page(
            "search.html", title=t["search"], question=question[:100], hits=hits, broken=broken
        )

    def form(self, name: str, first: str, count: str) -> str | None:
        """Return copies of a form, each with its serial number, one sheet each."""
        title = self._title(f"form/{name}")
        content = self.files.page(self.language, f"form/{name}") if title is not None else None
        if content is None or self.index is None:
            return None
        numbers, today = serials.copies(first, count), serials.day_of(self.times)
        sheets = [
            # Escaped at acceptance; the number is made of the plan's id, a date and digits.
            Markup(  # noqa: S704
                content.replace(SERIAL, serials.serial(self.index.id, today, name, number))
            )
            for number in numbers
        ]
        return self._page(
            "form.html",
            title=title,
            name=name,
            sheets=sheets,
            first=numbers[0],
            count=len(numbers),
            next=numbers[-1] + 1,
        )

    def late(self, asked: Mapping[str, str]) -> str | None:
        """Return the list of the serial numbers that are still to be typed in."""
        if self.index is None:
            return None
        forms = self._forms()
        today = serials.day_of(self.times, asked.get("tag", ""))
        lists = [
            (one.form, forms[one.form], [
                serials.serial(self.index.id, today, one.form, number) for number in one.numbers
            ])
            for one in serials.given(forms, asked)
        ]  # fmt: skip
        t = words(self.language)
        return self._page("late.html", title=t["late"], forms=forms, lists=lists, today=today)

    def join(self, join: Join) -> str:
        """Return the page by which others come here."""
        t = words(self.language)
        wifi = picture(wifi_text(join), t["join_qr_wifi"]) if join.ssid else Markup()
        url = picture(join.url, t["join_qr_url"])
        return self._page("join.html", title=t["join"], join=join, wifi_code=wifi, url_code=url)

    def leads_ask(self, said: str = "") -> str:
        """Return the page that asks for the leads' code."""
        return self._page("leads.html", title=words(self.language)["leads"], said=said)

    def leads(self) -> str | None:
        """Return what only leads may read; whoever calls this has seen the code."""
        found = self.files.leads(self.language)
        if found is None:
            return None
        content = Markup(arranged(found, self.gone()))  # noqa: S704 - escaped at acceptance
        title = words(self.language)["leads"]
        return self._page("leads.html", title=title, said="", content=content)

    def _veil(self) -> Veil:
        names = self.index.names if self.index else {}
        return Veil(names, self.files.veil(self.language), words(self.language)["somebody"])

    def _forms(self) -> dict[str, str]:
        """Return the title of each form by its id."""
        titles = self.index.titles.get(self.language, {}) if self.index else {}
        return {
            name.removeprefix("form/"): title
            for name, title in titles.items()
            if name.startswith("form/")
        }

    def _title(self, name: str) -> str | None:
        return self.index.titles.get(self.language, {}).get(name) if self.index else None

    def _content(self, name: str, gone: Gone, place: str = "", filling: str = "") -> Markup | None:
        """Return a page's content as it is right now; `filling` is put where `place` is."""
        content = self.files.page(self.language, name)
        if content is None:
            return None
        if place:
            content = content.replace(place, filling)
        # Rendered at acceptance with all of the plan's text escaped.
        return Markup(arranged(content, gone))  # noqa: S704

    def _page(self, template: str, **values: object) -> str:
        issued = self.index.issued if self.index else None
        return dressed(
            template,
            self.language,
            self.path,
            self.state,
            self.index,
            issued=day(issued, self.language) if issued else "",
            fresh=self.fresh,
            **values,
        )


def view(files: PortalFiles, language: str, path: str, now: Moment) -> View:
    """Read what a page needs."""
    index, status = files.index(), files.status()
    zone = zone_of(index.timezone if index else DEFAULT_ZONE)
    sure = status is not None and status.written.trusted
    times = Times(language, now, zone, sure)
    state = state_of(status, times)
    fresh = freshness(index, _standing(files, status), times) if index else None
    return View(files, language, path, index, status, files.facts(), times, state, fresh)


def _standing(files: PortalFiles, status: Status | None) -> Standing:
    """Return how the plan stood: by the store's own file, for the agent's word may be old."""
    found = files.standing()
    told = status.plan if status else None
    if told is not None and found.contact is None:
        return replace(found, contact=told.contact)
    return found


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
    foot = _foot(index, t, language) if index else Markup()
    defaults = {"wide": "", "content": "", "issued": "", "fresh": None, "title": ""}
    bare = render_template(
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
            "foot": foot,
            "index": index,
            "site": index.site if index else t["site"],
            "t": t,
            **values,
        },
    )
    page, style = clothes.dressed(bare)
    g.styles = (style, foot)
    return page


def _foot(index: Index, t: Mapping[str, str], language: str) -> Markup:
    """Return the line that stands on each printed sheet: which plan this is, and which of its versions."""
    version = f"{t['version']} {index.version} ({t['r_number']} {index.seq})"
    told = f"{index.title.get(language, '')} · {version} · {t['mark']} {index.fingerprint[:8]}"
    return clothes.running_foot(told, t["sheet"])


def _twin(path: str, other: str) -> str:
    """Return the address of the same page in the other language."""
    parts = [part for part in path.split("/") if part]
    bare = "/".join(parts[1:] if parts[:1] in (["de"], ["en"]) else parts)
    if bare in ("", "still"):
        return f"/{other}/{bare}"
    return f"/en/{bare}" if other == "en" else f"/{bare}"
