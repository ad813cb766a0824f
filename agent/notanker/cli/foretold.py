"""Prints what the settings of `[detect]` amount to, and warns of wishes that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notanker.cli.messages import CATALOGUE
from notanker.cli.output import language, say
from notanker.config.fields import Document
from notanker.config.model import Config
from notanker.core import forecast, standby
from notanker.core.forecast import Forecast, Span
from notanker.core.names import Uplink
from notanker.core.settings import Settings
from notanker.errors import Place, Problem

LEFT: Final = 50
"""Column at which the figures begin."""
HARDLY_EVER: Final = 0.001
"""Rarer false switches than this in a year are no figure for people."""


def lines(found: Forecast, settings: Settings) -> Iterator[str]:
    """Return the forecast as lines of at most 80 columns."""
    yield say("Was daraus folgt:", "What follows from it:")
    quiet = say("Stummer Ausfall, Leitung in Ruhe", "Silent cut, line idle")
    yield _line(quiet, _span(found.quiet))
    busy = say("Stummer Ausfall, Leitung in Gebrauch", "Silent cut, line in use")
    yield _line(busy, _span(found.busy))
    if found.half_dead is not None:
        half = say("Echo antwortet, DNS und TCP nicht", "Echoes answer, DNS and TCP do not")
        yield _line(half, _span(found.half_dead))
    for pct, seconds in found.brown_out_s.items():
        yield _line(say(f"{pct} % Verlust", f"{pct} % loss"), _about(seconds))
    for pct, rate in found.false_switches.items():
        title = say(
            f"Fehlumschaltungen im Jahr, ständig {pct} % Verlust",
            f"False switches a year, {pct} % loss for ever",
        )
        yield _line(title, _rate(rate))
    probes = say("Prüfungen der Hauptleitung im Monat", "Probes of the primary line in a month")
    yield _line(probes, f"{number(found.megabytes[Uplink.PRIMARY], 0)} MB")
    yield from _power_cycle(settings)
    yield _line(
        say("Bereitschaft über LTE im Monat", "Standby over LTE in a month"), _cost(settings)
    )


def contradictions(
    config: Config, settings: Settings, document: Document | None
) -> Iterator[Problem]:
    """Return warnings of wishes that cannot all come true."""
    watches = forecast.deciding(settings)
    detect = config.detect

    def problem(code: str, field: str, **values: object) -> Problem:
        place = Place() if document is None else document.place(("detect", field))
        return CATALOGUE.problem(code, place, **values)

    needed_s = max(forecast.burst_s(w) + w.pace.least_timeout_s for w in watches)
    if needed_s > max(watch.patience_s for watch in watches):
        yield problem(
            "gap-too-short", "tolerate_gap_s", gap=detect.tolerate_gap_s, needed=round(needed_s, 2)
        )
    wait = forecast.waiting(watches)
    if wait.mean_s > detect.tolerate_gap_s:
        yield problem(
            "gap-unseen", "tolerate_gap_s", gap=detect.tolerate_gap_s, wait=round(wait.most_s, 2)
        )
    calmest_s = min(watch.pace.calm_s for watch in watches)
    if detect.burst_interval_s >= calmest_s:
        yield problem(
            "burst-too-slow", "burst_interval_s", burst=detect.burst_interval_s, calm=calmest_s
        )


def number(value: float, digits: int) -> str:
    """Write a figure as the terminal's language does."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language() == "de" else text


def _power_cycle(settings: Settings) -> Iterator[str]:
    """Say when the panel's relay restarts the router, where it may."""
    rule = settings.power_cycle
    if not rule.enabled:
        return
    after = number(rule.after_s / 60, 0 if rule.after_s % 60 == 0 else 1)
    yield _line(
        say(
            "Neustart des Routers, wenn er selbst die Ursache",
            "Restart of the router that is the cause",
        ),
        say(f"nach {after} min", f"after {after} min"),
    )
    off = number(rule.off_s, 0)
    yield _line(
        say("dabei stromlos, und höchstens", "without power for, and at most"),
        say(f"{off} s, {rule.per_day}-mal in 24 h", f"{off} s, {rule.per_day} times in 24 h"),
    )


def _cost(settings: Settings) -> str:
    cost = standby.monthly(settings)
    text = f"{number(cost.total_bytes / 1e6, 1)} MB"
    limit = settings.budget.monthly_bytes
    if limit is None:
        return text + say(", kein Budget gesetzt", ", no budget set")
    share = number(100 * cost.total_bytes / limit, 0)
    return text + say(f", {share} % des Budgets", f", {share} % of the budget")


def _line(title: str, figure: str) -> str:
    return f"  {title:<{LEFT - 2}}{figure}"


def _span(span: Span) -> str:
    mean = f"{number(span.mean_s, 2)} s"
    if span.most_s - span.mean_s < 0.005:
        return mean
    return say(f"{mean}, höchstens", f"{mean}, at most") + f" {number(span.most_s, 2)} s"


def _about(seconds: float) -> str:
    digits = 1 if seconds < 10 else 0
    return say("etwa", "about") + f" {number(seconds, digits)} s"


def _rate(rate: float) -> str:
    if rate < HARDLY_EVER:
        return say("unter", "below") + f" {number(HARDLY_EVER, 3)}"
    return say("höchstens", "at most") + f" {number(rate, 2 if rate >= 0.01 else 3)}"
