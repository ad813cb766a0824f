"""The technician's socket: what it answers, and that nothing written to it does harm."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notanker.shell import control
from notanker.shell.control import MAX_LINE_BYTES, MOST_AT_ONCE, Wish
from tests.contract.support.runner import Runner
from tests.contract.support.serving import serve_control


@pytest.fixture
def path(runner: Runner, tmp_path: Path) -> Iterator[Path]:
    asked = runner.start("asked")
    asked.await_health("ok")
    with serve_control(runner, tmp_path / "control", {"lte1": asked.process}):
        yield tmp_path / "control"


def ask(path: Path, *lines: bytes) -> list[dict[str, object]]:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(str(path))
        answers = link.makefile("rb")
        told = []
        for line in lines:
            link.sendall(line + b"\n")
            told.append(json.loads(answers.readline() or b"null"))
        return told


def test_a_plugin_is_asked_through_the_agent(path: Path) -> None:
    info, signal, ussd, messages = ask(
        path,
        b'{"plugin": "lte1", "method": "info"}',
        b'{"plugin": "lte1", "method": "signal"}',
        b'{"plugin": "lte1", "method": "ussd", "argument": "*100#"}',
        b'{"plugin": "lte1", "method": "messages"}',
    )
    assert info["result"]["model"] == "M1"  # type: ignore[index]
    assert signal["result"]["rsrp_dbm"] == -97.0  # type: ignore[index]
    assert ussd["result"] == "*100#: 12,34 EUR"
    assert messages["result"][0]["text"] == "OK 17"  # type: ignore[index]


def test_what_the_plugin_refuses_comes_back_with_its_reason(path: Path) -> None:
    (refused,) = ask(path, b'{"plugin": "lte1", "method": "ussd", "argument": "100"}')
    assert refused["fault"]["kind"] == "permanent"  # type: ignore[index]
    assert refused["fault"]["reason"] == "no code"  # type: ignore[index]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"plugin": "other", "method": "info"}',
        b'{"plugin": "lte1", "method": "bring_up"}',
        b'{"plugin": "lte1", "method": "tear_down"}',
        b'{"plugin": "lte1", "method": "init"}',
        b'{"plugin": "lte1", "method": "send", "argument": {"text": 1}}',
        b'{"plugin": "lte1", "method": "info", "argument": 7}',
        b'{"plugin": "lte1", "method": "info", "more": 7}',
        b'{"plugin": "lte1", "method": "__init__"}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_question_is_refused_with_a_sentence(path: Path, line: bytes) -> None:
    refused, good = ask(path, line, b'{"plugin": "lte1", "method": "info"}')
    assert refused["fault"]["reason"]  # type: ignore[index]
    assert good["result"]


@given(data=st.binary(max_size=200))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_bytes_stop_the_server(path: Path, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(str(path))
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)
        while link.recv(65536):
            pass
    (good,) = ask(path, b'{"plugin": "lte1", "method": "info"}')
    assert good["result"]


def test_an_endless_line_is_cut_off(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(str(path))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            link.sendall(b"x" * (100 * MAX_LINE_BYTES))


def test_only_a_few_are_let_in_at_once(path: Path) -> None:
    links = [socket.socket(socket.AF_UNIX) for _ in range(MOST_AT_ONCE + 1)]
    try:
        for link in links:
            link.settimeout(10)
            link.connect(str(path))
        for link in links[:-1]:
            link.sendall(b'{"plugin": "lte1", "method": "info"}\n')
            assert link.recv(65536)
        assert links[-1].recv(10) == b""
    finally:
        for link in links:
            link.close()


def test_nobody_but_owner_and_group_may_open_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_socket_that_a_killed_agent_left_is_replaced(runner: Runner, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "control"))
    left.close()
    asked = runner.start("asked")
    with serve_control(runner, tmp_path / "control", {"lte1": asked.process}):
        (info,) = ask(tmp_path / "control", b'{"plugin": "lte1", "method": "info"}')
        assert info["result"]


WISH = (
    b'{"plugin": "", "method": "release",'
    b' "argument": {"incident": 17, "contact": "mara", "template": "T7"}}'
)


def test_root_has_something_done_in_a_persons_name(runner: Runner, tmp_path: Path) -> None:
    wishes: list[Wish] = []

    def release(wish: Wish) -> str:
        wishes.append(wish)
        return "released"

    with serve_control(runner, tmp_path / "control", {}, {"release": release}):
        (told, unknown, bad) = ask(
            tmp_path / "control",
            WISH,
            WISH.replace(b"release", b"destroy"),
            WISH.replace(b"17", b'"17"'),
        )
    assert told["result"] == "released"
    assert wishes == [Wish(17, "mara", "T7")]
    assert "nobody here does destroy" in str(unknown["fault"])
    assert "no question" in str(bad["fault"])


def test_the_agents_own_user_may_not_speak_for_people(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin's child runs as the agent's user, and can open the socket."""
    monkeypatch.setattr(control, "_user", lambda _: os.geteuid() or 4242)
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    with serve_control(runner, tmp_path / "control", {}, {"release": lambda _: "released"}):
        (told,) = ask(tmp_path / "control", WISH)
    assert "for root alone" in str(told["fault"])
