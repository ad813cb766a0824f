"""One-time codes: RFC 6238's own figures, and that none counts twice."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import codes
from notanker.core.guard import MOST_WRONG, MOST_WRONG_IN_ALL, WINDOW_S, Guard

SECRET = b"12345678901234567890"
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert codes.totp(SECRET, seconds // codes.STEP_S) == code[-codes.DIGITS :]


def test_a_code_counts_once() -> None:
    step = 1_795_000_000 // codes.STEP_S
    now_s = step * codes.STEP_S + 3.0
    code = codes.totp(SECRET, step)
    assert codes.step_of(SECRET, code, now_s, 0) == step
    assert codes.step_of(SECRET, code, now_s, step) is None
    earlier = codes.totp(SECRET, step - 1)
    assert codes.step_of(SECRET, earlier, now_s, 0) == step - 1
    assert codes.step_of(SECRET, earlier, now_s, step) is None  # older than what was used


@pytest.mark.parametrize("off", [-5, -2, 2, 5, 1000])
def test_a_code_of_another_time_does_not_count(off: int) -> None:
    step = 1_795_000_000 // codes.STEP_S
    code = codes.totp(SECRET, step + off)
    assert codes.step_of(SECRET, code, step * codes.STEP_S, 0) is None


def test_a_secret_is_read_as_authenticators_write_it() -> None:
    text = base64.b32encode(SECRET).decode()
    assert codes.secret_of(text) == SECRET
    assert codes.secret_of(" ".join((text[:4], text[4:])).lower()) == SECRET


@given(st.text(max_size=60))
def test_any_text_is_a_secret_or_none(text: str) -> None:
    found = codes.secret_of(text)
    assert found is None or len(found) >= 10


def test_a_code_on_paper_is_known_by_its_hash_alone() -> None:
    hashes = [codes.paper_hash(code) for code in ("abcdefgh", "jkmnpqrs")]
    assert codes.paper_match("jkmnpqrs", hashes) == hashes[1]
    assert codes.paper_match("jkmnpqrt", hashes) is None
    assert "jkmn" not in hashes[1]


def test_who_guesses_is_locked_out_and_the_others_are_not() -> None:
    guard = Guard()
    for _ in range(MOST_WRONG):
        assert not guard.locked("mara", 100.0)
        guard = guard.after_wrong("mara", 100.0)
    assert guard.locked("mara", 100.0)
    assert not guard.locked("jonas", 100.0)
    assert not guard.locked("mara", 100.0 + WINDOW_S)


def test_where_many_guess_nobodys_code_counts() -> None:
    guard = Guard()
    for number in range(MOST_WRONG_IN_ALL):
        guard = guard.after_wrong(f"somebody {number}", 100.0)
    assert guard.locked("jonas", 100.0)


def test_answers_are_limited_by_the_hour() -> None:
    guard = Guard()
    for _ in range(3):
        assert guard.may_answer("mara", 100.0, 3)
        guard = guard.after_answer("mara", 100.0)
    assert not guard.may_answer("mara", 100.0, 3)
    assert guard.may_answer("mara", 100.0 + WINDOW_S, 3)
    assert guard.may_answer("jonas", 100.0, 3)
