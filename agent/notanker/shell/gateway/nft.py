"""Loads the gateway's rules into the kernel with the system's `nft`; all of them or none."""

from __future__ import annotations

import asyncio

from notanker.shell import tools


async def load(text: str) -> None:
    """Load rules.

    Raises:
        ToolError: there is no nft, no right, or the kernel refused.
    """
    await asyncio.to_thread(tools.run, ["nft", "-f", "-"], text)
