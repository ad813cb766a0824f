"""The plan in force is asked about anew: what is found is told, and the plan stays where it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE
from tests.unit.plan.signing import Office

from notanker.core.moment import Moment
from notanker.errors import Place
from notanker.plan import outcome
from notanker.plan import store as disk
from notanker.plan.accept import accept
from notanker.plan.accepted import current
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import HEARTBEAT
from notanker.plan.outcome import OUTCOME, STANDING, Standing, outcome_of
from notanker.plan.recheck import recheck
from notanker.plan.trust import ratchet, sshsig
from notanker.plan.trust.heartbeat import heartbeat_of
from notanker.plan.trust.ratchet import BUILT

DAY_S = 86_400.0
START_S = BUILT.timestamp() + DAY_S


def at(days: float, *, trusted: bool = True) -> Moment:
    return Moment(1.0, START_S + days * DAY_S, trusted=trusted)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(keys: Office) -> Office:
    keys.allow("anna", "bernd")
    return keys


class Box:
    """A box with a plan in force, and the folder in which plans arrive."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.store, self.source = office, folder / "store", folder / "plan"
        office.signed(self.source, "anna")
        assert accept(self.source, self.store, office.trust(self.store)).fresh

    def recheck(self, moment: Moment, revoked: Path | None = None) -> Standing:
        trust = self.office.trust(self.store, revoked=revoked)
        standing = recheck(self.source, self.store, trust, moment)
        outcome.save(self.store, standing)
        plan = current(self.store).plan  # whatever was found, it can be read
        assert plan is not None
        assert plan.head.seq == 42
        return standing

    def beat(self, days: float, seq: int = 42, key: str = "stranger") -> None:
        """Let a heartbeat lie beside the plan, signed by the key that may nothing else."""
        allowed = self.office.allowed.read_text()
        if "heartbeat@" not in allowed:
            public = self.office.public("stranger")
            line = f'centre@ankerruf.example namespaces="heartbeat@notanker" {public}\n'
            self.office.allowed.write_text(allowed + line)
        time = dt.datetime.fromtimestamp(START_S + days * DAY_S, dt.UTC)
        file = self.source / HEARTBEAT
        file.write_bytes(heartbeat_of(seq, time))
        sshsig.sign(
            file, self.office.folder / key, self.source / f"{HEARTBEAT}.sig", sshsig.HEARTBEAT
        )


@pytest.fixture
def box(office: Office, tmp_path: Path) -> Box:
    return Box(office, tmp_path)


def codes(standing: Standing) -> list[str]:
    return [problem.code for problem in standing.problems]


def test_a_plan_that_is_well_is_found_good(box: Box) -> None:
    standing = box.recheck(at(0))
    assert (standing.good, standing.lapsed, standing.problems) == (at(0), None, ())
    assert standing.fingerprint == current(box.store).fingerprint


def test_a_key_that_expires_lets_the_plan_lapse_and_says_since_when(box: Box) -> None:
    until = dt.datetime.fromtimestamp(START_S + 10 * DAY_S, dt.UTC)
    box.office.allow("anna", options=f',valid-before="{until:%Y%m%d}"')
    assert box.recheck(at(1)).lapsed is None
    for days in (11, 12, 13):
        standing = box.recheck(at(days))
        assert standing.lapsed == at(11)
        assert standing.good == at(1)
        assert "too-few-signers" in codes(standing)
    box.office.allow("anna")
    assert box.recheck(at(14)).lapsed is None


def test_a_revoked_key_lets_the_plan_lapse(box: Box) -> None:
    assert box.recheck(at(0), box.office.revoke("anna")).lapsed == at(0)


def test_a_changed_file_in_the_store_is_noticed(box: Box) -> None:
    (box.store / "current/source/pages/ruhe.md").write_text("+++\nid='ruhe'\ntitle='x'\n+++\nweg")
    standing = box.recheck(at(0))
    assert {"damaged", "file-changed"} <= set(codes(standing))


def test_an_older_plan_that_is_put_into_the_store_by_hand_is_noticed(box: Box) -> None:
    trust = box.office.trust(box.store)
    newer = box.office.signed(box.source.with_name("newer"), "anna", seq=43)
    older = (box.store / "current").readlink()
    assert accept(newer, box.store, trust).fresh
    (box.store / "current").unlink()
    (box.store / "current").symlink_to(older)
    assert "older-number" in codes(box.recheck(at(0)))


def test_a_plan_taken_unsigned_lapses_once_plans_must_be_signed(
    office: Office, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    accept(SAMPLE, store)
    assert recheck(SAMPLE, store, None, at(0)).lapsed is None
    assert codes(recheck(SAMPLE, store, office.trust(store), at(0))) == ["not-signed"]


def test_each_check_finishes_what_a_power_cut_left_unremembered(box: Box) -> None:
    for name in ratchet.FILES:
        (box.store / name).unlink()
    box.recheck(at(0))
    assert {seen.seq for seen in ratchet.load(box.store).keys.values()} == {42}


def test_no_number_is_remembered_while_a_plan_is_being_accepted(box: Box) -> None:
    """Else the check would write back the number from before, and open the way back."""
    with disk.alone(box.store), pytest.raises(BlockingIOError):
        box.recheck(at(0))


def test_a_store_without_a_plan_has_no_standing(office: Office, tmp_path: Path) -> None:
    assert recheck(SAMPLE, tmp_path, office.trust(tmp_path), at(0)) == Standing()


def test_a_heartbeat_tells_when_the_source_was_heard_of(box: Box) -> None:
    box.beat(days=0)
    standing = box.recheck(at(5))
    assert standing.contact is not None
    assert standing.contact.wall_s == START_S
    assert standing.problems == ()


def test_an_old_heartbeat_that_is_played_in_again_counts_for_nothing(box: Box) -> None:
    box.beat(days=3, seq=43)
    box.recheck(at(3))
    box.beat(days=1, seq=42)
    standing = box.recheck(at(4))
    assert standing.contact is not None
    assert standing.contact.wall_s == START_S + 3 * DAY_S
    assert codes(standing) == ["newer-exists"]


def test_a_plan_that_is_kept_from_the_box_is_noticed(box: Box) -> None:
    box.beat(days=0, seq=43)
    standing = box.recheck(at(0))
    assert codes(standing) == ["newer-exists"]
    assert standing.lapsed is None


@pytest.mark.parametrize("trusted", [True, False])
def test_a_heartbeat_from_the_future_counts_for_nothing(box: Box, trusted: bool) -> None:
    box.beat(days=1000)
    standing = box.recheck(at(0, trusted=trusted))
    assert codes(standing) == ["bad-heartbeat"]
    assert standing.contact is None


def test_who_signs_plans_signs_no_heartbeats_and_the_other_way_round(
    box: Box, tmp_path: Path
) -> None:
    box.beat(days=0, key="anna")
    assert codes(box.recheck(at(0))) == ["bad-heartbeat"]
    forged = box.office.signed(tmp_path / "forged", "stranger", seq=43)
    told = accept(forged, box.store, box.office.trust(box.store))
    assert told.stopped == "signatures"


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"seq":1}', b'{"seq":1,"time":"2026-12-01"}'])
def test_a_heartbeat_that_is_odd_stops_nothing(box: Box, spoilt: bytes) -> None:
    box.beat(days=0)
    file = box.source / HEARTBEAT
    file.write_bytes(spoilt)
    sshsig.sign(
        file, box.office.folder / "stranger", file.with_name(f"{HEARTBEAT}.sig"), sshsig.HEARTBEAT
    )
    assert codes(box.recheck(at(0))) == ["bad-heartbeat"]


def test_a_heartbeat_is_no_part_of_the_plan(box: Box) -> None:
    box.beat(days=0)
    told = accept(box.source, box.store, box.office.trust(box.store))
    assert told.fresh
    assert told.problems == ()


def test_word_of_an_attempt_is_read_as_it_was_written(tmp_path: Path) -> None:
    problem = CATALOGUE.problem("no-such-role", Place("a.toml", 7, "x.y"), id="z", known="q")
    told = outcome_of((problem,), accepted=False, step="lint", source="/plan", at=at(0), process=7)
    outcome.save(tmp_path, told)
    assert outcome.outcome(tmp_path) == told


def test_of_many_problems_the_serious_ones_are_kept_and_the_rest_is_counted() -> None:
    note = CATALOGUE.problem("no-plan", Place())
    wrong = [CATALOGUE.problem("empty-text", Place(f"{n}.md")) for n in range(49)]
    told = outcome_of(
        (*[note] * 10, *wrong), accepted=False, step="lint", source="", at=at(0), process=7
    )
    assert [problem.severity for problem in told.problems].count("error") == 49
    assert (len(told.problems), told.more) == (50, 9)


@given(raw=st.binary(max_size=300) | st.just(b'{"accepted":true}') | st.just(b"[" * 50_000))
@settings(max_examples=100)
def test_whatever_lies_where_word_is_expected_is_word_or_none(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("word")
    for name in (OUTCOME, STANDING):
        (folder / name).write_bytes(raw)
    assert outcome.outcome(folder) is None
    found = outcome.standing(folder)
    assert found is None or isinstance(found, Standing)
