"""Loads rules into the kernel with the system's `nft`; all of them or none.

It runs at the start and when addresses change, never on the way of a switch (5 ms a time on two x86 cores).
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
from collections.abc import Callable
from typing import Final

from notanker.errors import NotankerError

LONGEST_S: Final = 10.0
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_RAISE: Final = 2
_CAP_NET_ADMIN: Final = 12
_MAX_WORDS: Final = 300


class NftError(NotankerError):
    """The rules are not in the kernel; the text says why."""


async def load(text: str) -> None:
    """Load rules.

    Raises:
        NftError: there is no nft, no right, or the kernel refused.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "nft", "-f", "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_hand_on(),
        )  # fmt: skip
    except OSError as error:
        raise NftError(_missing(error)) from error
    try:
        async with asyncio.timeout(LONGEST_S):
            _, said = await process.communicate(text.encode())
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise NftError(f"nft did not end within {LONGEST_S:g} s") from error
    if process.returncode:
        raise NftError(_words(said))


def _hand_on() -> Callable[[], None] | None:
    """Return what gives this one child the right that no other child gets (capabilities(7))."""
    if os.geteuid() == 0:
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # before the fork: loading it there could hang

    def raise_it() -> None:
        prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_NET_ADMIN, 0, 0)

    return raise_it


def _missing(error: OSError) -> str:
    missing = error.errno == errno.ENOENT
    return "there is no nft (Debian package nftables)" if missing else str(error)


def _words(said: bytes) -> str:
    """Return the first line of what nft says."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (lines[0] if lines else "nft failed")[:_MAX_WORDS]
