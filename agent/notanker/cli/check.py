"""`notanker check`: every problem of configuration, plan and plugins at once, and what follows from it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from notanker.cli import foretold
from notanker.cli.exits import OK, WRONG
from notanker.cli.messages import CATALOGUE
from notanker.cli.output import config_option, json_option, print_json, print_problems, say
from notanker.config import fields
from notanker.config.fields import Document
from notanker.config.load import load
from notanker.config.model import Config
from notanker.core import standby
from notanker.core.forecast import forecast
from notanker.core.names import PluginHealth
from notanker.core.status import PluginStatus
from notanker.errors import Place, Problem, errors_of
from notanker.plan.model import Plan

PLUGIN_S: Final = 15.0


@click.command()
@config_option
@json_option
@click.option(
    "--offline", is_flag=True, help="Only read files: start no plugin, look at no interface."
)
def check(config_path: Path, as_json: bool, offline: bool) -> None:
    """List every problem of configuration, plan and plugins at once."""
    from notanker.shell.settings import settings_of

    config, problems = load(config_path)
    found = settings = None
    if config is not None:
        document, _ = fields.read(config_path)
        plan, plan_problems = _plan(config)
        settings = settings_of(config, plan)
        found = forecast(settings)
        problems += [*_files(config, document), *plan_problems, *_systems(config, document, plan)]
        problems += foretold.contradictions(config, settings, document)
        if not offline:
            problems += [*_interfaces(config, document), *asyncio.run(_plugins(config, document))]
    if as_json:
        cost = standby.monthly(settings) if settings is not None else None
        print_json({"problems": problems, "forecast": found, "standby": cost})
    else:
        print_problems(problems, err=False)
        click.echo(_summary(problems))
        if found is not None and settings is not None:
            click.echo("\n".join(foretold.lines(found, settings)))
    raise SystemExit(WRONG if errors_of(problems) else OK)


def _plan(config: Config) -> tuple[Plan | None, Iterable[Problem]]:
    """Read the plan: the one in force where plans are fetched, else the folder that is taken into force."""
    from notanker.plan.accepted import current
    from notanker.plan.load import load as load_plan

    if not config.plan.sources:
        return load_plan(config.paths.plan)
    accepted = current(config.paths.plan_store)
    return accepted.plan, accepted.problems


def _summary(problems: list[Problem]) -> str:
    count = len(problems)
    if count == 1:
        return say("1 Befund.", "1 finding.")
    return say(f"{count} Befunde.", f"{count} findings.")


def _systems(config: Config, document: Document | None, plan: Plan | None) -> Iterator[Problem]:
    """Yield watches of systems that the plan does not know: nothing depends on those."""
    known = {system.id for system in plan.systems} if plan is not None else set()
    for index, watch in enumerate(config.watch):
        if watch.system not in known:
            place = _place(document, "watch", index, "system")
            yield CATALOGUE.problem("no-such-system", place, id=watch.system)


def _place(document: Document | None, *path: str | int) -> Place:
    return Place() if document is None else document.place(path)


def _interfaces(config: Config, document: Document | None) -> Iterator[Problem]:
    known = [name for _, name in socket.if_nameindex()]
    for section, name in (
        ("primary", config.primary.interface),
        ("backup", config.backup.interface),
    ):
        if name not in known:
            place = _place(document, section, "interface")
            yield CATALOGUE.problem("no-interface", place, name=name, known=", ".join(known))


def _files(config: Config, document: Document | None) -> Iterator[Problem]:
    if config.centre is None:
        return
    for field in ("key", "ca"):
        path = getattr(config.centre, field)
        if path is None:
            continue
        try:
            path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            place = _place(document, "centre", field)
            yield CATALOGUE.problem("no-file", place, path=path, reason=reason)


async def _plugins(config: Config, document: Document | None) -> list[Problem]:
    """Start every plugin and ask it for its state, all at the same time."""
    rounds = (
        _try_plugin(config, index, _place(document, "plugin", index))
        for index in range(len(config.plugin))
    )
    return [problem for found in await asyncio.gather(*rounds) for problem in found]


async def _try_plugin(config: Config, index: int, place: Place) -> list[Problem]:
    from notanker.cli.own_plugin import own_plugin
    from notanker.plugin import PluginError, UplinkState
    from notanker.shell.plugin_faults import PluginDown

    spec = config.plugin[index]
    if config.panel is not None and config.panel.plugin == spec.name:
        known = _known_to_agent(config, spec.name)
        if known is not None:  # its pins are the agent's: a second process would not get them
            well = known.health is not PluginHealth.DEGRADED
            names = {"name": spec.name, "reason": known.reason}
            return [] if well else [CATALOGUE.problem("plugin-broken", place, **names)]
    async with own_plugin(config, spec) as plugin:
        try:
            async with asyncio.timeout(PLUGIN_S):
                await plugin.call("state", answer=UplinkState)
        except (PluginError, PluginDown, TimeoutError) as error:
            if plugin.parts and "uplink" not in plugin.parts:
                return []  # it started, and has no state to be asked for
            if plugin.problems:
                return [_at(problem, place) for problem in plugin.problems]
            reason = str(error) or "no answer in time"
            started = plugin.parts or plugin.status.health is PluginHealth.OK
            code = "plugin-silent" if started else "plugin-broken"
            return [CATALOGUE.problem(code, place, name=spec.name, reason=reason)]
    return []


def _known_to_agent(config: Config, name: str) -> PluginStatus | None:
    """Return how an agent that runs says the plugin does, None if none runs."""
    from notanker.cli.show import fresh_status

    status = fresh_status(config.paths.status)
    plugins = status.plugins if status is not None else ()
    return next((plugin for plugin in plugins if plugin.name == name), None)


def _at(problem: Problem, place: Place) -> Problem:
    """Put a plugin's problem with its options where they stand in the configuration."""
    where = Place(place.file, place.line, f"{place.field}.options.{problem.place.field}")
    return Problem(problem.code, problem.severity, where, problem.de, problem.en)
