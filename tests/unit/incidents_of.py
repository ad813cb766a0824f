"""Incidents for the report: one as they usually are, and the worst that a site can have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from notanker.core.bearer import Order, Why
from notanker.core.budget import Band
from notanker.core.cause import Detail
from notanker.core.facts import (
    Acknowledged,
    BandEntered,
    BearerMoved,
    CauseKnown,
    DeviceTold,
    Fact,
    LineChanged,
    Opened,
    PrimaryBack,
    PrimaryLost,
    Queued,
    Resolved,
    Settled,
    Switched,
)
from notanker.core.incident import fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line, Outcome, Uplink
from notanker.core.report import Carried, Report
from notanker.plan.load import load
from notanker.shell import account

SAMPLE = Path(__file__).parents[2] / "examples" / "plan"

TEXT = (
    "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42. LTE aktiv. Netz des Anbieters."
    " Konferenz +493023125500 PIN ****. Plan: WLAN NOTFALL. Nr {mark}"
)


def at(after_s: float) -> Moment:
    """Return the moment so long after 10:42:07 on a day in November."""
    return Moment(5000.0 + after_s, 1_795_340_527.0 + after_s, True, "b1")


def queued(number: int, place: int, after_s: float, name: str, template: str = "T1") -> Queued:
    """Return the fact that a message waits to be sent."""
    contact = name.split(maxsplit=1)[0].lower()
    mark = f"{number}-{place}"
    return Queued(at(after_s), number, mark, template, contact, name, "+493023125110", "de")


def usual(number: int = 17) -> list[Fact]:
    """Return an outage of three hours and a half: three people, one of them not reached at first."""
    detail = Detail(Confidence.LIKELY, "provider", ("Musternetz", "Musternetz"))
    return [
        Opened(at(0), number, Cause.UNKNOWN, "", Line.HOLD_OFF),
        Switched(at(1.4), Uplink.BACKUP, True, 3.0, "", number),
        LineChanged(at(1.4), Line.BACKUP, number),
        queued(number, 1, 2, "Mara Beispiel"),
        queued(number, 2, 2, "Jonas Muster"),
        queued(number, 3, 2, "Ines Modell"),
        Settled(at(5.1), number, f"{number}-1", Outcome.DELIVERED, 1),
        CauseKnown(at(6), number, Cause.PROVIDER, "first hop answers, icmp 0/3, dns 0/3", detail),
        Settled(at(7.7), number, f"{number}-2", Outcome.DELIVERED, 1),
        Settled(at(64), number, f"{number}-3", Outcome.SENT, 3),
        Acknowledged(at(134), number, "mara", "sms"),
        PrimaryBack(at(12_480), number),
        LineChanged(at(12_480), Line.WAIT_TO_RESTORE, number),
        Switched(at(12_511), Uplink.PRIMARY, True, 2.0, "", number),
        queued(number, 4, 12_511, "Mara Beispiel", "T12"),
        queued(number, 5, 12_511, "Jonas Muster", "T12"),
        Resolved(at(12_511), number),
        Settled(at(12_515), number, f"{number}-4", Outcome.DELIVERED, 1),
        Settled(at(12_516), number, f"{number}-5", Outcome.UNKNOWN, 2, "the modem did not answer"),
    ]


def worst(number: int = 99) -> list[Fact]:
    """Return a week of flapping, with everybody told of everything and most of it going wrong."""
    return list(_worst(number))


def _worst(number: int) -> Iterator[Fact]:
    name = ("Sehr-langer Systemname-ohne-Leerzeichen" * 5, "Very long name of a system" * 5)
    detail = Detail(Confidence.POSSIBLE, "x", name)
    yield Opened(at(0), number, Cause.UNKNOWN, "", Line.ISOLATED)
    yield CauseKnown(at(20), number, Cause.PROVIDER, "first hop silent, " * 30, detail)
    place = 0
    for day in range(7):
        for turn in range(40):
            begin = day * 86_400 + turn * 1800 + 30
            yield from _flap(number, begin, turn)
        for who in range(40):
            place += 1
            when = day * 86_400 + 40 + who
            yield queued(number, place, when, f"Person{who} {'Langer-Name' * 8}", f"T{who % 9}")
            outcome = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.DELIVERED)[who % 3]
            reason = "the network refuses, and says why at length " * 4
            yield Settled(at(when + 5), number, f"{number}-{place}", outcome, 5, reason)
    yield Acknowledged(at(700_000), number, "person3", "sms")


def _flap(number: int, begin: float, turn: int) -> Iterator[Fact]:
    yield LineChanged(at(begin), Line.BACKUP, number)
    yield Switched(at(begin + 1), Uplink.BACKUP, turn % 3 > 0, 2.0, f"reason {turn}", number)
    yield BearerMoved(at(begin + 2), Order.BRING_UP, turn % 2 > 0, Why.NEEDED, 9.0, "no", number)
    yield BandEntered(at(begin + 3), Band.SCARCE, turn * 10**6, 10**9, number)
    yield PrimaryBack(at(begin + 600), number)
    yield PrimaryLost(at(begin + 900), number)


def beside_worst() -> tuple[Fact, ...]:
    """Return what devices told meanwhile."""
    return tuple(DeviceTold(at(n), f"lte{n}", f"trouble {n} " * 12, "why " * 60) for n in range(60))


def made(facts: list[Fact], beside: tuple[Fact, ...] = ()) -> Report:
    """Return the report of the incident, measured against the sample plan, with all its messages' words."""
    (one,) = fold(facts).all
    plan, _ = load(SAMPLE)
    texts = {
        told.queued.mark: Carried(
            "lte1", f"{told.queued.template}: {TEXT.format(mark=told.queued.mark)}"
        )
        for told in one.told
    }
    return account.report(one, "musterhafen", plan, account.Surroundings(beside, texts))
