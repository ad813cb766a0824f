"""What seldom changes is told once, and now and then; a changed key is read when it has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from notanker.beat import cose, packed, sealing
from notanker.beat.keys import SiteKey, derive
from notanker.core.heartbeat import Ack, Beat
from notanker.shell.aead import Aead
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.seal import WHOLE_EACH, Seal
from notanker.shell.sealing import write_key
from tests.unit.beat.sample import FULL

KEY = SiteKey(17, bytes(range(32)))
BEAT = replace(FULL, events=(), answers=())


class Centre:
    """The other end: opens beats, answers them."""

    def __init__(self, key: SiteKey) -> None:
        self.derived = derive(key.secret)

    def read(self, sealed: bytes) -> Beat:
        envelope, _, counter = sealing.read_beat(sealed)
        record = cose.decrypt0(envelope, Aead(self.derived.up), self.derived.up_iv)
        assert record is not None
        return packed.unpack(record, "nord", counter)

    def answer(self, beat: Beat) -> bytes:
        record, down = packed.pack_ack(Ack(beat.counter, 1)), Aead(self.derived.down)
        return sealing.seal_answer(down, self.derived.down_iv, beat.counter, bytes(4), record)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_key(tmp_path / "centre.key", KEY)
    return tmp_path / "centre.key"


@pytest.fixture
def seal(path: Path) -> Seal:
    seal = Seal(path)
    asyncio.run(seal.prepare())
    return seal


def sent(seal: Seal, counter: int, **values: object) -> Beat:
    """Return a beat as it comes to a centre that confirms it."""
    centre = Centre(KEY)
    beat = replace(BEAT, counter=counter, **values)  # type: ignore[arg-type]
    sealed = seal.seal(beat)
    assert seal.size_bytes(beat) == len(sealed)
    assert seal.open(centre.answer(beat), beat) == Ack(counter, 1)
    return centre.read(sealed)


def test_what_was_confirmed_is_left_out_until_it_changes(seal: Seal) -> None:
    assert [sent(seal, counter).same for counter in (1, 2, 3)] == [False, True, True]
    assert not sent(seal, 4, plan_seq=99).same
    assert sent(seal, 5, plan_seq=99).same


def test_it_is_told_again_now_and_then(seal: Seal) -> None:
    left_out = [sent(seal, counter).same for counter in range(1, 2 * WHOLE_EACH + 4)]
    assert [at for at, same in enumerate(left_out) if not same] == [
        0,
        WHOLE_EACH + 1,
        2 * WHOLE_EACH + 2,
    ]


def test_what_was_not_confirmed_is_told_again(seal: Seal) -> None:
    first = seal.seal(BEAT)
    assert not Centre(KEY).read(first).same
    assert not sent(seal, 18).same


def test_a_changed_key_is_taken_and_everything_told_anew(path: Path, seal: Seal) -> None:
    assert not sent(seal, 1).same
    new = SiteKey(18, bytes(32))
    write_key(path, new)
    asyncio.run(seal.prepare())
    told = Centre(new).read(seal.seal(replace(BEAT, counter=2)))
    assert not told.same


def test_another_beats_answer_is_none(seal: Seal) -> None:
    other = Centre(KEY).answer(replace(BEAT, counter=99))
    assert not seal.is_answer(other, BEAT)
    assert seal.is_answer(Centre(KEY).answer(BEAT), BEAT)
    for answer in (other, b"", b"{}"):
        with pytest.raises(CarrierError):
            seal.open(answer, BEAT)


@pytest.mark.parametrize("text", ["", "nonsense", "17.AAAA"])
def test_a_key_file_that_holds_no_key_is_told_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "centre.key"
    file.write_text(text)
    with pytest.raises(CarrierError, match=r"centre\.key"):
        asyncio.run(Seal(file).prepare())
    with pytest.raises(CarrierError, match="missing"):
        asyncio.run(Seal(tmp_path / "missing").prepare())


def test_a_change_that_was_never_confirmed_and_went_back_is_told(seal: Seal) -> None:
    """The centre may have stored it: then what came before is not what it has."""
    centre = Centre(KEY)
    sent(seal, 1)
    assert centre.read(seal.seal(replace(BEAT, counter=2))).same
    seal.seal(replace(BEAT, counter=3, operator="another"))
    assert not centre.read(seal.seal(replace(BEAT, counter=4))).same
    sent(seal, 5)
    assert centre.read(seal.seal(replace(BEAT, counter=6))).same
