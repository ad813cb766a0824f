"""Messages are what RFC 9052 says: by its published examples, and by an implementation that is not ours."""

from __future__ import annotations

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given
from hypothesis import strategies as st

from notanker.beat import cose
from tests.unit.beat.sample import Aead

# https://github.com/cose-wg/Examples (in the public domain), chacha-poly-examples/chacha-poly-enc-01.json.
WG_KEY = bytes.fromhex("0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100")
WG_MESSAGE = bytes.fromhex(
    "8344a1011818a1054c5c3a9950bd2852f66e6c8d4f5824ca119c45926da993d29b5d0cac9a84228c7668d4"
    "92a1b9d7e32020ef21372e74def431b9"
)
# RFC 8152, C.4.2 (RFC8152/Appendix_C_4_2.json there): a partial IV; AES-CCM-16-64-128, nonce of 13 bytes.
RFC_KEY = bytes.fromhex("849b5786457c1491be3a76dcea6c4271")
RFC_NONCE = bytes.fromhex("89f52f65a1c5809300000061a7")
RFC_MESSAGE = bytes.fromhex(
    "8343a1010aa1064261a7581c252a8911d465c125b6764739700f0141ed09192de139e053bd09abca"
)
TEXT = b"This is the content."
"""What both examples hold; here they are without their tag 16 (first byte d0)."""

KEY, CONTEXT_IV = bytes(range(32)), bytes(range(100, 112))


class Ccm(Aead):
    def __init__(self, key: bytes) -> None:
        self._cipher = AESCCM(key, tag_length=8)


def sealed(plaintext: bytes = TEXT, kid: bytes = b"\x11", partial_iv: bytes = b"\x01\x02") -> bytes:
    return cose.encrypt0(Aead(KEY), CONTEXT_IV, kid, partial_iv, plaintext)


def test_the_working_groups_example_of_chacha20_poly1305_opens() -> None:
    assert cose.decrypt0(cose.read(WG_MESSAGE), Aead(WG_KEY), bytes(12)) == TEXT


def test_the_rfcs_example_with_a_partial_iv_opens() -> None:
    padded = int.from_bytes(RFC_NONCE, "big") ^ 0x61A7
    context_iv = padded.to_bytes(13, "big")
    envelope = cose.read(RFC_MESSAGE)
    assert (envelope.partial_iv, envelope.kid) == (b"\x61\xa7", b"")
    assert cose.decrypt0(envelope, Ccm(RFC_KEY), context_iv) == TEXT


@given(st.binary(max_size=70_000), st.binary(max_size=4), st.binary(min_size=1, max_size=12))
def test_a_message_is_written_as_another_implementation_writes_it(
    plaintext: bytes, kid: bytes, partial_iv: bytes
) -> None:
    message = sealed(plaintext, kid, partial_iv)
    protected, headers, ciphertext = cbor2.loads(message)
    assert cbor2.dumps([protected, headers, ciphertext], canonical=True) == message
    whole = {5: cose.nonce(CONTEXT_IV, partial_iv)}
    theirs = cbor2.dumps(cbor2.CBORTag(16, [protected, whole, ciphertext]))
    key = cwt.COSEKey.from_symmetric_key(KEY, alg="ChaCha20/Poly1305")
    assert cwt.COSE.new().decode(theirs, key) == plaintext


def test_what_another_implementation_seals_opens() -> None:
    key = cwt.COSEKey.from_symmetric_key(KEY, alg="ChaCha20/Poly1305")
    headers = {"alg": "ChaCha20/Poly1305"}
    theirs = cwt.COSE.new().encode_and_encrypt(
        TEXT, key, headers, unprotected={5: b"n" * 12}, enable_non_aead=False
    )
    assert theirs[0] == 0xD0
    assert cose.decrypt0(cose.read(theirs[1:]), Aead(KEY), bytes(12)) == TEXT


def test_a_message_of_forty_bytes_costs_thirty_three_more() -> None:
    assert len(sealed(bytes(40), b"\x9c\x40", bytes([0x6A, 0xFD, 0x83, 0x80]))) == 40 + 35


@given(st.data())
def test_a_message_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    message = bytearray(sealed())
    at = data.draw(st.integers(0, len(message) - 1))
    message[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        envelope = cose.read(bytes(message))
    except cose.CoseError:
        return
    opened = cose.decrypt0(envelope, Aead(KEY), CONTEXT_IV)
    assert (
        opened is None or envelope.kid != b"\x11"
    )  # the kid says which key; it is no part of what is sealed


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: sealed()[:20] + tail))
def test_whatever_comes_is_a_message_or_refused(message: bytes) -> None:
    try:
        envelope = cose.read(message)
    except cose.CoseError:
        return
    params = {cose.KID: envelope.kid, cose.PARTIAL_IV: envelope.partial_iv, cose.IV: envelope.iv}
    there = {label: value for label, value in params.items() if value}
    again = cbor2.dumps([envelope.protected, there, envelope.ciphertext], canonical=True)
    assert again == message, "there is one way to write each message"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x83",
        sealed()[:-1],
        sealed() + b"\0",
        b"\xd0" + sealed(),
        sealed().replace(b"\xa2", b"\xa3", 1),
        sealed().replace(b"\x44\xa1", b"\x58\x04\xa1", 1),  # a size that could be written shorter
        sealed().replace(b"\x04\x41\x11\x06\x42\x01\x02", b"\x06\x42\x01\x02\x04\x41\x11", 1),
        cbor2.dumps([cose.PROTECTED, {4: b"\x11"}, bytes(40)]),
        cbor2.dumps([cose.PROTECTED, {5: bytes(12), 6: b"\x01"}, bytes(40)]),
        cbor2.dumps([cose.PROTECTED, {5: bytes(11)}, bytes(40)]),
        cbor2.dumps([cose.PROTECTED, {4: b"", 6: b"\x01"}, bytes(40)]),
        cbor2.dumps([cose.PROTECTED, {6: b"\x01"}, bytes(15)]),
        cbor2.dumps([cose.PROTECTED, {6: b"\x01"}, None]),
        cbor2.dumps([cose.PROTECTED, {6: b"\x01"}, bytes(cose.MOST_BYTES)]),
    ],
)
def test_what_is_no_message_of_ours_is_refused_before_any_cryptography(message: bytes) -> None:
    with pytest.raises(cose.CoseError):
        cose.read(message)
