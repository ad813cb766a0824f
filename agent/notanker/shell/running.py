"""Runs the agent until it is told to stop."""

from __future__ import annotations

import asyncio
import signal

from notanker import notify
from notanker.config.model import Config
from notanker.shell import rights
from notanker.shell.agent import Agent
from notanker.shell.logs import Log


async def run_agent(config: Config, findings: tuple[str, ...], log: Log) -> None:
    """Run one site's agent until SIGTERM or SIGINT; SIGHUP takes the plan anew.

    Args:
        config: Its configuration.
        findings: What is wrong already, in the site's language.
        log: Where changes are logged.
    """
    rights.keep_rights_to_oneself()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    agent = Agent(config, findings, log)
    loop.add_signal_handler(signal.SIGHUP, agent.take_plan_soon)
    await agent.start()
    notify.notify(notify.READY)
    await stop.wait()
    notify.notify(notify.STOPPING)
    await agent.stop()
