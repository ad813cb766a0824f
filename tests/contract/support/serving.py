"""Serves the technician's socket on the runner's loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from notanker.shell.control import Control, Deed
from notanker.shell.logs import QUIET
from notanker.shell.plugin_supervisor import PluginProcess
from tests.contract.support.runner import Runner, eventually


@contextlib.contextmanager
def serve_control(
    runner: Runner,
    path: Path,
    plugins: Mapping[str, PluginProcess],
    deeds: Mapping[str, Deed] | None = None,
) -> Iterator[None]:
    """Serve until the block ends."""
    path.unlink(missing_ok=True)

    async def begin() -> asyncio.Task[None]:
        return asyncio.create_task(Control(path, plugins, QUIET, deeds).run())

    async def end(task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    task = runner.do(begin())
    eventually(path.exists, "the socket is there")
    try:
        yield
    finally:
        runner.do(end(task))
