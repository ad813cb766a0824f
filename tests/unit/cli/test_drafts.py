"""`notanker drafts`: what is there to be released, and releasing it through the running agent."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core.incident import REOPEN_S
from notanker.core.names import Uplink
from notanker.shell.control import Control, Wish
from notanker.shell.logs import QUIET
from tests.unit.cli.conftest import Call, SiteFiles, keep
from tests.unit.core.outside_world import Outside, outage, recovered


@pytest.fixture
def drafted(files: SiteFiles) -> Outside:
    """An outage that is over with a released announcement, and one that is not over."""
    world = outage()
    world.release("T7")
    recovered(world)
    world.run(REOPEN_S + 1)  # sooner it would be the same incident
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    keep(files.state / "journal.sqlite", world.facts)
    return world


def _answers(path: Path) -> bool:
    """Tell whether somebody listens there already; the file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as link:
        return link.connect_ex(str(path)) == 0


class Agent:
    """The socket of a running agent, which answers `word` to whatever root wishes."""

    def __init__(self, path: Path) -> None:
        self.wishes: list[tuple[str, Wish]] = []
        self.word = "released"
        self._loop = asyncio.new_event_loop()
        deeds = {name: self._deed(name) for name in ("release", "withdraw", "off")}
        self._task = self._loop.create_task(Control(path, {}, QUIET, deeds).run())
        self._thread = threading.Thread(target=self._serve)
        self._up = threading.Event()
        self._thread.start()
        while not _answers(path):
            self._up.wait(0.01)

    def _deed(self, name: str):  # type: ignore[no-untyped-def]  # a Deed
        def do(wish: Wish) -> str:
            self.wishes.append((name, wish))
            return self.word

        return do

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            self._loop.close()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()


@pytest.fixture
def agent(files: SiteFiles) -> Iterator[Agent]:
    (files.folder / "run").mkdir()
    agent = Agent(files.folder / "run" / "control")
    yield agent
    agent.end()


def test_the_list_says_what_waits_and_who_released_what(
    call: Call, drafted: Outside, language: str
) -> None:
    lines = call("drafts", "list").stdout
    german = language == "de"
    assert ("freigegeben von Pia Entwurf, abgelaufen" in lines) is german
    assert ("2 missing" in lines) is not german
    assert call("drafts").stdout == lines


def test_the_list_is_there_for_programs(call: Call, drafted: Outside) -> None:
    listed = json.loads(call("drafts", "list", "--json").stdout)
    assert {row["incident"] for row in listed} == {1, 2}
    assert listed[-1]["drafts"][1]["released"][0]["contact"] == "pia"


def test_without_drafts_it_says_so(call: Call, history: object, language: str) -> None:
    said = call("drafts").stdout
    assert ("Es gibt keine Entwürfe." in said) is (language == "de")


def test_the_words_are_shown_released_or_not(call: Call, drafted: Outside) -> None:
    assert "[de]\nT9 words" in call("drafts", "show", "2", "t9").stdout
    assert json.loads(call("drafts", "show", "1", "T7", "--json").stdout)["persons"] == 1
    assert call("drafts", "show", "1", "T8").exit_code == 2


def test_root_releases_in_a_persons_name(call: Call, agent: Agent, language: str) -> None:
    result = call("drafts", "release", "1", "T7", "--by", "pia-entwurf")
    assert (result.exit_code, agent.wishes) == (0, [("release", Wish(1, "pia-entwurf", "T7"))])
    words = {"de": "T7 der Störung 1 ist freigegeben.", "en": "T7 of incident 1 is released."}
    assert result.stdout.strip() == words[language]


def test_withdrawing_and_off_are_done_the_same_way(call: Call, agent: Agent) -> None:
    agent.word = "withdrawn"
    assert call("drafts", "withdraw", "1", "T7", "--by", "pia-entwurf").exit_code == 0
    agent.word = "off"
    assert call("drafts", "off", "1", "--by", "pia-entwurf").exit_code == 0
    assert [name for name, _ in agent.wishes] == ["withdraw", "off"]


def test_what_does_not_count_ends_with_a_status(call: Call, agent: Agent) -> None:
    agent.word = "two_persons"
    assert call("drafts", "release", "1", "T9", "--by", "panel").exit_code == 2


@pytest.mark.parametrize("by", ["x" * 65])
def test_a_name_without_bounds_is_refused(call: Call, agent: Agent, by: str) -> None:
    assert call("drafts", "release", "1", "T9", "--by", by).exit_code == 2
    assert agent.wishes == []


def test_without_an_agent_nothing_is_released(call: Call, language: str) -> None:
    result = call("drafts", "release", "1", "T7", "--by", "pia-entwurf")
    assert result.exit_code == 2
    assert ("Der Agent antwortet nicht" in result.stderr) is (language == "de")
