"""What a message is to its incident."""

from __future__ import annotations

import pytest

from notanker.core import incident, lineage
from notanker.core.facts import Fact, Opened, Queued, Settled
from notanker.core.incident import Incident
from notanker.core.lineage import Kind, Lineage
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome


def at(s: float, *, trusted: bool = True) -> Moment:
    return Moment(s, 1_000_000 + s, trusted)


def queued(mark: str, contact: str = "mara", *, trusted: bool = True) -> Queued:
    moment = at(float(mark[-1]), trusted=trusted)
    return Queued(moment, 17, mark, "T1", contact, contact, "+493023125110", "de")


def told(*facts: Fact) -> tuple[Incident, ...]:
    opened = Opened(at(0), 17, Cause.UNKNOWN, "", Line.BACKUP)
    return incident.fold([opened, *facts]).open


def settled(mark: str, channel: str, outcome: Outcome = Outcome.SENT) -> Settled:
    return Settled(at(9), 17, mark, outcome, 1, channel=channel)


@pytest.mark.parametrize(
    ("template", "kind", "rank"),
    [
        ("T1", Kind.ALARM, 0),
        ("T1-isolated", Kind.ALARM, 0),
        ("T1-system", Kind.ALARM, 1),
        ("T3", Kind.ALARM, 1),
        ("T2", Kind.UPDATE, 2),
        ("T2-bridge", Kind.UPDATE, 0),
        ("T11", Kind.UPDATE, 2),
        ("T11-ack", Kind.UPDATE, 2),
        ("T12", Kind.CLEAR, 2),
        ("T12-system", Kind.CLEAR, 2),
    ],
)
def test_a_template_says_what_its_message_is(template: str, kind: Kind, rank: int) -> None:
    assert (lineage.kind_of(template), lineage.rank_of(template)) == (kind, rank)


def test_a_channel_hears_of_what_this_recipient_has_by_it_alone() -> None:
    facts = [
        queued("17-1"),
        queued("17-2", "jonas"),
        queued("17-3"),
        queued("17-4"),
        queued("17-5"),
    ]
    ends = [settled("17-1", "cap"), settled("17-2", "cap"), settled("17-3", "lte1")]
    known = told(*facts, *ends, settled("17-4", "cap", Outcome.FAILED))
    assert lineage.of(known, "17-5", "cap") == Lineage(1_000_005.0, (("17-1", 1_000_001.0),))
    assert lineage.of(known, "17-1", "cap") == Lineage(1_000_001.0)


def test_without_a_clock_no_time_is_told() -> None:
    known = told(queued("17-1", trusted=False), settled("17-1", "cap"), queued("17-2"))
    assert lineage.of(known, "17-1", "cap") == Lineage(None)
    assert lineage.of(known, "17-2", "cap").earlier == ()


def test_of_an_incident_that_nobody_knows_nothing_is_told() -> None:
    assert lineage.of((), "17-1", "cap") == Lineage()
    assert lineage.heard((), "17-1") is True


def test_a_person_has_heard_once_a_message_may_have_left() -> None:
    facts = [queued("17-1"), queued("17-2", "jonas"), queued("17-3")]
    assert not lineage.heard(told(*facts, settled("17-2", "lte1")), "17-3")
    assert not lineage.heard(told(*facts, settled("17-1", "lte1", Outcome.FAILED)), "17-3")
    assert lineage.heard(told(*facts, settled("17-1", "lte1", Outcome.UNKNOWN)), "17-3")
