"""A plugin of one's own, for a command that runs while no agent does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from notanker.config.model import Config, PluginConfig
from notanker.shell.logs import QUIET
from notanker.shell.plugin_limits import PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from notanker.shell.settings import launch_of


@asynccontextmanager
async def own_plugin(config: Config, spec: PluginConfig) -> AsyncIterator[PluginProcess]:
    """Start the plugin's child as the agent would, and end it afterwards."""
    plugin = PluginProcess(
        PluginSpec(spec.name, spec.kind, spec.options),
        on_change=lambda _: None,
        log=QUIET,
        launch=launch_of(config.paths),
    )
    task = asyncio.create_task(plugin.run())
    try:
        yield plugin
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
