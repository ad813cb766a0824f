"""The seal: who sent it, which beat it is, and that an answer answers that one alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.beat import cose, sealing
from notanker.beat.keys import KEY_BYTES, SiteKey, derive, expand, key_of, kid_of
from tests.unit.beat.sample import Aead

KEYS = derive(bytes(range(32)))
UP, DOWN = Aead(KEYS.up), Aead(KEYS.down)
DRAWN = b"\x01\x02\x03\x04"
counters = st.integers(1, sealing.MOST_COUNTER)


@given(counters, st.integers(1, 2**32 - 1), st.binary(max_size=100))
def test_a_beat_comes_back_with_its_key_and_its_counter(
    counter: int, number: int, record: bytes
) -> None:
    sealed = sealing.seal_beat(UP, KEYS.up_iv, kid_of(number), counter, record)
    envelope, told, counted = sealing.read_beat(sealed)
    assert (told, counted) == (number, counter)
    assert cose.decrypt0(envelope, UP, KEYS.up_iv) == record


def read(sealed: bytes) -> tuple[int, int, bytes] | None:
    """Return what the long way reads, None if it refuses."""
    try:
        envelope, number, counter = sealing.read_beat(sealed)
    except cose.CoseError:
        return None
    return number, counter, envelope.ciphertext


@given(counters, st.integers(1, 2**32 - 1), st.binary(min_size=8, max_size=239))
def test_the_usual_beat_is_read_the_short_way_and_opens(
    counter: int, number: int, record: bytes
) -> None:
    sealed = sealing.seal_beat(UP, KEYS.up_iv, kid_of(number), counter, record)
    found = sealing.read_usual(sealed)
    assert found == (read(sealed) if counter < 2**48 else None)
    if found is not None:
        iv = int.from_bytes(KEYS.up_iv, "big")
        assert sealing.open_usual(UP, iv, counter, found[2]) == record


@given(
    st.builds(
        lambda counter, number, record: sealing.seal_beat(
            UP, KEYS.up_iv, kid_of(number), counter, record
        ),
        counters,
        st.integers(1, 2**32 - 1),
        st.binary(max_size=300),
    ),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 255)), max_size=3),
    st.integers(-3, 3),
)
def test_the_short_way_takes_nothing_that_the_long_way_reads_otherwise(
    sealed: bytes, changes: list[tuple[int, int]], longer: int
) -> None:
    changed = bytearray(sealed + bytes(max(longer, 0)))[: len(sealed) + longer]
    for at, byte in changes:
        changed[at % len(changed)] = byte
    found = sealing.read_usual(bytes(changed))
    assert found in (None, read(bytes(changed)))


@given(st.binary(max_size=100))
def test_the_short_way_takes_no_rubbish(rubbish: bytes) -> None:
    assert sealing.read_usual(rubbish) in (None, read(rubbish))


@given(counters, counters)
def test_an_answer_opens_for_the_beat_that_it_answers_and_no_other(one: int, other: int) -> None:
    sealed = sealing.seal_answer(DOWN, KEYS.down_iv, one, DRAWN, b"record")
    expected = b"record" if one == other else None
    assert sealing.open_answer(DOWN, KEYS.down_iv, other, sealed) == expected


def test_nobody_can_send_a_site_its_own_beat_back() -> None:
    beat = sealing.seal_beat(UP, KEYS.up_iv, b"", 7, b"record")
    with pytest.raises(cose.CoseError):
        sealing.open_answer(DOWN, KEYS.down_iv, 7, beat)
    answer = cose.encrypt0(UP, KEYS.up_iv, b"", DRAWN, b"record")
    assert sealing.open_answer(DOWN, KEYS.down_iv, 7, answer) is None


@given(st.lists(st.tuples(counters, st.binary(min_size=4, max_size=4)), min_size=2, unique=True))
def test_no_two_answers_share_a_nonce(answered: list[tuple[int, bytes]]) -> None:
    used = {cose.nonce(sealing._answering(KEYS.down_iv, one), drawn) for one, drawn in answered}
    assert len(used) == len(answered)


@pytest.mark.parametrize(
    ("kid", "partial_iv"),
    [
        (b"", b"\x01"),
        (b"\0\1", b"\x01"),
        (b"\1\2\3\4\5", b"\x01"),
        (b"\1", b"\0"),
        (b"\1", b"\0\1"),
        (b"\1", b"\x7f" + bytes(7)),
    ],
)
def test_a_key_and_a_counter_have_one_spelling(kid: bytes, partial_iv: bytes) -> None:
    with pytest.raises(cose.CoseError):
        sealing.read_beat(cose.encrypt0(UP, KEYS.up_iv, kid, partial_iv, b"record"))


def test_hkdf_is_that_of_rfc_5869() -> None:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    theirs = HKDF(SHA256(), KEY_BYTES, salt=b"notanker beat 1", info=b"up key").derive(b"s" * 32)
    assert expand(b"s" * 32, b"up key") == theirs


def test_every_derived_key_is_another_one() -> None:
    every = [KEYS.up, KEYS.down, KEYS.up_iv, KEYS.down_iv, KEYS.bearer.encode()]
    assert len({key[:12] for key in every}) == len(every)


@given(st.integers(1, 2**32 - 1), st.binary(min_size=32, max_size=32))
def test_a_key_files_text_comes_back(number: int, secret: bytes) -> None:
    key = SiteKey(number, secret)
    assert key_of(f"{key.text()}\n") == key


@pytest.mark.parametrize(
    "text", ["", "17", "17.", "0.AAAA", "x.AAAA", f"17.{'A' * 42}", "17.ä", "9" * 5000]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        key_of(text)


def test_a_key_does_not_show_itself() -> None:
    assert "1, 2, 3" not in repr(KEYS)
    assert repr(SiteKey(17, bytes(32))) == "SiteKey(17)"
