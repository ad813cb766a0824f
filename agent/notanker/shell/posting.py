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
from notanker.shell.composing import Composer
from notanker.shell.journal import Journal, Past
from notanker.shell.links import Links
from notanker.shell.logs import Log
from notanker.shell.outbox import Outbox
from notanker.shell.planning import Planning
from notanker.shell.plugin_supervisor import PluginProcess


def composer_of(
    config: Config,
    site: Callable[[], Site],
    planning: Planning,
    now: Callable[[], Moment],
    log: Log,
) -> Composer:
    """Return who makes the words of a site's messages.

    Args:
        config: The configuration.
        site: Gives the present state.
        planning: Has the plan in force, and is told of words of it that could not be used.
        now: Gives the present moment.
        log: Where changes are logged.
    """
    return Composer(
        site,
        lambda: planning.plan,
        now,
        config.site.id,
        config.site.language,
        log,
        planning.words_refused,
    )


def outbox_of(
    config: Config,
    store: Journal,
    channels: Sequence[PluginProcess],
    settled: Callable[[MessageSettled], None],
    composer: Composer,
    log: Log,
) -> Outbox:
    """Return the outbox of a site.

    Args:
        config: The configuration.
        store: The journal.
        channels: The plugins that carry messages, in their order.
        settled: Called with the end of each message.
        composer: Makes the messages' texts.
        log: Where changes are logged.
    """
    links = Links(config.centre, config.site.id, log)
    site = composer.site
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
        language=composer.language,
        limits=lambda: site().settings.telling.limits,
        heard=lambda mark: lineage.heard(site().incidents.all, mark),
        revised=composer.revised,
    )


def resume(outbox: Outbox, past: Past, now: Moment) -> None:
    """Take up what the last process left: its messages, its reports, and what people had of late."""
    told = {fact.mark for fact in past.facts if isinstance(fact, Settled)}
    outbox.take_up(past.deliveries, told, past.reports, allowance.used(past.facts, now))
