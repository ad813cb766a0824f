"""What a stranger, a broken site and a good site get for an answer."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.central.conftest import Makers

from notanker.beat.keys import SiteKey
from notanker.core.heartbeat import EVENTS_PER_BEAT, Ack, Beat
from notanker.shell.sealing import SiteSeal
from notanker_central import views
from notanker_central.ingest import SEALED, Ingest
from notanker_central.store import Store

FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
REFUSED = (400, {"error": "refused"})


def reply(ingest: Ingest, make: Makers, beat: Beat) -> tuple[int, Ack | dict[str, Any]]:
    answer = ingest.receive(make.sealed(beat))
    if answer.status == 200:
        assert answer.kind == SEALED
        return 200, make.ack(answer.body, beat)
    told: dict[str, Any] = msgspec.json.decode(answer.body)
    return answer.status, told


def rows(store: Store) -> list[dict[str, Any]]:
    """Return all that is known of sites, but for how often they came with old beats."""
    with store.read() as connection:
        found = connection.exec_driver_sql("select * from site").mappings().all()
    return [{**row, "old_beats": 0} for row in found]


def test_a_good_beat_is_acknowledged(ingest: Ingest, make: Makers) -> None:
    beat = make.beat(4, events=(make.event(1),))
    assert reply(ingest, make, beat) == (200, Ack(4, 1, herald=True))
    assert ingest.counts == {"stored": 1}


def test_a_stranger_is_refused_and_not_told_why(ingest: Ingest, make: Makers) -> None:
    forged = SiteSeal(SiteKey(1, bytes(32))).seal(make.beat())
    unknown = SiteSeal(SiteKey(77, bytes(32))).seal(make.beat())
    for sealed in (forged, unknown, b"", b"{}"):
        answer = ingest.receive(sealed)
        assert (answer.status, msgspec.json.decode(answer.body)) == REFUSED
    assert ingest.counts == {"not-authentic": 1, "unknown-key": 1, "malformed": 2}


def test_every_recorded_beat_is_refused_when_it_is_played_again(
    ingest: Ingest, make: Makers, store: Store
) -> None:
    beats = [make.beat(n, events=(make.event(n),)) for n in range(1, 51)]
    recorded = [make.sealed(beat) for beat in beats]
    answers = [ingest.receive(sealed).body for sealed in recorded]
    before = rows(store)
    replayed = [ingest.receive(sealed) for sealed in recorded]
    assert {one.status for one in replayed[:-1]} == {400}
    assert replayed[-1].body == answers[-1], "the answer that may have been lost, and no other"
    assert ingest.counts == {"stored": 50, "replayed": 49, "repeated": 1}
    assert rows(store) == before


def test_a_beat_of_the_largest_size_allowed_is_taken(ingest: Ingest, make: Makers) -> None:
    full = tuple(
        dataclasses.replace(make.event(n), fields="x" * 16_000)
        for n in range(1, EVENTS_PER_BEAT + 1)
    )
    assert reply(ingest, make, make.beat(events=full)) == (200, Ack(1, 100, herald=True))


def test_what_a_beat_leaves_out_is_as_it_was_told_before(
    ingest: Ingest, make: Makers, store: Store
) -> None:
    told = make.beat(1, operator="Beispiel Mobil", plan_seq=7)
    assert reply(ingest, make, told)[0] == 200
    short = dataclasses.replace(told, counter=2, same=True)
    assert reply(ingest, make, short)[0] == 200
    with store.read() as connection:
        view = views.one(connection, "nord")
    assert view is not None
    stored = view.beat
    assert stored is not None
    assert (stored.counter, stored.operator, stored.plan_seq) == (2, "Beispiel Mobil", 7)


def test_a_database_that_fails_gives_no_acknowledgement(
    ingest: Ingest, make: Makers, store: Store
) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO gone")
    beat = make.beat(events=(make.event(1),))
    assert reply(ingest, make, beat) == (503, {"error": "not-stored"})
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO event")
    assert reply(ingest, make, beat) == (200, Ack(1, 1, herald=True))


@FIXTURES
@given(st.binary(max_size=400))
def test_no_bytes_raise(ingest: Ingest, body: bytes) -> None:
    assert ingest.receive(body).status == 400
    assert ingest.agree(body).status == 400


@FIXTURES
@given(st.data())
def test_no_mutated_beat_raises_or_is_stored(
    ingest: Ingest, make: Makers, data: st.DataObject
) -> None:
    sealed = bytearray(make.sealed(make.beat(3, events=(make.event(1),))))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    assert ingest.receive(bytes(sealed)).status == 400
    assert "stored" not in ingest.counts
