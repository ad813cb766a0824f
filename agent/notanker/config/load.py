"""Reads notanker.toml, and looks for what is valid TOML and still cannot be meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from notanker.config import fields
from notanker.config.fields import Document
from notanker.config.messages import CATALOGUE
from notanker.config.model import Config
from notanker.errors import ConfigError, Problem, errors_of

MAX_WATCHES: Final = 64
"""Asked all at once when anything goes wrong, so many fit into the time that people wait for."""


def load(path: Path) -> tuple[Config | None, list[Problem]]:
    """Read the file.

    Returns:
        The configuration, or None if it cannot be used, and every problem found.
    """
    document, problems = fields.read(path)
    if document is None:
        return None, problems
    config, found = fields.convert(document, Config)
    problems += found
    if config is not None:
        problems += _contradictions(config, document)
    return (None if errors_of(problems) else config), problems


def load_or_raise(path: Path) -> Config:
    """Read the file.

    Raises:
        ConfigError: it cannot be used.
    """
    config, problems = load(path)
    if config is None:
        raise ConfigError(problems)
    return config


def _contradictions(config: Config, document: Document) -> Iterator[Problem]:
    yield from _anchors(config, document)
    if config.primary.interface == config.backup.interface:
        place = document.place(("backup", "interface"))
        yield CATALOGUE.problem("same-interface", place, name=config.backup.interface)
    for name in {config.primary.interface, config.backup.interface} & set(config.gateway.lan):
        yield CATALOGUE.problem("lan-is-uplink", document.place(("gateway", "lan")), name=name)
    yield from _resolvers(config, document)
    yield from _plugins(config, document)
    yield from _announcements(config, document)
    yield from _panel(config, document)
    yield from _watches(config, document)
    yield from _sources(config, document)


def _anchors(config: Config, document: Document) -> Iterator[Problem]:
    counts = Counter(anchor.kind for anchor in config.anchor)
    if not counts["icmp"]:
        yield CATALOGUE.problem("no-anchor", document.place(("anchor",)))
    for kind, count in sorted(counts.items()):
        if count < 3 and kind != "http":
            place = document.place(("anchor", 0))
            yield CATALOGUE.problem("few-anchors", place, count=count, kind=kind)


def _watches(config: Config, document: Document) -> Iterator[Problem]:
    if len(config.watch) > MAX_WATCHES:
        place = document.place(("watch", MAX_WATCHES))
        yield CATALOGUE.problem("too-many-watches", place, limit=MAX_WATCHES)


def _resolvers(config: Config, document: Document) -> Iterator[Problem]:
    for name, uplink in (("primary", config.primary), ("backup", config.backup)):
        if config.dns is not None and not uplink.resolvers:
            yield CATALOGUE.problem("no-resolvers", document.place((name,)), uplink=name)


def _plugins(config: Config, document: Document) -> Iterator[Problem]:
    names = [plugin.name for plugin in config.plugin]
    for index, name in enumerate(names):
        if name in names[:index]:
            place = document.place(("plugin", index, "name"))
            yield CATALOGUE.problem("double-name", place, name=name)
    if config.backup.modem is not None and config.backup.modem not in names:
        place = document.place(("backup", "modem"))
        yield CATALOGUE.problem("no-such-plugin", place, name=config.backup.modem)
    for name in config.alerts.sms:
        if name not in names:
            yield CATALOGUE.problem("no-such-plugin", document.place(("alerts", "sms")), name=name)
    if not config.alerts.sms:
        yield CATALOGUE.problem("nobody-told", document.place(("alerts",)))


def _announcements(config: Config, document: Document) -> Iterator[Problem]:
    named = {plugin.name for plugin in config.plugin}
    for index, row in enumerate(config.announcement):
        if row.plugin not in named:
            place = document.place(("announcement", index, "plugin"))
            yield CATALOGUE.problem("no-such-plugin", place, name=row.plugin)


def _sources(config: Config, document: Document) -> Iterator[Problem]:
    if config.plan.sources and config.plan.allowed_signers is None:
        yield CATALOGUE.problem("sources-unsigned", document.place(("plan", "sources")))
    for index, source in enumerate(config.plan.sources):
        if source.kind == "centre" and config.centre is None:
            place = document.place(("plan", "sources", index, "kind"))
            yield CATALOGUE.problem("no-centre", place)


def _panel(config: Config, document: Document) -> Iterator[Problem]:
    named = {plugin.name for plugin in config.plugin}
    if config.panel is not None and config.panel.plugin not in named:
        place = document.place(("panel", "plugin"))
        yield CATALOGUE.problem("no-such-plugin", place, name=config.panel.plugin)
    if config.power_cycle.enabled and config.panel is None:
        yield CATALOGUE.problem("no-panel", document.place(("power_cycle", "enabled")))
