"""A box with sources for its plan, and a process that fetches as on the box."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from notanker.config.centre import CentreConfig
from notanker.config.plan_source import SourceConfig
from notanker.errors import errors_of
from notanker.plan.accepted import current
from notanker.shell.sources import errand as errands
from notanker.shell.sources import report
from notanker.shell.sources.errand import Errand, Way
from notanker.shell.sources.report import Fetched
from tests.unit.plan.signing import Office


@dataclass
class PlanSite:
    """A box: whose plans it takes, and where from."""

    folder: Path
    office: Office
    centre: CentreConfig | None = None
    sources: list[SourceConfig] = field(default_factory=list)
    limit_bytes: int | None = None
    id: str = "nord"

    @property
    def store(self) -> Path:
        return self.folder / "plans"

    @property
    def arrivals(self) -> Path:
        return self.folder / "arrivals"

    def errand(self) -> Errand:
        return Errand(
            site=self.id,
            sources=tuple(self.sources),
            centre=self.centre,
            way=Way(limit_bytes=self.limit_bytes),
            store=self.store,
            arrivals=self.arrivals,
            allowed_signers=self.office.allowed,
            revoked=None,
            signers=1,
            plan_id="musterhafen",
        )

    def fetch(self) -> list[Fetched]:
        """Fetch as the agent does, in a process of its own, and return what became of each source."""
        done = subprocess.run(
            [sys.executable, "-m", "notanker.cli", "plan", "fetch", "--errand", "--bounded"],
            input=errands.encode(self.errand()),
            capture_output=True,
            check=False,
            env={**os.environ, "NOTANKER_LANG": "en"},
        )
        told = report.read(self.arrivals)
        assert told is not None, done.stderr.decode()
        assert done.returncode in (0, 1), done.stderr.decode()
        return list(told.sources)

    def fetch_one(self) -> Fetched:
        [told] = self.fetch()
        return told

    @property
    def seq(self) -> int:
        """The number of the plan in force, which has to be whole; 0 without one."""
        found = current(self.store)
        if found.plan is None:
            return 0
        assert not errors_of(found.problems)
        return found.plan.head.seq


def codes(told: Fetched) -> list[str]:
    return [problem.code for problem in told.problems]
