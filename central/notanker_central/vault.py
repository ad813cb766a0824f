"""The master key: in a file beside the database, so that a stolen database alone opens nothing.

The file holds one line for each master key, the newest last; each is a name and 32 bytes in base64. What is
sealed says which one it was sealed with, so changing the master key is adding a line, sealing everything
anew, and taking the old lines away: stopped anywhere in between, everything still opens.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from notanker.errors import NotankerError

_NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_MOST_BYTES: Final = 4096


class VaultError(NotankerError):
    """The master key is not to be had, or does not open what is in the database."""


class Vault:
    """Seals what the database keeps of secrets.

    Args:
        path: The file; it is made if it is missing, for its owner's eyes alone.

    Raises:
        VaultError: it cannot be read or made.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        try:
            if not path.exists():
                _write(path, [_new()])
                self.made = True
            else:
                self.made = False
            self._keys = dict(_read(path))
        except (OSError, ValueError) as error:
            raise VaultError(f"the master key {path} cannot be used: {error}") from None

    def seal(self, secret: bytes, what: str) -> bytes:
        """Seal a secret; it opens only as what it was sealed for."""
        name = next(reversed(self._keys))
        nonce = os.urandom(_NONCE_BYTES)
        return name + nonce + self._cipher(name).encrypt(nonce, secret, what.encode())

    def open(self, sealed: bytes, what: str) -> bytes:
        """Return the secret.

        Raises:
            VaultError: it was sealed with another master key, or for something else.
        """
        name, nonce = sealed[:_NAME_BYTES], sealed[_NAME_BYTES : _NAME_BYTES + _NONCE_BYTES]
        try:
            return self._cipher(name).decrypt(nonce, sealed[len(name + nonce) :], what.encode())
        except (KeyError, InvalidTag, ValueError):
            raise VaultError(f"the master key {self.path} does not open {what}") from None

    def add(self) -> None:
        """Add a master key; from now on everything is sealed with it."""
        added = [*self._keys.items(), _new()]
        _write(self.path, added)
        self._keys = dict(added)

    def forget_old(self) -> None:
        """Take all master keys away but the newest: nothing may be sealed with them any more."""
        newest = list(self._keys.items())[-1:]
        _write(self.path, newest)
        self._keys = dict(newest)

    def _cipher(self, name: bytes) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(self._keys[name])


def _new() -> tuple[bytes, bytes]:
    return os.urandom(_NAME_BYTES), os.urandom(_KEY_BYTES)


def _read(path: Path) -> list[tuple[bytes, bytes]]:
    with path.open("rb") as stream:
        lines = stream.read(_MOST_BYTES).split(b"\n")
    found = [base64.b64decode(line, validate=True) for line in lines if line.strip()]
    if not found or any(len(one) != _NAME_BYTES + _KEY_BYTES for one in found):
        raise ValueError("not one master key a line")
    return [(one[:_NAME_BYTES], one[_NAME_BYTES:]) for one in found]


def _write(path: Path, keys: list[tuple[bytes, bytes]]) -> None:
    """Write the file whole or not at all, and wait until the disk has it."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, 0o600), "wb") as stream:
        stream.writelines(base64.b64encode(name + key) + b"\n" for name, key in keys)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
