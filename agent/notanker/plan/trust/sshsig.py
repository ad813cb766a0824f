"""SSH signatures by the system's own ssh-keygen: keys in an agent or on a token work as they do elsewhere.

A signature is bound to a namespace, `plan@notanker`, so that one made for a mail or a commit is worth
nothing here (PROTOCOL.sshsig of OpenSSH). It counts only in the very form that ssh-keygen gives it: so no
byte of it can be changed without notice.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from notanker.errors import NotankerError

Namespace = Literal["plan@notanker", "heartbeat@notanker"]
PLAN: Final = "plan@notanker"
HEARTBEAT: Final = "heartbeat@notanker"
TIMEOUT_S: Final = 15.0
MAX_SIGNATURE_BYTES: Final = 16 * 1024
_GOOD: Final = re.compile(rb'Good "(\S+)" signature for \S+ with \S+ key (SHA256:\S+)')
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG\0\0\0\1"
"""What a signature begins with, and its version: ssh-keygen of OpenSSH 9.2 takes version 0 as well."""


class SignatureError(NotankerError):
    """A signature is missing, wrong, or of nobody who may sign; the text says which."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the name in `allowed_signers`, the key's fingerprint, and the key as ssh writes it."""

    name: str
    fingerprint: str
    key: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose signature counts.

    Attributes:
        allowed: ssh's `allowed_signers`; only root may write it, no plan can.
        revoked: Keys that no longer count, one public key a line or a KRL; None for none.
    """

    allowed: Path
    revoked: Path | None = None


def sign(path: Path, key: Path, signature: Path, namespace: Namespace = PLAN) -> None:
    """Sign a file with a private key, or with the public key of one that an agent or token holds.

    Raises:
        SignatureError: ssh-keygen refuses; its own words say why.
    """
    signature.unlink(missing_ok=True)
    made = path.with_name(path.name + ".sig")
    kept = made.read_bytes() if made.exists() and made != signature else None
    made.unlink(missing_ok=True)
    done = _run("-Y", "sign", "-n", namespace, "-f", str(key), str(path))
    if done.returncode or not made.exists():
        raise SignatureError(_words(done.stderr))
    made.replace(signature)
    if kept is not None:
        made.write_bytes(kept)


def verify(
    data: bytes, signature: bytes, keys: Keys, at: dt.datetime, namespace: Namespace = PLAN
) -> Signer:
    """Return who signed the data.

    Args:
        data: What was signed.
        signature: As ssh-keygen wrote it.
        keys: Whose signature counts.
        at: The time for which keys must be valid, in UTC. A box without a clock takes the latest that it
            surely knows.
        namespace: What it was signed for.

    Raises:
        SignatureError: nobody did who may.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise SignatureError("the signature is too large")
    key = key_of(signature)
    time = f"-Overify-time={at:%Y%m%d%H%M%S}"
    with tempfile.TemporaryDirectory(prefix="notanker-") as folder:
        file = Path(folder, "signature")
        file.write_bytes(signature)
        name = _principal(file, keys, time)
        revoked = ("-r", str(keys.revoked)) if keys.revoked is not None else ()
        done = _run(
            "-Y", "verify", time, "-f", str(keys.allowed), "-I", name, "-n", namespace,
            "-s", str(file), *revoked, data=data,
        )  # fmt: skip
    good = _GOOD.search(done.stdout)
    if done.returncode or good is None or good[1] != namespace.encode():
        raise SignatureError(_words(done.stderr) or _words(done.stdout))
    return Signer(name, good[2].decode(), key)


def _principal(file: Path, keys: Keys, time: str) -> str:
    done = _run("-Y", "find-principals", time, "-s", str(file), "-f", str(keys.allowed))
    names = done.stdout.decode("utf-8", "replace").split()
    if done.returncode or not names:
        raise SignatureError(_words(done.stderr) or "nobody who may sign has signed this")
    return names[0].split(",")[0]


def key_of(signature: bytes) -> str:
    """Return the public key in a signature, as `ssh-ed25519 AAAA...`.

    Raises:
        SignatureError: it is no signature.
    """
    try:
        blob = _blob(signature.decode("ascii"))
        key = _string(blob, len(_MAGIC))
        return f"{_string(key, 0).decode('ascii')} {base64.b64encode(key).decode()}"
    except (binascii.Error, ValueError, IndexError):
        raise SignatureError("this is no SSH signature") from None


def _blob(text: str) -> bytes:
    """Return what is in the armour.

    Decoders pass over line ends and over the last bits of base64; so what they pass over has to be as
    ssh-keygen writes it.

    Raises:
        ValueError: it is not in the form that ssh-keygen writes.
    """
    first, *body, last, end = text.split("\n")
    joined = "".join(body)
    blob = base64.b64decode(joined, validate=True)
    framed = (first, last, end) == (_BEGIN, _END, "") and blob.startswith(_MAGIC)
    if not framed or base64.b64encode(blob).decode() != joined:
        raise ValueError(first)
    return blob


def _string(blob: bytes, at: int) -> bytes:
    """Return the string at that place: four bytes of length, then so many (RFC 4251, section 5)."""
    end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
    if end > len(blob) or at + 4 > len(blob):
        raise IndexError(end)
    return blob[at + 4 : end]


def counts(key: str, keys: Keys) -> bool:
    """Tell whether a key is still among those that count."""
    try:
        if key not in keys.allowed.read_text("utf-8", "replace"):
            return False
    except OSError:
        return False
    if keys.revoked is None:
        return True
    with tempfile.TemporaryDirectory(prefix="notanker-") as folder:
        file = Path(folder, "key.pub")
        file.write_text(key + "\n")
        return _run("-Q", "-f", str(keys.revoked), str(file)).returncode == 0


def _run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments], input=data, capture_output=True, timeout=TIMEOUT_S,
            check=False, env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C", **_agent()},
        )  # fmt: skip
    except FileNotFoundError:
        raise SignatureError("ssh-keygen is not installed (package openssh-client)") from None
    except (subprocess.TimeoutExpired, OSError) as error:
        raise SignatureError(f"ssh-keygen: {type(error).__name__}") from None


def _agent() -> dict[str, str]:
    names = ("SSH_AUTH_SOCK", "HOME", "SSH_ASKPASS", "DISPLAY")
    return {name: os.environ[name] for name in names if name in os.environ}


def _words(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").strip().splitlines()
    return text[-1][:200] if text else ""
