"""The announcement of a telephone system with bad manners, switched by a command over SSH."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notanker.plugin import Order, Permanent, PluginError, Retry, Unknown
from notanker_lab.pbx_ssh import MODES, USER, SshPbx
from notanker_pbx.config import PbxConfig
from notanker_pbx.ssh import Ran, command_line, refusal
from tests.contract.support.announcement import do, is_on
from tests.contract.support.runner import Instance, Runner

Start = Callable[..., Instance]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshPbx]:
    with SshPbx(tmp_path_factory.mktemp("pbx")) as pbx:
        yield pbx


@pytest.fixture
def pbx(system: SshPbx) -> SshPbx:
    system.reset()
    return system


@pytest.fixture
def start(runner: Runner, pbx: SshPbx) -> Start:
    def begin(*, ask: bool = True, **options: object) -> Instance:
        known: dict[str, object] = {
            "way": "ssh",
            "on": "announcement on",
            "off": "announcement off",
            "host": "127.0.0.1",
            "port": pbx.port,
            "user": USER,
            "key": str(pbx.key),
            "known_hosts": str(pbx.known_hosts),
            "connect_timeout_s": 10.0,
            "answer_timeout_s": 10.0,
            "settle_s": 0.0,
        }
        asked = {"ask": "announcement state"} if ask else {}
        return runner.start("pbx", known | asked | options)

    return begin


def test_the_announcement_is_switched_on_and_off_once_each(start: Start, pbx: SshPbx) -> None:
    instance = start()
    assert is_on(instance) is False
    assert do(instance, "on") == "asked: on"
    assert do(instance, "on") == "it was on already"
    assert pbx.on
    assert do(instance, "off") == "asked: off"
    assert (pbx.on, pbx.orders) == (False, ["on", "off"])


@pytest.mark.parametrize(
    ("mode", "answer", "reason", "plays"),
    [
        ("refuses", Permanent, "log-in was refused", False),
        ("stranger", Permanent, "host key", False),
        ("unknown", Permanent, "does not know the command", False),
        ("fails", Retry, "status 3", False),
        ("closed", Retry, "no connection", False),
        ("drops", Unknown, "broke off", True),
        ("drops_before", Unknown, "broke off", False),
    ],
)
def test_what_the_system_does_is_told_as_it_was(
    start: Start, pbx: SshPbx, mode: str, answer: type[PluginError], reason: str, plays: bool
) -> None:
    pbx.mode = mode
    with pytest.raises(answer, match=reason):
        do(start(ask=False), "on")
    assert pbx.on is plays


def test_a_system_that_prints_without_an_end_is_left(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "flood"
    with pytest.raises(Unknown, match="within bounds"):
        do(start(ask=False), "on")
    assert pbx.on


def test_a_system_that_does_not_end_is_left(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "hang"  # the log-in has to fit into the time as well, on a busy machine
    with pytest.raises(Unknown, match="within bounds"):
        do(start(ask=False, connect_timeout_s=2.0, answer_timeout_s=2.0), "on")
    assert pbx.on


def test_a_system_that_never_greets_has_got_no_order(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "silent"
    with pytest.raises(Retry):
        do(start(ask=False, connect_timeout_s=1.0, answer_timeout_s=1.0), "on")
    assert pbx.orders == []


def test_a_system_that_says_yes_and_does_nothing_is_found_out(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "stays"
    with pytest.raises(Retry, match="it is not on"):
        do(start(), "on")
    assert not pbx.on


def test_an_answer_that_is_lost_is_made_up_for_by_asking(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "drops"
    assert do(start(), "on") == "asked: on"
    assert pbx.orders == ["on"]


def test_what_cannot_be_asked_now_is_asked_later(start: Start, pbx: SshPbx) -> None:
    pbx.mode = "refuses"
    with pytest.raises(Retry):
        is_on(start())


def test_a_command_is_one_word_of_the_line_and_no_shell_reads_it_here() -> None:
    command = "ansage 'an'; $(true) `true`"
    config = PbxConfig(
        way="ssh", on=command, off="b", host="pbx.example", user="box", key="/k", known_hosts="/h"
    )
    line = command_line(config, config.order("on")[0])
    assert line[-3:] == ["--", "pbx.example", command]
    assert shlex.join(line).count("StrictHostKeyChecking=yes") == 1


@pytest.mark.parametrize(
    ("ran", "answer"),
    [
        (Ran(255, b"", b"ssh: Could not resolve hostname"), Retry),
        (Ran(255, b"", b"box@pbx.example: Permission denied (publickey)."), Permanent),
        (Ran(255, b"", b"Authenticated to x\nPermission denied"), Unknown),
        (Ran(None, b"", b""), Retry),
        (Ran(None, b"", b"Authenticated to x"), Unknown),
        (Ran(1, b"secret", b"Authenticated to x\nsecret"), Retry),
    ],
)
def test_only_what_was_logged_in_can_have_done_anything(
    ran: Ran, answer: type[PluginError]
) -> None:
    fault = refusal(ran)
    assert type(fault) is answer
    assert "secret" not in fault.reason


def test_every_bad_manner_of_the_system_is_tried_here() -> None:
    tried = set(Path(__file__).read_text().split('"'))
    assert set(MODES) - {"well"} <= tried


def test_whatever_it_did_before_the_next_order_brings_it_there(start: Start, pbx: SshPbx) -> None:
    instance = start()
    orders: tuple[Order, Order] = ("on", "off")
    for number, mode in enumerate(("drops", "drops_before")):
        order = orders[number % 2]
        pbx.mode = mode
        try:
            do(instance, order)
        except PluginError:
            pbx.mode = "well"
            do(instance, order)
        assert pbx.on is (order == "on"), mode
