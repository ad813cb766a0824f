"""Starts the agent. Nothing here imports more than the agent itself needs (docs/adr/0081)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker.cli.last_good import config_or_last_good

DEFAULT_CONFIG: Final = Path("/etc/notanker/notanker.toml")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `notanker run` was told."""

    config: Path
    log_level: str = "info"


def plain(words: Sequence[str]) -> Wanted | None:
    """Return what a plain `run [--config FILE]` wants; None for a call that needs to be read properly."""
    given = os.environ.get("NOTANKER_CONFIG") or DEFAULT_CONFIG
    match list(words):
        case ["run"]:
            return Wanted(Path(given))
        case ["run", "--config", path]:
            return Wanted(Path(path))
        case _:
            return None


def run_agent(wanted: Wanted) -> None:
    """Run the site's agent until it is told to stop."""
    from notanker.shell.logs import open_log
    from notanker.shell.running import run_agent as run

    config, findings = config_or_last_good(wanted.config)
    log = open_log(wanted.log_level)
    for finding in findings:
        log.warning("finding", text=finding)
    asyncio.run(run(config, findings, log))
