"""What a stranger, a broken site and a good site get for an answer."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.central.conftest import Makers

from notanker.core.heartbeat import EVENTS_PER_BEAT, Beat, BeatCause
from notanker.core.moment import Moment
from notanker.core.names import Confidence
from notanker_central.checking import MAX_BYTES
from notanker_central.ingest import Ingest
from notanker_central.store import Store

FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def known(**values: Any) -> BeatCause:
    """Return why there is an incident, with something in it that may not fit."""
    usual = BeatCause("icmp 0/3", Confidence.LIKELY, ("Musternetz", "Musternetz"), None, 2)
    return dataclasses.replace(usual, **values)


@pytest.fixture
def auth(make: Makers) -> str:
    return f"Bearer {make.key('nord')}"


def reply(ingest: Ingest, auth: str, beat: Beat) -> tuple[int, dict[str, Any]]:
    answer = ingest.receive(auth, msgspec.json.encode(beat))
    return answer.status, msgspec.json.decode(answer.body)


def test_a_good_beat_is_acknowledged(ingest: Ingest, auth: str, make: Makers) -> None:
    beat = make.beat(4, events=(make.event(1),))
    assert reply(ingest, auth, beat) == (200, {"counter": 4, "stored_to": 1, "orders": []})
    assert ingest.counts == {"stored": 1}


@pytest.mark.parametrize(
    "scheme", ["Bearer wrong", "Bearer ", "", "Basic eDp5", "Bearer " + "x" * 43]
)
def test_a_stranger_is_refused(ingest: Ingest, make: Makers, scheme: str) -> None:
    assert reply(ingest, scheme, make.beat()) == (401, {"error": "not-authorised"})


def test_a_site_cannot_speak_for_another(ingest: Ingest, auth: str, make: Makers) -> None:
    assert reply(ingest, auth, make.beat(site="sued"))[0] == 401
    assert reply(ingest, auth, make.beat(site="nowhere"))[0] == 401


def test_a_replayed_beat_changes_nothing_and_is_counted(
    ingest: Ingest, auth: str, make: Makers
) -> None:
    assert reply(ingest, auth, make.beat(2))[0] == 200
    assert reply(ingest, auth, make.beat(2))[0] == 200
    assert ingest.counts == {"stored": 1, "old": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"counter": -1}, "number-out-of-range"),
        ({"counter": 2**63}, "number-out-of-range"),
        ({"interval_s": 0.0}, "number-out-of-range"),
        ({"version": "x" * 300}, "text-too-long"),
        ({"operator": "a\0b"}, "text-unprintable"),
        ({"degraded": ("x",) * 65}, "too-many"),
        ({"format": 2}, "unknown-format"),
        ({"known": known(evidence="x" * 300)}, "text-too-long"),
        ({"known": known(name=("a\0b", ""))}, "text-unprintable"),
        ({"known": known(needed_by=-1)}, "number-out-of-range"),
        ({"known": known(since=Moment(0.0, 0.0, boot="x" * 300))}, "bad-time"),
    ],
)
def test_a_beat_that_does_not_fit_is_refused_with_a_counted_reason(
    ingest: Ingest, auth: str, make: Makers, change: dict[str, Any], reason: str
) -> None:
    beat = dataclasses.replace(make.beat(), **change)
    assert reply(ingest, auth, beat) == (400, {"error": reason})
    assert ingest.counts == {reason: 1}


def test_too_many_events_and_positions_below_one_are_refused(
    ingest: Ingest, auth: str, make: Makers
) -> None:
    many = tuple(make.event(n) for n in range(1, EVENTS_PER_BEAT + 2))
    assert reply(ingest, auth, make.beat(events=many)) == (400, {"error": "too-many"})
    assert reply(ingest, auth, make.beat(events=(make.event(0),))) == (400, {"error": "bad-event"})


def test_a_beat_of_the_largest_size_allowed_is_taken(
    ingest: Ingest, auth: str, make: Makers
) -> None:
    full = tuple(make.event(n) for n in range(1, EVENTS_PER_BEAT + 1))
    assert reply(ingest, auth, make.beat(events=full))[0] == 200
    assert ingest.receive(auth, b" " * (MAX_BYTES + 1)).status == 400


def test_a_database_that_fails_gives_no_acknowledgement(
    ingest: Ingest, auth: str, make: Makers, store: Store
) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO gone")
    beat = make.beat(events=(make.event(1),))
    assert reply(ingest, auth, beat) == (503, {"error": "not-stored"})
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO event")
    assert reply(ingest, auth, beat) == (200, {"counter": 1, "stored_to": 1, "orders": []})


@FIXTURES
@given(st.binary(max_size=400), st.text(max_size=80))
def test_no_bytes_raise(ingest: Ingest, auth: str, body: bytes, header: str) -> None:
    assert ingest.receive(auth, body).status in (400, 401)
    assert ingest.receive(header, body).status == 401


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["nord", "primary", "up", "backup", "x\0", "9" * 400]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


@FIXTURES
@given(st.data())
def test_no_beat_with_a_strange_field_raises(
    ingest: Ingest, auth: str, make: Makers, data: st.DataObject
) -> None:
    beat = msgspec.to_builtins(make.beat(3, events=(make.event(1),)))
    where = data.draw(
        st.sampled_from([beat, beat["sent"], beat["events"][0], beat["events"][0]["at"]])
    )
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(_json)
    answer = ingest.receive(auth, msgspec.json.encode(beat))
    assert answer.status in (200, 400, 401)
