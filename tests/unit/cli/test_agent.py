"""How `notanker run` starts: without the command line where it can, with it where it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.cli.agent import DEFAULT_CONFIG, Wanted, plain
from notanker.cli.commands import PLACES, Commands, notanker


def test_a_plain_run_takes_the_usual_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTANKER_CONFIG", raising=False)
    assert plain(["run"]) == Wanted(DEFAULT_CONFIG)


def test_a_plain_run_takes_what_the_environment_or_the_call_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOTANKER_CONFIG", "/a")
    assert plain(["run"]) == Wanted(Path("/a"))
    assert plain(["run", "--config", "/b"]) == Wanted(Path("/b"))


@pytest.mark.parametrize(
    "call", ["", "run --help", "run --config", "run --log-level debug", "status", "run run run"]
)
def test_every_other_call_is_read_by_the_command_line(call: str) -> None:
    assert plain(call.split()) is None


def test_every_command_is_where_the_list_says() -> None:
    assert isinstance(notanker, Commands)
    context = notanker.make_context("notanker", ["status"])
    for name in PLACES:
        command = notanker.get_command(context, name)
        assert command is not None
        assert command.name == name
    assert notanker.get_command(context, "frobnicate") is None
