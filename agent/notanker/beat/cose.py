"""COSE_Encrypt0 (RFC 9052, 5.2) with ChaCha20-Poly1305 (RFC 9053, 4.3), in its one shortest form.

A message is a CBOR array of three: the protected header (`{1: 24}`, the algorithm), an unprotected one (`kid`
and what the nonce is made of), and the ciphertext. It has no tag: whoever hands it on knows what it is. As
there is one way to write each message (RFC 8949, section 4.2), there is one that is read: everything else is
refused before any cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

PROTECTED: Final = bytes.fromhex("a1011818")
"""`{1: 24}`: ChaCha20-Poly1305, 256-bit key, 96-bit nonce, 128-bit tag (RFC 9053, table 6)."""
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
KID: Final = 4
IV: Final = 5
PARTIAL_IV: Final = 6
"""Labels of header parameters (RFC 9052, table 3)."""
MOST_BYTES: Final = 256 * 1024
"""Of a whole message: hundred events of the journal stay far below."""
_MOST_HEADER_BYTES: Final = 23
"""Of a parameter: what one byte of CBOR can announce; a kid has up to four bytes, a nonce twelve."""
_CONTEXT: Final = bytes.fromhex("8368") + b"Encrypt0"


class Aead(Protocol):
    """ChaCha20-Poly1305 with one key, by whichever library."""

    def seal(self, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Return the ciphertext with its tag."""

    def open(self, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes | None:
        """Return the plaintext, None if it is not authentic."""


class CoseError(ValueError):
    """Bytes that are no message of ours."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it was read, nothing of it proven yet.

    Attributes:
        kid: Which key it says it is sealed with; empty if it doesn't.
        partial_iv: What the nonce is made of, together with the key's context IV.
        iv: The whole nonce, where a message brings one.
    """

    kid: bytes
    partial_iv: bytes
    iv: bytes
    protected: bytes
    ciphertext: bytes


def encrypt0(
    aead: Aead, context_iv: bytes, kid: bytes, partial_iv: bytes, plaintext: bytes
) -> bytes:
    """Seal a plaintext.

    Args:
        aead: With the key.
        context_iv: The key's, of 12 bytes (RFC 9052, section 3.1).
        kid: Tells the receiver which key; left out where it is empty.
        partial_iv: Never used twice with the same key and context IV.
        plaintext: What nobody else is to read.
    """
    sealed = aead.seal(nonce(context_iv, partial_iv), plaintext, AAD)
    params = bytes([KID]) + bstr(kid) if kid else b""
    params += bytes([PARTIAL_IV]) + bstr(partial_iv)
    head = b"\x83" + bstr(PROTECTED) + bytes([0xA2 if kid else 0xA1]) + params
    return head + bstr(sealed)


def size_bytes(kid: bytes, partial_iv: bytes, plaintext_bytes: int) -> int:
    """Return how long a message becomes."""
    params = 2 * (1 if kid else 0) + len(kid) + 2 + len(partial_iv)
    sealed = plaintext_bytes + TAG_BYTES
    return 1 + len(bstr(PROTECTED)) + 1 + params + _head_bytes(sealed) + sealed


def read(message: bytes) -> Envelope:
    """Take a message apart; nothing of it is proven by that.

    Raises:
        CoseError: it is none, or written in another than the shortest way.
    """
    if not 1 < len(message) <= MOST_BYTES or message[0] != 0x83:
        raise CoseError("not an array of three")
    protected, at = _read_bstr(message, 1, _MOST_HEADER_BYTES)
    params, at = _read_params(message, at)
    ciphertext, at = _read_bstr(message, at, MOST_BYTES)
    if at != len(message) or len(ciphertext) < TAG_BYTES:
        raise CoseError("too long or too short")
    return Envelope(
        params.get(KID, b""),
        params.get(PARTIAL_IV, b""),
        params.get(IV, b""),
        protected,
        ciphertext,
    )


def decrypt0(envelope: Envelope, aead: Aead, context_iv: bytes) -> bytes | None:
    """Return the plaintext of a message, None if it is not authentic."""
    used = envelope.iv or nonce(context_iv, envelope.partial_iv)
    return aead.open(used, envelope.ciphertext, _aad(envelope.protected))


def nonce(context_iv: bytes, partial_iv: bytes) -> bytes:
    """Return the nonce: the partial IV, padded on the left, xor the context IV (RFC 9052, section 3.1)."""
    mixed = int.from_bytes(context_iv, "big") ^ int.from_bytes(partial_iv, "big")
    return mixed.to_bytes(len(context_iv), "big")


def _aad(protected: bytes) -> bytes:
    """Return the Enc_structure with no external data (RFC 9052, section 5.3)."""
    return _CONTEXT + bstr(protected) + b"\x40"


def bstr(data: bytes) -> bytes:
    """Return a byte string as CBOR has it (RFC 8949, section 3.1), its size written the shortest way."""
    size = len(data)
    if size < 24:
        return bytes([0x40 | size]) + data
    if size < 0x100:
        return bytes([0x58, size]) + data
    if size < 0x10000:
        return b"\x59" + size.to_bytes(2, "big") + data
    return b"\x5a" + size.to_bytes(4, "big") + data


AAD: Final = _aad(PROTECTED)
"""Of every message that is sealed here."""


def _head_bytes(size: int) -> int:
    return 1 if size < 24 else 2 if size < 0x100 else 3 if size < 0x10000 else 5


def _read_bstr(message: bytes, at: int, most: int) -> tuple[bytes, int]:
    size, begin = _size(message, at)
    end = begin + size
    if size > most or end > len(message):
        raise CoseError("a byte string that is too long")
    return message[begin:end], end


def _size(message: bytes, at: int) -> tuple[int, int]:
    first = message[at] if at < len(message) else 0
    if 0x40 <= first < 0x58:
        return first & 0x1F, at + 1
    if not 0x58 <= first <= 0x5A:
        raise CoseError("no byte string")
    width = 1 << (first - 0x58)
    size = int.from_bytes(message[at + 1 : at + 1 + width], "big")
    if size < (24, 0x100, 0x10000)[first - 0x58]:
        raise CoseError("a size that could be written shorter")
    return size, at + 1 + width


def _read_params(message: bytes, at: int) -> tuple[dict[int, bytes], int]:
    count = message[at] - 0xA0 if at < len(message) else -1
    if not 1 <= count <= 2:
        raise CoseError("a header that is none of ours")
    found: dict[int, bytes] = {}
    before, at = 0, at + 1
    for _ in range(count):
        label = message[at] if at < len(message) else 0
        if label not in (KID, IV, PARTIAL_IV) or label <= before:
            raise CoseError("a parameter that is none of ours")
        value, at = _read_bstr(message, at + 1, NONCE_BYTES)
        if not value:
            raise CoseError("an empty parameter")
        found[label], before = value, label
    if IV in found and (PARTIAL_IV in found or len(found[IV]) != NONCE_BYTES):
        raise CoseError("a nonce that is none")
    if IV not in found and PARTIAL_IV not in found:
        raise CoseError("no nonce")
    return found, at
