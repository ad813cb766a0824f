"""Opens the COSE working group's examples of COSE_Encrypt0 with our reader, and prints what came of each.

``NOTANKER_COSE_EXAMPLES=folder python bench/cose_examples.py`` takes a checkout of
https://github.com/cose-wg/Examples. The structure is what is tried: the algorithm is plugged in, so those
that use AES count as well. Whatever is meant to fail must not open; what has our form has to.
"""

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402 - found from the checkout

from notanker.beat import cose  # noqa: E402

TAG: Final = 0xD0
FOREIGN: Final = "not our form"
"""Another length of nonce, a countersignature, a header of its own: refused before any cryptography."""


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Plugged:
    """An algorithm of an example, as the reader asks for it."""

    def __init__(self, cipher: _Cipher) -> None:
        self._cipher = cipher

    def seal(self, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return self._cipher.encrypt(nonce, plaintext, aad)

    def open(self, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(nonce, ciphertext, aad)
        except (InvalidTag, ValueError):
            return None


def main() -> int:
    """Print the table; the status is 1 if one did not do as it should."""
    folder = os.environ.get("NOTANKER_COSE_EXAMPLES", "")
    files = sorted(Path(folder).rglob("*.json")) if folder else []
    rows, well = [["example", "meant to", "did"]], bool(files)
    for file in files:
        example: Any = json.loads(file.read_text(encoding="utf-8"))
        if "encrypted" not in example["input"] or "external" in example["input"]["encrypted"]:
            continue  # another kind of message, or with data that ours never have
        meant, did = _tried(example)
        rows.append([f"{file.parent.name}/{file.stem}", meant, did])
        well = well and did in (meant, FOREIGN)
    print(aligned(rows) if files else "NOTANKER_COSE_EXAMPLES names no folder with examples.")
    return 0 if well else 1


def _tried(example: Any) -> tuple[str, str]:
    meant = "fail" if example.get("fail") or example["input"].get("fail") else "open"
    message = bytes.fromhex(example["output"]["cbor"])
    given = example["input"]["encrypted"]
    try:
        envelope = cose.read(message[1:] if message[0] == TAG else message)
    except cose.CoseError:
        return meant, FOREIGN
    key = base64.urlsafe_b64decode(given["recipients"][0]["key"]["k"] + "==")
    whole = given.get("unsent", {}).get("IV_hex", "")
    context_iv = int.from_bytes(bytes.fromhex(whole), "big") ^ int.from_bytes(
        envelope.partial_iv, "big"
    )
    cipher = _cipher(given["protected"].get("alg", ""), key)
    if cipher is None:
        return meant, FOREIGN
    plain = cose.decrypt0(envelope, Plugged(cipher), context_iv.to_bytes(len(whole) // 2, "big"))
    return meant, "open" if plain == example["input"]["plaintext"].encode() else "fail"


def _cipher(name: str, key: bytes) -> _Cipher | None:
    if name == "ChaCha-Poly1305":
        return ChaCha20Poly1305(key)
    if name.startswith("A") and name.endswith("GCM"):
        return AESGCM(key)
    if name.startswith("AES-CCM"):
        return AESCCM(key, tag_length=int(name.rpartition("/")[2]) // 8)
    return None


if __name__ == "__main__":
    sys.exit(main())
