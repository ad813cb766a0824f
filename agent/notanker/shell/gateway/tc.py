"""Reads and sets the kernel's queues with the system's `tc`; it stops at the first line that is refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from notanker.shell import tools
from notanker.shell.tools import ToolError


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
        ToolError: there is no tc, no right, or the kernel refused.
    """
    await asyncio.to_thread(tools.run, ["tc", "-batch", "-"], batch)


async def roots() -> tuple[Root, ...]:
    """Return the root queue of every interface that has one.

    Raises:
        ToolError: there is no tc, or its answer cannot be read.
    """
    return roots_of(await asyncio.to_thread(tools.run, ["tc", "-j", "qdisc", "show"]))


def roots_of(said: bytes) -> tuple[Root, ...]:
    """Return the roots in what `tc -j qdisc show` says.

    Raises:
        ToolError: it is not what tc(8) says.
    """
    try:
        rows = msgspec.json.decode(said, type=list[_Row])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ToolError("tc says what cannot be read (iproute2 too old?)") from error
    return tuple(Root(row.dev, row.kind, row.handle) for row in rows if row.root)
