"""When plans are fetched, over which line, and what became of it: the agent's side of `shell.sources`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from notanker.config.model import Config
from notanker.core.budget import Band
from notanker.core.moment import Moment
from notanker.core.names import Uplink
from notanker.core.state import Site
from notanker.errors import Language, Place, Problem, errors_of
from notanker.shell.clock import Clock
from notanker.shell.nameservers import Servers
from notanker.shell.settings import resolvers_of
from notanker.shell.sources import errand, report
from notanker.shell.sources.errand import Way
from notanker.shell.sources.report import Fetched, Report

BACKUP_BYTES: Final[Mapping[Band, int]] = {
    Band.PLENTY: 1_000_000,
    Band.WARNED: 250_000,
    Band.SCARCE: 50_000,
}
"""What a new plan may cost on LTE. A changed contact costs 5 kB, the whole sample plan about 100 kB. Of a
budget that is spent it gets nothing."""
LEAST_PAUSE_ON_LTE_S: Final = 3600.0
SOON_S: Final = 120.0
"""Who is told of a new plan comes within this: the beats of a fleet are spread over a minute already, and
a depot that a thousand boxes ask at one moment serves none of them well."""
JITTER: Final = 0.1
"""A hundred boxes that got their power back together must not ask together."""


def way_of(config: Config, state: Site, servers: Servers) -> Way | None:
    """Return the line that a plan may take now, None if it may take none."""
    if state.route is Uplink.PRIMARY:
        return Way(interface=config.primary.interface, resolvers=servers[Uplink.PRIMARY])
    limit = BACKUP_BYTES.get(state.metered.band)
    if limit is None:
        return None
    servers_there = servers[Uplink.BACKUP]
    return Way(interface=config.backup.interface, resolvers=servers_there, limit_bytes=limit)


class Fetching:
    """Knows the sources of a site and what they said last.

    Args:
        config: The site's.
        site: Tells the state of the site; without it, the kernel chooses the line.
        servers: The name servers of each line; without any, those of the configuration.
    """

    def __init__(
        self, config: Config, site: Callable[[], Site] | None, servers: Servers | None = None
    ) -> None:
        self._config = config
        self._site = site
        self._servers = resolvers_of(config) if servers is None else servers
        self._report: Report | None = report.read(config.paths.arrivals) if self.enabled else None
        self._silent: Problem | None = None

    @property
    def enabled(self) -> bool:
        """Whether the site has any source."""
        return bool(self._config.plan.sources)

    def pause_s(self) -> float:
        """How long to wait before the next look."""
        way = self._way()
        usual_s = self._config.plan.fetch_every_min * 60.0
        if way is None or way.limit_bytes is not None:
            usual_s = max(usual_s, LEAST_PAUSE_ON_LTE_S)
        return usual_s * (1 - JITTER + 2 * JITTER * _lot())

    def soon_s(self) -> float:
        """How long to wait once a new plan is told of; on LTE it costs no more than `BACKUP_BYTES` allow."""
        return SOON_S * _lot()

    def errand(self) -> bytes | None:
        """Return what the process that fetches has to know, None if no line may be taken now."""
        way = self._way()
        job = errand.errand_of(self._config, way) if way is not None else None
        return None if job is None else errand.encode(job)

    def hear(self, process: int, status: int | None) -> None:
        """Take the word that the process has left."""
        told = report.read(self._config.paths.arrivals)
        if told is not None and told.process == process:
            self._report, self._silent = told, None
            return
        # Most of them leave word, and the sentences are many.
        from notanker.plan.trust.catalogue import CATALOGUE

        self._silent = CATALOGUE.problem(
            "no-word", Place(), status="-" if status is None else status
        )

    def _way(self) -> Way | None:
        return Way() if self._site is None else way_of(self._config, self._site(), self._servers)

    @property
    def refused(self) -> Fetched | None:
        """The source whose plan was refused last, None if none was."""
        return None if self._report is None else self._report.refused

    @property
    def at(self) -> Moment:
        """When the sources were asked last."""
        return self._report.at if self._report is not None else Clock().now()

    @property
    def results(self) -> dict[str, str]:
        """What became of each source, for the log."""
        return {} if self._report is None else {s.source: s.result for s in self._report.sources}

    def findings(self, language: Language) -> Iterator[str]:
        """Yield what is wrong with the sources."""
        name = "Plan source" if language == "en" else "Planquelle"
        if self._silent is not None:
            yield f"{name}: {self._silent.sentence(language)}"
        for one in self._report.sources if self._report is not None else ():
            if _matters(one):
                first = (*errors_of(one.problems), *one.problems)[0]
                yield f"{name} {one.source}: {first.sentence(language)}"


def _lot() -> float:
    return int.from_bytes(os.urandom(2), "big") / 65_535


def _matters(one: Fetched) -> bool:
    """Tell whether it is a finding; a stick with last year's plan in somebody's drawer is none."""
    if not one.problems or one.problems[0].code == "not-over-lte":
        return False
    if one.result == "older":
        return one.source.startswith(("centre", "sftp"))
    return one.result in ("refused", "failed", "waits")
