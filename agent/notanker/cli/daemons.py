"""The programs that run until they are told to stop: agent, portal, centre, demo."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path

import click

from notanker.cli.agent import Wanted, run_agent
from notanker.cli.last_good import config_or_last_good
from notanker.cli.output import config_option, fail, language, read_config
from notanker.shell.logs import LEVELS


@click.command()
@config_option
@click.option("--log-level", default="info", type=click.Choice(LEVELS), help="Least level told.")
def run(config_path: Path, log_level: str) -> None:
    """Run the site's agent."""
    run_agent(Wanted(config_path, log_level))


@click.group(invoke_without_command=True)
@config_option
@click.pass_context
def portal(context: click.Context, config_path: Path) -> None:
    """Serve the emergency plan and the line's state to the staff."""
    if context.invoked_subcommand is not None:
        return
    from notanker.portal.files import PortalFiles, Wifi
    from notanker.portal.serve import serve

    config, _ = config_or_last_good(config_path)
    files = PortalFiles(
        status_file=config.paths.status,
        plan_store=config.paths.plan_store,
        reports=config.paths.reports,
        leads_code=config.portal.leads_code,
        # Where there is no Wi-Fi of the box's own, the address that the page was asked of is the one.
        address=config.portal.address if config.portal.wifi_ssid else "",
        wifi=Wifi(config.portal.wifi_ssid, config.portal.wifi_key)
        if config.portal.wifi_ssid
        else None,
    )
    serve(files, config.portal)


@portal.command("dnsmasq")
@config_option
def portal_dnsmasq(config_path: Path) -> None:
    """Print dnsmasq's configuration for the Wi-Fi that leads to the portal."""
    from notanker.portal.captive_dns import configuration

    click.echo(configuration(read_config(config_path).portal), nl=False)


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
    """Take every rule, route, queue and counter of notanker out of the kernel (before uninstalling)."""
    from notanker.shell import counters
    from notanker.shell.gateway import shaping
    from notanker.shell.gateway.gateway import clear_away
    from notanker.shell.settings import kernel_of

    config = read_config(config_path)

    kernel = kernel_of(config)
    try:
        kernel.clear()
    finally:
        kernel.close()
    asyncio.run(clear_away())
    asyncio.run(shaping.clear_away())
    counters.clear_away()
