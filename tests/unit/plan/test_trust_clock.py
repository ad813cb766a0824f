"""A clock that is wrong, today or years ago, neither keeps a good plan out nor lets an old key back in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.plan.signing import Office

from notanker.plan.accept import accept
from notanker.plan.accepted import Accepted
from notanker.plan.files import files_of
from notanker.plan.trust import ratchet
from notanker.plan.trust.checking import check
from notanker.plan.trust.ratchet import BUILT, LEAP, Ratchet, Seen, time_for

DAY = dt.timedelta(days=1)


def year(number: int) -> dt.datetime:
    return dt.datetime(number, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(autouse=True)
def keys_of_a_few_years(office: Office) -> Iterator[None]:
    office.allow("anna", options=',valid-after="20251201",valid-before="20300101"')
    yield
    office.allow("anna", "bernd")


def taken(office: Office, tmp_path: Path, seq: int, now: dt.datetime | None) -> Accepted:
    store = tmp_path / "store"
    source = office.signed(tmp_path / "plan", "anna", seq=seq)
    return accept(source, store, office.trust(store), now)


def codes(found: Accepted) -> list[str]:
    return [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    ("now", "code"), [(year(1970), "clock-behind"), (year(2038), "clock-ahead")]
)
def test_a_wrong_clock_keeps_no_good_plan_out_and_is_told(
    now: dt.datetime, code: str, office: Office, tmp_path: Path
) -> None:
    found = taken(office, tmp_path, 42, now)
    assert found.fresh
    assert codes(found) == [code]
    assert found.problems[0].severity == "warning"


@pytest.mark.parametrize("wrong", [year(1970), year(2038)])
def test_a_clock_that_was_wrong_once_leaves_no_trace(
    wrong: dt.datetime, office: Office, tmp_path: Path
) -> None:
    assert taken(office, tmp_path, 42, wrong).fresh
    for seq, now in ((43, None), (44, BUILT + DAY), (45, wrong), (46, BUILT + 300 * DAY)):
        found = taken(office, tmp_path, seq, now)
        assert found.fresh, (seq, codes(found))
    memory = ratchet.load(tmp_path / "store")
    assert memory.verified == BUILT + 300 * DAY


def test_what_is_remembered_ends_a_key_though_the_clock_has_gone_back(
    office: Office, tmp_path: Path
) -> None:
    assert taken(office, tmp_path, 42, BUILT + 300 * DAY).fresh
    until = BUILT + 200 * DAY
    office.allow("anna", options=f',valid-before="{until:%Y%m%d}"')
    for now in (None, year(1970), BUILT + 100 * DAY):
        assert "too-few-signers" in codes(taken(office, tmp_path, 43, now))


def test_a_clock_may_be_ahead_by_a_leap_and_no_more() -> None:
    def nobody(_: str) -> bool:
        return True

    for ahead, code in ((LEAP, ""), (LEAP + DAY, "clock-ahead")):
        at, told = time_for(Ratchet(), BUILT + ahead, nobody)
        assert told == code
        assert at == (BUILT if code else BUILT + ahead)


def test_a_newly_issued_plan_bears_out_a_clock_after_years_on_a_shelf() -> None:
    now = BUILT + 3 * LEAP
    memory = Ratchet({"anna": Seen(1, "", (now - DAY).date())})
    assert time_for(memory, now, lambda _: True) == (now, "")


@pytest.mark.parametrize("now", [None, year(1970), BUILT + DAY])
def test_a_plan_issued_in_the_year_9999_ends_no_key(now: dt.datetime | None) -> None:
    memory = Ratchet({"anna": Seen(1, "", dt.date(9999, 12, 31))})
    at, _ = time_for(memory, now, lambda _: True)
    assert at <= BUILT + DAY


def test_a_revoked_key_says_nothing_about_the_time() -> None:
    memory = Ratchet({"anna": Seen(1, "", (BUILT + 300 * DAY).date())})
    assert time_for(memory, None, lambda _: True)[0] > BUILT
    assert time_for(memory, None, lambda _: False)[0] == BUILT


def test_a_memory_of_an_older_version_is_read(office: Office, tmp_path: Path) -> None:
    (tmp_path / ratchet.FILES[0]).write_text(
        '{"keys":{"k":{"seq":7,"sha256":"x"}},"verified":null}'
    )
    assert ratchet.load(tmp_path).keys == {"k": Seen(7, "x")}
    folder = office.signed(tmp_path / "plan", "anna")
    assert not check(files_of(folder)[0], office.trust(tmp_path), None).problems
