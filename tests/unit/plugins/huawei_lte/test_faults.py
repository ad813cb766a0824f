"""Each code that a HiLink modem answers with has one class, for reading and for an SMS handed over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker_huawei_lte.faults import (
    KNOWN,
    UNSURE,
    Locked,
    Refused,
    SessionLost,
    StoreFull,
    guarded,
    of_code,
)


@pytest.mark.parametrize("code", [100003, 125001, 125002, 125003])
@pytest.mark.parametrize("sends", [False, True])
def test_a_lost_session_means_that_nothing_was_done(code: int, sends: bool) -> None:
    assert isinstance(of_code(code, sends=sends), SessionLost)


@pytest.mark.parametrize("code", [108001, 108002, 108006])
def test_a_refused_password_is_for_a_person(code: int) -> None:
    assert isinstance(of_code(code, sends=True), Refused)


@pytest.mark.parametrize(
    "code", [100004, 103008, 108003, 108005, 111013, 111019, 112008, 113004, 120001]
)
@pytest.mark.parametrize("sends", [False, True])
def test_what_passes_is_tried_again(code: int, sends: bool) -> None:
    assert type(of_code(code, sends=sends)) is Retry


def test_a_lock_and_a_full_store_are_known_by_themselves() -> None:
    assert isinstance(of_code(108007, sends=False), Locked)
    assert isinstance(of_code(113053, sends=True), StoreFull)


@pytest.mark.parametrize(
    "code",
    [
        *(100002, 100005, 100006, 101001, 101002, 101003, 101004, 103002, 103011, 111022),
        *(113017, 113031, 113054, 115002),
    ],
)
@pytest.mark.parametrize("sends", [False, True])
def test_what_somebody_must_mend_is_permanent(code: int, sends: bool) -> None:
    assert isinstance(of_code(code, sends=sends), Permanent)


@pytest.mark.parametrize("code", [100001, 113020, 113036, 113047])
def test_a_list_that_cannot_be_read_is_permanent_and_says_nothing_of_an_sms(code: int) -> None:
    assert isinstance(of_code(code, sends=False), Permanent)
    assert isinstance(of_code(code, sends=True), Unknown)


def test_overtime_leaves_open_whether_the_sms_left() -> None:
    assert isinstance(of_code(113018, sends=True), Unknown)
    assert isinstance(of_code(113018, sends=False), Retry)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_code_that_nobody_has_seen_is_temporary_and_open_for_an_sms(code: int) -> None:
    if code not in KNOWN:
        assert isinstance(of_code(code, sends=False), Retry)
        assert isinstance(of_code(code, sends=True), Unknown)
    else:
        assert (code in UNSURE) == isinstance(of_code(code, sends=True), Unknown)


@pytest.mark.parametrize(
    "error",
    [KeyError("token"), ValueError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x"), OSError()],
)
def test_an_answer_that_is_none_leaves_an_sms_open(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(Unknown):
        guarded(fail, sends=True)
    with pytest.raises(PluginError, match="modem"):
        guarded(fail)
