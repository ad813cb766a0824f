"""What comes from outside on the way of a plan, offers, differences, headers: it is read or refused."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plan import delta
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import MAX_MANIFEST_BYTES
from notanker_central.depot import piece_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_what_was_packed_is_unpacked_with_and_without_a_base(content: bytes, base: bytes) -> None:
    assert delta.unpack(delta.pack(content, base), len(content), base) == content
    assert delta.unpack(delta.pack(content), len(content)) == content


@given(st.binary(max_size=500), st.binary(max_size=50))
def test_rubbish_unpacks_to_no_more_than_is_allowed(packed: bytes, base: bytes) -> None:
    try:
        assert len(delta.unpack(packed, 100, base)) <= 100
    except ValueError:
        return


def test_a_small_packet_that_unpacks_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        delta.unpack(delta.pack(b"\0" * 10_000_000), 1000)


def test_a_changed_line_costs_next_to_nothing() -> None:
    old = "".join(hashlib.sha256(bytes([n])).hexdigest() + "\n" for n in range(200)).encode()
    new = old.replace(old[640:660], b"+49 171 39200 19 abc")
    assert len(delta.pack(new, old)) < 300
    assert len(delta.pack(new)) > 5000


@given(st.binary(max_size=64))
def test_a_name_in_a_header_comes_back(content: bytes) -> None:
    name = delta.digest(content)
    assert delta.name_in(delta.named(name)) == name


@given(st.text(max_size=80))
def test_any_header_names_a_hash_or_nothing(header: str) -> None:
    assert len(delta.name_in(header)) in (0, 64)


@given(st.dictionaries(st.sampled_from(["manifest.json.sig", "manifest.json.b.sig"]), TEXTS), TEXTS)
def test_an_offer_comes_back_to_the_byte(signatures: dict[str, str], manifest: str) -> None:
    offer = {name: text.encode() for name, text in signatures.items()}
    offer["manifest.json"] = manifest.encode()
    assert offers.decode(offers.encode(offer)) == offer


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_an_offer_or_refused(raw: bytes) -> None:
    try:
        assert "manifest.json" in offers.decode(raw)
    except offers.OfferError:
        return


@pytest.mark.parametrize(
    "offer",
    [
        {},
        {"manifest.json.sig": ""},
        {"manifest.json": "", "../manifest.json.sig": ""},
        {"manifest.json": "", "manifest.json./x.sig": ""},
        {"manifest.json": "", "plan.toml": ""},
        {"manifest.json": "x" * (MAX_MANIFEST_BYTES + 1)},
        {"manifest.json": "", **{f"manifest.json.{n}.sig": "" for n in range(20)}},
        {"manifest.json": "\ud800"},
        [],
        None,
    ],
)
def test_what_does_not_belong_into_an_offer_is_refused(offer: object) -> None:
    with pytest.raises(offers.OfferError):
        offers.decode(json.dumps(offer).encode())


def test_files_that_are_no_text_cannot_be_offered() -> None:
    with pytest.raises(offers.OfferError):
        offers.encode({"manifest.json": b"\xff"})


@given(st.binary(max_size=50), st.text(max_size=40) | st.from_regex(r"bytes=[0-9]*-[0-9]*"))
def test_any_range_is_a_piece_of_the_file_or_the_whole(content: bytes, header: str) -> None:
    piece = piece_of(content, header)
    if piece is not None:
        assert 0 <= piece[0] < piece[1] <= len(content)


def test_a_range_is_understood() -> None:
    assert piece_of(b"0123456789", "bytes=2-4") == (2, 5)
    assert piece_of(b"0123456789", "bytes=8-99") == (8, 10)
    assert piece_of(b"0123456789", "bytes=10-11") is None
    assert piece_of(b"0123456789", "bytes=²-3") is None
