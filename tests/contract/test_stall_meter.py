"""The meter itself: it must be able to fail, and must not blame the loop for the machine."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time

from tests.contract.support.runner import Runner
from tests.contract.support.stall import LIMIT_S


async def _wait_for_nothing() -> None:
    time.sleep(2 * LIMIT_S)  # noqa: ASYNC251 - the mistake that the meter must see


async def _reckon() -> None:
    end_s = time.thread_time() + 2 * LIMIT_S
    while time.thread_time() < end_s:
        pass


def test_a_callback_that_waits_is_a_stall(runner: Runner) -> None:
    runner.do(_wait_for_nothing())
    assert runner.meter.worst_s >= LIMIT_S


def test_a_callback_that_reckons_is_a_stall(runner: Runner) -> None:
    runner.do(_reckon())
    assert runner.meter.worst_s >= LIMIT_S


def test_collecting_what_other_tests_left_is_no_stall(runner: Runner) -> None:
    kept = [[number] for number in range(3_000_000)]

    async def collect() -> None:
        gc.collect()

    runner.do(collect())
    del kept
    assert runner.meter.worst_s < LIMIT_S < runner.meter.worst_wall_s


def test_a_busy_machine_is_no_stall(runner: Runner) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    try:
        good = runner.start("good")
        for _ in range(50):
            good.send()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(runner.meter.report("six busy processes"))
    assert runner.meter.worst_s < LIMIT_S


def test_starting_a_child_does_not_hold_the_loop(runner: Runner) -> None:
    for _ in range(15):
        runner.start("good").send()
    took = runner.meter.vforks
    print(
        f"vfork to exec: median {statistics.median(took) * 1e3:.2f} ms, {max(took) * 1e3:.2f} most"
    )
    assert len(took) == 15
    assert statistics.median(took) < LIMIT_S
