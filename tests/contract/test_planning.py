"""The agent and the process that accepts plans for it: what it leaves behind is words, never processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from notanker.config.model import (
    BackupConfig,
    Config,
    PathsConfig,
    PlanConfig,
    PrimaryConfig,
    SiteConfig,
)
from notanker.config.plan_source import SourceConfig
from notanker.core.budget import Band
from notanker.core.moment import Moment
from notanker.core.names import Uplink
from notanker.errors import Language
from notanker.plan import outcome
from notanker.plan.outcome import Outcome
from notanker.shell import fetching, planning
from notanker.shell.fetching import way_of
from notanker.shell.logs import Log, Record
from notanker.shell.planning import Planning
from notanker.shell.settings import resolvers_of
from tests.unit.plan.conftest import SAMPLE
from tests.unit.plan.signing import Office

SOON_S = 60.0


@dataclass
class Box:
    """A box with a folder in which plans arrive, and the part of the agent that takes them."""

    folder: Path
    language: Language = "en"
    allowed: Path | None = None
    revoked: Path | None = None
    log: list[Record] = field(default_factory=list)
    changes: int = 0

    @property
    def config(self) -> Config:
        return Config(
            site=SiteConfig(id="musterhafen", language=self.language),
            primary=PrimaryConfig(interface="eth0"),
            backup=BackupConfig(interface="wwan0"),
            anchor=(),
            plan=PlanConfig(allowed_signers=self.allowed, revoked=self.revoked),
            paths=PathsConfig(state=self.folder / "state", plan=self.folder / "plan"),
        )

    def planning(self) -> Planning:
        return Planning(self.config, self._changed, Log(self.log.append))

    def _changed(self) -> None:
        self.changes += 1

    def events(self) -> list[object]:
        return [record["event"] for record in self.log]


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 2 * SOON_S))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    shutil.copytree(SAMPLE, tmp_path / "plan")
    return Box(tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "office").mkdir()
    return Office.open(tmp_path / "office")


def break_contacts(box: Box) -> None:
    path = box.folder / "plan" / "contacts.toml"
    path.write_text(path.read_text().replace('kind = "person"', 'kind = "robot"', 1))


@pytest.mark.parametrize(("language", "words"), [("de", "Plan abgelehnt"), ("en", "Plan refused")])
def test_a_refused_plan_says_why_with_file_and_line_until_one_is_taken(
    box: Box, language: Language, words: str
) -> None:
    box.language = language
    part = box.planning()

    async def story() -> None:
        await part.take()
        assert not part.findings
        assert part.status.refused == ("", "")
        good = (box.folder / "plan" / "contacts.toml").read_bytes()
        break_contacts(box)
        await part.take()
        [finding] = part.findings
        assert finding.startswith(words)
        assert "contacts.toml:" in finding
        assert part.status.refused[language == "en"] in finding
        assert part.status.findings > 0
        assert part.plan is not None
        assert box.changes == 2
        (box.folder / "plan" / "contacts.toml").write_bytes(good)
        await part.take()
        assert not part.findings

    run(story())
    assert box.events().count("plan_accepted") == 2
    refused = next(record for record in box.log if record["event"] == "plan_not_accepted")
    assert refused["step"] == "lint"
    assert any("contacts.toml" in str(record.get("problem")) for record in box.log)


def test_word_that_cannot_be_written_is_missed(box: Box) -> None:
    (box.folder / "state").mkdir()
    (box.folder / "state" / "plans").write_text("no folder")
    part = box.planning()

    async def story() -> None:
        await part.take()
        [finding] = part.findings
        assert "ended without a word (status 2)" in finding
        assert part.plan is not None  # read from where it lies, for nobody has to sign it

    run(story())


def test_two_requests_at_once_are_both_done(box: Box) -> None:
    part = box.planning()

    async def story() -> None:
        await asyncio.gather(part.take(), part.take())
        assert not part.findings

    run(story())
    assert box.events().count("plan_accepted") == 2


def in_session(leader: int) -> list[int]:
    """Return the processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if after[3] == str(leader) and after[0] != "Z":
            found.append(int(path.parent.name))
    return found


def name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def limits_of(process: int) -> str:
    return Path(f"/proc/{process}/limits").read_text()


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started, each the leader of a session."""
    found: list[int] = []
    start = asyncio.create_subprocess_exec

    async def noted(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await start(*arguments, **options)
        found.append(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return found


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():  # noqa: ASYNC110 - the kernel tells nobody that a session has ended
            await asyncio.sleep(0.02)


def keys_that_never_come(box: Box, office: Office) -> None:
    """ssh-keygen waits for its keys for ever: the file is a pipe that nobody writes into."""
    office.signed(box.folder / "plan", "anna")
    box.allowed = box.folder / "pipe"
    os.mkfifo(box.allowed)


def test_what_is_begun_ends_with_the_agent_and_all_that_it_started(
    box: Box, office: Office, sessions: list[int]
) -> None:
    keys_that_never_come(box, office)
    part = box.planning()

    async def story() -> None:
        taking = asyncio.create_task(part.take())
        await until(lambda: "ssh-keygen" in [name_of(p) for s in sessions for p in in_session(s)])
        [keygen] = [p for p in in_session(sessions[0]) if name_of(p) == "ssh-keygen"]
        assert "536870912" in limits_of(keygen)  # bytes of address space
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
        await until(lambda: not in_session(sessions[0]))

    run(story())


def test_an_acceptance_that_takes_too_long_is_ended_and_told_whatever_word_lay_there(
    box: Box, office: Office, sessions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_that_never_come(box, office)
    monkeypatch.setattr(planning, "ACCEPT_S", 1.0)
    older = Outcome(accepted=True, step="", source="", at=Moment(1.0, 1.0), process=1)
    (box.folder / "state" / "plans").mkdir(parents=True)
    outcome.save(box.folder / "state" / "plans", older)
    part = box.planning()

    async def story() -> None:
        await part.take()
        assert "not done after 1 seconds" in part.findings[0]
        await until(lambda: not in_session(sessions[0]))

    run(story())


def test_a_plan_whose_signer_is_revoked_lapses_and_stays_readable(box: Box, office: Office) -> None:
    office.signed(box.folder / "plan", "anna")
    box.allowed = office.allowed
    first = box.planning()
    run(first.take())
    assert not first.findings
    assert first.status.verified is not None
    box.revoked = office.revoke("anna")
    later = box.planning()  # the agent, started anew
    run(later.take())
    assert later.status.lapsed is not None
    assert any("is no longer validly signed since" in finding for finding in later.findings)
    assert later.plan is not None
    assert later.status.seq == 42
    again = box.planning()  # once more: what is known already is told from the start
    assert again.status.lapsed == later.status.lapsed
    assert "plan_in_force_problem" in box.events()


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n# gone bad\n")


def test_the_plan_in_force_is_checked_again_and_again(
    box: Box, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.signed(box.folder / "plan", "anna")
    box.allowed = office.allowed
    part = box.planning()

    async def story() -> None:
        await part.take()
        spoil(box.folder / "state" / "plans" / "current" / "source" / "roles.toml")
        monkeypatch.setattr(planning, "RECHECK_S", 0.0)
        watching = asyncio.create_task(part.watch())
        await until(lambda: box.changes == 2)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching
        assert any("is damaged since" in finding for finding in part.findings)

    run(story())


def with_a_stick(box: Box, office: Office, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the box take signed plans from a stick."""
    source = SourceConfig(kind="stick", path=str(box.folder / "stick"))
    plan = PlanConfig(allowed_signers=office.allowed, sources=(source,))
    config = msgspec.structs.replace(box.config, plan=plan)
    monkeypatch.setattr(Box, "config", config)
    return box.folder / "stick"


def test_plans_come_from_their_sources_and_what_goes_wrong_there_is_told(
    box: Box, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = with_a_stick(box, office, monkeypatch)
    part = box.planning()

    async def story() -> None:
        await part.take()
        assert (part.plan, part.findings) == (None, ())  # the stick is in a pocket
        office.signed(stick, "anna")
        await part.take()
        assert (part.status.seq, part.findings) == (42, ())
        assert part.status.verified is not None
        office.signed(stick, "stranger", seq=43)
        await part.take()
        assert any(finding.startswith("Plan source stick") for finding in part.findings)
        assert part.status.refused != ("", "")
        assert part.status.seq == 42
        again = box.planning()  # started anew: what is known is told from the start
        assert again.findings == part.findings

    run(story())
    assert "plan_fetched" in box.events()


def test_word_of_a_newer_plan_has_it_fetched_soon_and_once(
    box: Box, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = with_a_stick(box, office, monkeypatch)
    monkeypatch.setattr(planning, "FOLLOW_S", 0.01)
    monkeypatch.setattr(fetching, "SOON_S", 0.05)
    part = box.planning()

    async def story() -> None:
        office.signed(stick, "anna")
        watching = asyncio.create_task(part.watch())
        await asyncio.sleep(0.2)
        assert part.plan is None, "the next look of its own is an hour away"
        part.fetch_soon()
        part.fetch_soon()
        await until(lambda: part.status.seq == 42)
        await asyncio.sleep(0.2)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching

    run(story())
    assert box.events().count("plan_fetched") == 1


def test_a_fleet_that_is_told_at_once_does_not_come_at_once(box: Box) -> None:
    waits_s = [fetching.Fetching(box.config, None).soon_s() for _ in range(200)]
    assert max(waits_s) <= fetching.SOON_S
    assert min(waits_s) < 20 < 100 < max(waits_s)


def test_a_plan_that_a_technician_takes_into_force_is_noticed(
    box: Box, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "FOLLOW_S", 0.01)
    part = box.planning()

    async def story() -> None:
        await part.take()
        watching = asyncio.create_task(part.watch())
        head = box.folder / "plan" / "plan.toml"
        head.write_text(head.read_text().replace("seq = 42", "seq = 77"))
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "notanker.cli", "plan", "accept", str(box.folder / "plan"),
             "--store", str(box.folder / "state" / "plans")],
            check=True, capture_output=True,
        )  # fmt: skip
        await until(lambda: part.status.seq == 77)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching

    run(story())


@pytest.mark.parametrize(
    ("route", "band", "limit"),
    [
        (Uplink.PRIMARY, Band.SPENT, ("eth0", None)),
        (Uplink.BACKUP, Band.PLENTY, ("wwan0", 1_000_000)),
        (Uplink.BACKUP, Band.SCARCE, ("wwan0", 50_000)),
        (Uplink.BACKUP, Band.SPENT, None),
    ],
)
def test_lte_carries_as_much_of_a_plan_as_the_budget_allows(
    box: Box, route: Uplink, band: Band, limit: tuple[str, int | None] | None
) -> None:
    site = SimpleNamespace(route=route, metered=SimpleNamespace(band=band))
    way = way_of(box.config, site, resolvers_of(box.config))  # type: ignore[arg-type]  # the two things that it looks at
    assert (None if way is None else (way.interface, way.limit_bytes)) == limit
