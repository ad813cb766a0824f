"""Reads and sets the kernel's queues with the system's `tc` (iproute2), never on the way of a switch.

A round takes 3 ms on two x86 cores, in a thread. tc(8) stops at the first line that the kernel refuses.
"""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import dataclass
from typing import Final

import msgspec

from notanker.errors import NotankerError
from notanker.shell import rights

LONGEST_S: Final = 10.0
_MAX_WORDS: Final = 300


class TcError(NotankerError):
    """The queues are not as wanted; the text says why."""


@dataclass(frozen=True, slots=True)
class Root:
    """What orders the packets of one interface.

    Attributes:
        interface: The interface.
        kind: `cake`, `htb`, `fq_codel` ...
        handle: `0:` where the kernel chose it by itself, `8001:` where somebody else did.
    """

    interface: str
    kind: str
    handle: str


class _Row(msgspec.Struct, frozen=True):
    """One queue, as far as it is asked for."""

    dev: str
    kind: str
    handle: str
    root: bool = False


async def load(batch: str) -> None:
    """Run tc's commands, one a line.

    Raises:
        TcError: there is no tc, no right, or the kernel refused.
    """
    await asyncio.to_thread(_run, ["tc", "-batch", "-"], batch.encode())


async def roots() -> tuple[Root, ...]:
    """Return the root queue of every interface that has one.

    Raises:
        TcError: there is no tc, or its answer cannot be read.
    """
    return roots_of(await asyncio.to_thread(_run, ["tc", "-j", "qdisc", "show"], b""))


def roots_of(said: bytes) -> tuple[Root, ...]:
    """Return the roots in what `tc -j qdisc show` says.

    Raises:
        TcError: it is not what tc(8) says.
    """
    try:
        rows = msgspec.json.decode(said, type=list[_Row])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise TcError("tc says what cannot be read (iproute2 too old?)") from error
    return tuple(Root(row.dev, row.kind, row.handle) for row in rows if row.root)


def _run(argv: list[str], text: bytes) -> bytes:
    try:
        with rights.handed_on(rights.CAP_NET_ADMIN):
            done = subprocess.run(
                argv, input=text, capture_output=True, timeout=LONGEST_S, check=False
            )
    except FileNotFoundError as error:
        raise TcError("there is no tc (Debian package iproute2)") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TcError(str(error)) from error
    if done.returncode:
        raise TcError(_words(done.stderr))
    return done.stdout


def _words(said: bytes) -> str:
    """Return the first line of what tc says."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (lines[0] if lines else "tc failed")[:_MAX_WORDS]
