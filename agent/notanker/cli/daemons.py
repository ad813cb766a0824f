"""The programs that run until they are told to stop: agent, portal, centre, demo."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import Final

import click

from notanker.cli.output import (
    WRONG,
    config_option,
    fail,
    language,
    print_problems,
    read_config,
    say,
)
from notanker.config.load import load
from notanker.config.model import Config, PathsConfig
from notanker.errors import errors_of

LAST_GOOD: Final = "notanker.toml.good"


@click.command()
@config_option
@click.option("--log-level", default="info", help="debug, info, warning or error.")
def run(config_path: Path, log_level: str) -> None:
    """Run the site's agent."""
    from notanker.shell.agent import run_agent
    from notanker.shell.logs import open_log

    config, findings = config_or_last_good(config_path)
    log = open_log(log_level)
    for finding in findings:
        log.warning("finding", text=finding)
    asyncio.run(run_agent(config, findings, log))


def config_or_last_good(path: Path) -> tuple[Config, tuple[str, ...]]:
    """Read the configuration; where it is broken, go on with the last one that was good, and say so."""
    config, problems = load(path)
    print_problems(problems)
    folder = _state_folder()
    if config is not None:
        _remember(path, folder)
        return config, tuple(problem.sentence(config.site.language) for problem in problems)
    config, _ = load(folder / LAST_GOOD)
    if config is None:
        raise SystemExit(WRONG)
    click.echo(
        say("Es gilt die letzte gute Konfiguration.", "The last good configuration applies."),
        err=True,
    )
    return config, tuple(problem.sentence(config.site.language) for problem in errors_of(problems))


def _state_folder() -> Path:
    """Return where the last good configuration is: a broken one cannot be asked for its folders.

    systemd names the folder of the service in STATE_DIRECTORY.
    """
    named = os.environ.get("NOTANKER_STATE") or os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(named) if named else PathsConfig().state


def _remember(path: Path, folder: Path) -> None:
    from notanker.shell.files import replace_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / LAST_GOOD, path.read_bytes(), sync=True)
    except OSError:
        return  # a full or read-only disk must not stop the agent from starting


@click.command()
@config_option
def portal(config_path: Path) -> None:
    """Serve the emergency plan and the line's state to the staff."""
    from notanker.portal.files import PortalFiles
    from notanker.portal.serve import serve

    config, _ = config_or_last_good(config_path)
    files = PortalFiles(
        status_file=config.paths.status,
        plan_store=config.paths.plan_store,
        reports=config.paths.reports,
    )
    serve(files, config.portal.host, config.portal.port)


@click.command()
@click.option(
    "--once", is_flag=True, help="Tell the story once and end with 0 if all of it was seen."
)
def demo(once: bool) -> None:
    """Show a whole outage in a simulated site (from a checkout of the repository)."""
    if importlib.util.find_spec("notanker_lab") is None:
        fail(
            "Das Labor gehört zum Quellverzeichnis: dort „make demo“ aufrufen.",
            "The lab is part of the source checkout: call 'make demo' there.",
        )
    arguments = [sys.executable, "-m", "notanker_lab.demo", *(["--once"] if once else [])]
    os.environ.setdefault("NOTANKER_LANG", language())
    os.execv(sys.executable, arguments)  # noqa: S606 - the same interpreter, no shell


@click.command()
@config_option
def clear(config_path: Path) -> None:
    """Take every rule and route of notanker out of the kernel (before uninstalling)."""
    from notanker.shell.kernel import Kernel, Numbers, own_uid
    from notanker.shell.settings import interfaces_of

    config = read_config(config_path)

    numbers = Numbers(config.kernel.table, config.kernel.priority, own_uid())
    kernel = Kernel(interfaces_of(config), {}, numbers)
    try:
        kernel.clear()
    finally:
        kernel.close()
