"""Puts the outbox together with what the core knows, and takes it up where the last process left it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notanker.config.model import Config
from notanker.core import allowance, lineage
from notanker.core.events import MessageSettled
from notanker.core.facts import Settled
from notanker.core.moment import Moment
from notanker.core.state import Site
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal, Past
from notanker.shell.links import Links
from notanker.shell.logs import Log
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_supervisor import PluginProcess


def outbox_of(
    config: Config,
    store: Journal,
    channels: Sequence[PluginProcess],
    settled: Callable[[MessageSettled], None],
    site: Callable[[], Site],
    log: Log,
) -> Outbox:
    """Return the outbox of a site.

    Args:
        config: The configuration.
        store: The journal.
        channels: The plugins that carry messages, in their order.
        settled: Called with the end of each message.
        site: Gives the present state.
        log: Where changes are logged.
    """
    links = Links(config.centre, config.site.id, log)
    return Outbox(
        store,
        Carriers(
            channels,
            log,
            lambda mark, name: lineage.of(site().incidents.all, mark, name),
            links.of,
        ),
        settled,
        log,
        language=config.site.language,
        limits=lambda: site().settings.telling.limits,
        heard=lambda mark: lineage.heard(site().incidents.all, mark),
    )


def resume(outbox: Outbox, past: Past, now: Moment) -> None:
    """Take up what the last process left: its messages, its reports, and what people had of late."""
    told = {fact.mark for fact in past.facts if isinstance(fact, Settled)}
    outbox.take_up(past.deliveries, told, past.reports, allowance.used(past.facts, now))
