"""ChaCha20-Poly1305 and X25519 at the site, by libsodium.

PyNaCl weighs 1.2 MiB where `cryptography`, which brings an OpenSSL of its own, weighs 7.9 (measured
on x86, PSS): docs/adr/0211. It is loaded with the first key: only a site with a centre needs it.
"""

from __future__ import annotations

import os


class Aead:
    """ChaCha20-Poly1305 (RFC 8439) with one key."""

    def __init__(self, key: bytes) -> None:
        from nacl import bindings
        from nacl.exceptions import CryptoError

        self._key = key
        self._seal = bindings.crypto_aead_chacha20poly1305_ietf_encrypt
        self._open = bindings.crypto_aead_chacha20poly1305_ietf_decrypt
        self._forged = CryptoError

    def seal(self, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Return the ciphertext with its tag."""
        return self._seal(plaintext, aad, nonce, self._key)

    def open(self, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes | None:
        """Return the plaintext, None if it is not authentic."""
        try:
            return self._open(ciphertext, aad, nonce, self._key)
        except self._forged:
            return None


class Exchange:
    """One run of X25519 (RFC 7748).

    Attributes:
        public: What the other side is sent.
    """

    def __init__(self) -> None:
        from nacl import bindings

        self._secret = os.urandom(bindings.crypto_scalarmult_SCALARBYTES)
        self.public = bindings.crypto_scalarmult_base(self._secret)

    def with_(self, public: bytes) -> bytes:
        """Return what both sides arrive at, out of the other's public number.

        Raises:
            ValueError: that is no number for this.
        """
        from nacl import bindings
        from nacl.exceptions import CryptoError

        try:
            return bindings.crypto_scalarmult(self._secret, public)
        except CryptoError as error:
            raise ValueError(str(error)) from None
