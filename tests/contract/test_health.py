"""When a plugin counts as well, and when no longer."""

from __future__ import annotations

from notanker.core.status import PluginStatus
from notanker.shell.plugin_health import IDLE, STARTING, PluginRecord
from notanker.shell.plugin_limits import Limits, PluginSpec

LIMITS = Limits()


def record() -> tuple[PluginRecord, list[PluginStatus]]:
    seen: list[PluginStatus] = []
    return PluginRecord(PluginSpec("lte1", "huawei_lte"), LIMITS, seen.append), seen


def test_the_pause_grows_and_stays_at_a_minute() -> None:
    book, _ = record()
    pauses = [book.failed("send", "hung", now_s) for now_s in range(7)]
    assert pauses == [0.5, 2.0, 5.0, 15.0, 60.0, 60.0, 60.0]


def test_five_failures_in_a_row_degrade_and_are_told_once_each() -> None:
    book, seen = record()
    for number in range(5):
        book.failed("send", "hung", number)
        book.succeeded(STARTING, number + 0.5)
    assert book.status.health == "degraded"
    assert [status.health.value for status in seen] == ["restarting", "ok"] * 4 + ["degraded"]


def test_only_the_same_kind_of_success_ends_a_row() -> None:
    book, _ = record()
    for number in range(5):
        book.failed("send", "hung", number)
    for what in (STARTING, IDLE, "state", "bring_up"):
        book.succeeded(what, 10.0)
        assert book.status.health == "degraded", what
    book.succeeded("send", 11.0)
    assert (book.status.health, book.status.failures) == ("ok", 0)


def test_an_old_failure_is_forgotten() -> None:
    book, _ = record()
    book.failed("bring_up", "hung", 0.0)
    book.succeeded("state", LIMITS.steady_s - 1)
    assert book.status.failures == 1
    book.succeeded("state", LIMITS.steady_s + 1)
    assert book.status.failures == 0


def test_what_nobody_can_repair_by_waiting_is_degraded_at_once() -> None:
    book, seen = record()
    assert book.failed(STARTING, "no such option", 0.0, hopeless=True) == 60.0
    assert [status.health.value for status in seen] == ["degraded"]
