"""A site's files in a folder of their own, and the command line called in this very process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from notanker.cli.commands import notanker
from notanker.core.facts import Fact
from notanker.core.incident import REOPEN_S
from notanker.core.names import Uplink
from notanker.core.status import Status
from notanker.shell import codec, journal
from notanker.shell.journal import Journal
from tests.unit.config.samples import GOOD
from tests.unit.core.world import World

EXAMPLE_PLAN = Path(__file__).parents[3] / "examples" / "plan"


@dataclass
class SiteFiles:
    """The files of a site under test."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "notanker.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def configure(self, text: str = GOOD) -> None:
        """Write the configuration, its folders moved here."""
        paths = (
            f'\n[paths]\nstate = "{self.state}"\nrun = "{self.folder / "run"}"\n'
            f'plan = "{EXAMPLE_PLAN}"\n'
        )
        self.config.write_text(text + paths, encoding="utf-8")

    def write_status(self, status: Status) -> None:
        """Write the snapshot as the agent does."""
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / "status.json").write_bytes(codec.encode(status))


@pytest.fixture
def files(tmp_path: Path) -> SiteFiles:
    site = SiteFiles(tmp_path)
    site.configure()
    return site


Call = Callable[..., Result]


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test in German and in English."""
    monkeypatch.setenv("NOTANKER_LANG", request.param)
    return str(request.param)


@pytest.fixture
def call(files: SiteFiles, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `notanker` with the site's configuration; anything but an exit fails the test."""
    monkeypatch.setenv("NOTANKER_CONFIG", str(files.config))
    monkeypatch.setenv("NOTANKER_STATE", str(files.state))

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(notanker, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def keep(path: Path, facts: list[Fact]) -> None:
    async def work() -> None:
        store = Journal(path)
        store.start()
        await store.do(journal.append(facts))
        await asyncio.to_thread(store.close)

    asyncio.run(work())


@pytest.fixture
def history(files: SiteFiles) -> World:
    """Two outages, the second of them not over."""
    world = World()
    world.run(10)
    world.dead.add(Uplink.PRIMARY)
    world.run(60)
    world.dead.clear()
    world.run(60 + REOPEN_S)
    world.pull(Uplink.PRIMARY)
    world.run(10)
    keep(files.state / "journal.sqlite", world.facts)
    return world
