"""What plugins do wrong, and what the agent must not feel of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from notanker.plugin import Permanent, Receipt, Retry, Unknown, UplinkState
from notanker.shell.plugin_faults import PluginDown
from tests.contract.support.runner import QUICK, Instance, Runner, eventually, is_alive, message
from tests.contract.support.stall import LIMIT_S


@pytest.fixture(autouse=True)
def no_stall(runner: Runner, request: pytest.FixtureRequest) -> object:
    """Whatever happens in a test of this file, nothing keeps the loop."""
    yield
    for task in range(len(runner._tasks)):
        runner.stop(task)
    print(runner.meter.report(request.node.name))
    assert runner.meter.callbacks > 10
    assert runner.meter.worst_s < LIMIT_S, runner.meter.report(request.node.name)


def test_a_good_plugin_answers_each_call(runner: Runner, tmp_path: Path) -> None:
    good = runner.start("good", {"folder": str(tmp_path)})
    assert good.send(mark="17-2").reference == "17-2"
    assert good.call("state", answer=UplinkState).operator == "Test"
    good.call("bring_up", answer=type(None))
    assert good.call("find_sent", message(mark="17-2"), answer=bool) is True
    assert good.call("find_sent", message(mark="17-3"), answer=bool) is False
    assert good.process.parts == {"uplink", "channel"}
    assert [status.health.value for status in good.seen] == ["ok"]


def test_what_a_plugin_raises_arrives_as_it_was_raised(runner: Runner) -> None:
    good = runner.start("good")
    with pytest.raises(Retry, match="later") as retry:
        good.send("retry")
    assert retry.value.after_s == 7.0
    with pytest.raises(Permanent, match="never"):
        good.send("permanent")
    with pytest.raises(Unknown, match="perhaps"):
        good.send("unknown")
    assert good.process.status.failures == 0


def test_a_plugin_may_give_back_what_it_holds_when_the_agent_ends(
    runner: Runner, tmp_path: Path
) -> None:
    good = runner.start("good", {"folder": str(tmp_path)})
    good.send()
    runner.stop()
    assert (tmp_path / "log").read_text().split()[-1] == "closed"
    with pytest.raises(PluginDown):
        good.send()


def test_a_call_that_hangs_and_ignores_sigterm_ends_at_its_deadline(runner: Runner) -> None:
    hang = runner.start("hang")
    pid = hang.pid()
    began = time.monotonic()
    with pytest.raises(Unknown, match=r"no answer to send in 0\.3 s"):
        hang.send(deadline_s=0.3)
    eventually(lambda: not is_alive(pid), "the child is gone")
    assert time.monotonic() - began < 10
    assert hang.await_health("ok").failures == 1


def test_reads_that_are_lost_are_no_riddle(runner: Runner) -> None:
    leave = runner.start("leave")
    with pytest.raises(PluginDown, match="ended with status 4"):
        leave.call("state", answer=UplinkState)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("crash", "SIGSEGV"),
        ("leave", "status 3"),
        ("raises", "ZeroDivisionError"),
        ("wrong_answer", "wrong kind"),
        ("garbage", "no answer"),
        ("huge_frame", "262144 are allowed"),
        ("huge_answer", "262144 are allowed"),
        ("floods_wire_in_call", "more than one answer|no answer|broke"),
    ],
)
def test_a_send_that_ends_badly_may_have_left(runner: Runner, kind: str, reason: str) -> None:
    bad = runner.start(kind)
    with pytest.raises(Unknown, match=reason):
        bad.send()
    assert bad.await_health("restarting", "ok").failures == 1
    bad.await_health("ok")
    assert bad.call("find_sent", message(), answer=bool) is False


def test_a_plugin_that_gives_notice_twice_is_ended(runner: Runner) -> None:
    twice = runner.start("notices_twice")
    eventually(lambda: twice.process.status.failures > 0, "the second notice is one too many")
    assert any("notice twice" in status.reason for status in twice.seen)


def test_a_plugin_that_writes_unasked_is_ended(runner: Runner) -> None:
    flood = runner.start("floods_wire")
    flood.await_health("ok")
    eventually(lambda: flood.process.status.failures > 0, "the flood is noticed")
    assert any("without being asked" in status.reason for status in flood.seen)


def test_a_flood_of_output_is_neither_kept_nor_waited_for(runner: Runner) -> None:
    prints = runner.start("prints", {"seconds": 1.5})
    assert prints.send(deadline_s=60.0) == Receipt()
    runner.stop()
    lines = [event for event in runner.logged if event["event"] == "plugin_output"]
    dropped = [event for event in runner.logged if event["event"] == "plugin_output_dropped"]
    assert 10 < len(lines) < 100
    assert sum(event["lines"] for event in dropped) > 10_000
    assert max(len(event["line"]) for event in lines) <= QUICK.output_line_bytes
    assert {event["stream"] for event in lines} == {"stdout", "stderr"}


def test_a_slow_start_is_waited_for(runner: Runner) -> None:
    slow = runner.start("slow_start", {"seconds": 1.0})
    assert slow.send().proof == "test"


def test_a_start_without_end_is_ended(runner: Runner) -> None:
    never = runner.start("never_starts", limits=replace(QUICK, start_s=0.7))
    with pytest.raises(PluginDown, match=r"no answer to init in 0\.7 s"):
        never.send()
    assert never.await_health("degraded").failures >= 5


def test_a_plugin_that_dies_at_its_start_is_degraded_after_five_times(runner: Runner) -> None:
    dies = runner.start("dies_at_start")
    status = dies.await_health("degraded")
    assert status.failures == 5
    assert status.reason == "ended with status 9"
    assert [seen.failures for seen in dies.seen] == [1, 2, 3, 4, 5]


def test_a_plugin_that_never_reads_gets_no_message(runner: Runner) -> None:
    never = runner.start("never_reads")
    with pytest.raises(PluginDown, match="no answer to send"):
        never.send("x" * 250_000)
    never.await_health("ok")
    with pytest.raises(Unknown):  # a short one fits into the kernel's buffer: nobody can tell
        never.send("short", deadline_s=0.3)


def test_what_a_plugin_started_ends_with_it(runner: Runner, tmp_path: Path) -> None:
    grandchild = runner.start("grandchild", {"folder": str(tmp_path)})
    with pytest.raises(Unknown, match="status 5"):
        grandchild.send()
    started = int((tmp_path / "pid").read_text())
    eventually(lambda: not is_alive(started), "the grandchild is gone")
    grandchild.await_health("ok")


def test_a_fork_bomb_ends_at_the_deadline(runner: Runner, tmp_path: Path) -> None:
    bomb = runner.start("forks", {"folder": str(tmp_path)})
    with pytest.raises(Unknown, match="no answer"):
        bomb.send(deadline_s=1.0)
    bomb.await_health("ok")
    pids = [int(path.name.partition("-")[2]) for path in tmp_path.glob("fork-*")]
    assert len(pids) > 1
    eventually(lambda: not any(map(is_alive, pids)), "every fork is gone")


def test_an_answer_counts_though_its_writer_died(runner: Runner) -> None:
    dying = runner.start("answers_and_dies")
    assert dying.send().reference == "left"
    eventually(lambda: dying.process.status.failures == 1, "the death is noticed")


def test_five_failures_degrade_and_one_success_recovers(runner: Runner, tmp_path: Path) -> None:
    mends = runner.start("mends", {"folder": str(tmp_path)})
    for number in range(1, 6):
        eventually(lambda: _answers_state(mends), "the child is back")
        with pytest.raises(Unknown):
            mends.send()
        assert mends.process.status.failures == number
    assert mends.health() == "degraded"
    # That it starts again, and that `state` answers, is no proof that sending works.
    eventually(lambda: _answers_state(mends), "the child is back")
    assert mends.health() == "degraded"
    (tmp_path / "mended").touch()
    assert mends.send().proof == "test"
    assert mends.health() == "ok"
    assert mends.process.status.failures == 0


def _answers_state(instance: Instance) -> bool:
    try:
        return bool(instance.call("state", answer=UplinkState))
    except PluginDown:
        return False


def test_calls_wait_for_their_turn_but_not_for_ever(runner: Runner) -> None:
    hang = runner.start("hang", limits=replace(QUICK, queue_s=0.3))
    hang.await_health("ok")
    process = hang.process

    async def both() -> Sequence[object]:
        return await asyncio.gather(
            process.call("send", message(), deadline_s=1.5, answer=Receipt),
            process.call("state", answer=UplinkState),
            return_exceptions=True,
        )

    first, second = runner.do(both())
    assert isinstance(first, Unknown)
    assert isinstance(second, PluginDown)
    assert "turn" in second.reason


def test_a_caller_that_goes_away_does_not_spoil_the_next_answer(runner: Runner) -> None:
    slow = runner.start("prints", {"seconds": 0.5})
    slow.await_health("ok")
    process = slow.process

    async def leave() -> UplinkState:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.call("send", message(), answer=Receipt), 0.1)
        return await process.call("state", answer=UplinkState)

    assert runner.do(leave()).operator == "Test"
    assert process.status.failures == 0


def test_a_message_that_is_too_large_is_refused_before_it_is_sent(runner: Runner) -> None:
    good = runner.start("good")
    with pytest.raises(PluginDown, match="too large"):
        good.send("x" * 300_000)
    assert good.send().proof == "test"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("nobody_has_this", "no plugin 'nobody_has_this' is installed"),
        ("no_plugin", "is no notanker plugin"),
        ("absent", "No module named 'notanker_absent'"),
    ],
)
def test_a_plugin_that_is_not_there_is_said_so(runner: Runner, kind: str, reason: str) -> None:
    missing = runner.start(kind)
    assert reason in missing.await_health("degraded").reason


def test_every_wrong_option_is_told_at_once(runner: Runner) -> None:
    wrong = runner.start("good", {"foldr": 1, "seconds": "long", "secret": "hunter2"})
    wrong.await_health("degraded")
    problems = wrong.process.problems
    assert [problem.place.field for problem in problems] == ["foldr", "secret", "seconds"]
    assert "folder" in problems[0].de.cure
    assert "hunter2" not in repr(problems) + repr(wrong.seen) + runner.output()


def test_a_killed_child_comes_back(runner: Runner) -> None:
    good = runner.start("good")
    good.send()
    os.kill(good.pid(), signal.SIGKILL)
    eventually(lambda: good.process.status.failures == 1, "the end is noticed")
    good.await_health("ok")
    assert good.send().proof == "test"


def test_no_zombie_stays_behind(runner: Runner) -> None:
    for kind in ("leave", "crash", "garbage"):
        bad = runner.start(kind)
        with pytest.raises(Unknown):
            bad.send()
        bad.await_health("ok")
    runner.do(runner._cancel_all())
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    loop_children = [
        pid
        for path in Path("/proc/self/task").glob("*/children")
        for pid in path.read_text().split()
    ]
    assert not [pid for pid in {*children, *loop_children} if not is_alive(int(pid))]
