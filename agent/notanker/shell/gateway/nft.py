"""Loads rules into the kernel with the system's `nft`; all of them or none.

It runs at the start and when addresses change, never on the way of a switch (5 ms a time on two x86 cores).
"""

from __future__ import annotations

import asyncio
import subprocess
from typing import Final

from notanker.errors import NotankerError
from notanker.shell import rights

LONGEST_S: Final = 10.0
_MAX_WORDS: Final = 300


class NftError(NotankerError):
    """The rules are not in the kernel; the text says why."""


async def load(text: str) -> None:
    """Load rules.

    Raises:
        NftError: there is no nft, no right, or the kernel refused.
    """
    await asyncio.to_thread(_load, text.encode())


def _load(text: bytes) -> None:
    try:
        with rights.handed_on(rights.CAP_NET_ADMIN):
            done = subprocess.run(
                ["nft", "-f", "-"], input=text, capture_output=True, timeout=LONGEST_S, check=False
            )
    except FileNotFoundError as error:
        raise NftError("there is no nft (Debian package nftables)") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NftError(str(error)) from error
    if done.returncode:
        raise NftError(_words(done.stderr))


def _words(said: bytes) -> str:
    """Return the first line of what nft says."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (lines[0] if lines else "nft failed")[:_MAX_WORDS]
