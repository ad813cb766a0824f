"""A link acknowledges what its site wrote into it, for three days, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import acklink
from notanker.core.acklink import LIFE_S, MOST_CHARACTERS, Told, path_of, read

KEY = b"k" * 32
KEYS = {"nord": KEY, "sued": b"s" * 32, "nora": b"n" * 32}
TOLD = Told("nord", 17, "mara-beispiel", 1_790_000_000)

tolds = st.builds(
    Told,
    st.sampled_from(sorted(KEYS)),
    st.integers(1, 10**14),
    st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    st.integers(1, 2**33),
    st.booleans(),
)


@given(tolds)
def test_what_the_site_wrote_is_what_the_centre_reads(told: Told) -> None:
    path = path_of(told, KEYS[told.site])
    assert read(path, KEYS.get) == told
    assert len(path) <= MOST_CHARACTERS


@given(tolds, st.data())
def test_a_link_with_one_other_byte_is_no_link(told: Told, data: st.DataObject) -> None:
    path = path_of(told, KEYS[told.site]).encode()
    place = data.draw(st.integers(0, len(path) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != path[place]))
    changed = path[:place] + bytes([other]) + path[place + 1 :]
    assert read(changed.decode("latin-1"), KEYS.get) is None


def test_every_single_bit_of_a_link_counts() -> None:
    path = path_of(TOLD, KEY).encode()
    for place in range(len(path)):
        for bit in range(8):
            changed = bytearray(path)
            changed[place] ^= 1 << bit
            assert read(changed.decode("latin-1"), KEYS.get) is None


@given(tolds, st.integers(0, 120))
def test_a_link_that_was_cut_short_or_grew_is_no_link(told: Told, length: int) -> None:
    path = path_of(told, KEYS[told.site])
    assert read(path[: min(length, len(path) - 1)], KEYS.get) is None
    assert read(path + "/", KEYS.get) is None
    assert read(path + "a", KEYS.get) is None


@given(st.text())
def test_whatever_comes_there_is_an_answer(text: str) -> None:
    assert read(text, KEYS.get) is None
    assert read("/a/nord/17/mara/t5k1xc/" + text, KEYS.get) is None


@pytest.mark.parametrize(
    "other",
    [
        Told("sued", 17, "mara-beispiel", 1_790_000_000),
        Told("nord", 18, "mara-beispiel", 1_790_000_000),
        Told("nord", 17, "jonas-beispiel", 1_790_000_000),
        Told("nord", 17, "mara-beispiel", 1_790_000_001),
        Told("nord", 17, "mara-beispiel", 1_790_000_000, drill=True),
    ],
)
def test_the_mac_of_one_link_opens_no_other(other: Told) -> None:
    mac = path_of(TOLD, KEY).rpartition("/")[2]
    said = path_of(other, KEYS[other.site]).rpartition("/")[0]
    assert read(f"{said}/{mac}", KEYS.get) is None


def test_another_site_s_key_makes_no_link_of_this_one() -> None:
    assert read(path_of(TOLD, KEYS["sued"]), KEYS.get) is None
    assert read(path_of(Told("west", 17, "mara", 1), KEY), KEYS.get) is None


def test_what_is_no_id_gets_no_link() -> None:
    assert path_of(Told("nord", 17, "Mara Beispiel", 1_790_000_000), KEY) == ""
    assert path_of(Told("nord", 17, "a/b", 1_790_000_000), KEY) == ""
    assert path_of(Told("nord", 0, "mara", 1_790_000_000), KEY) == ""
    assert path_of(Told("nord", 17, "mara", 0), KEY) == ""


@pytest.mark.parametrize(
    ("after_s", "over"),
    [(0, False), (-200, False), (-400, True), (LIFE_S - 1, False), (LIFE_S + 1, True)],
)
def test_a_link_lives_three_days(after_s: float, over: bool) -> None:
    assert acklink.is_over(TOLD, TOLD.at_s + after_s) is over


def test_a_link_of_usual_names_fits_a_line_of_a_mail() -> None:
    link = "https://centre.example:8443" + path_of(Told("nord", 17, "mara", 1_790_000_000), KEY)
    assert len(link) <= 78, "RFC 5322, 2.1.1"
