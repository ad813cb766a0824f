"""Files written whole or not at all, moments, signs of life to systemd, and what the core is told."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import socket
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from notanker import notify
from notanker.config.load import load_or_raise
from notanker.core import state
from notanker.core.cause import Detail
from notanker.core.commands import Beat, Probe, Report, Show, Switch
from notanker.core.events import LinkChanged
from notanker.core.facts import Fact, LineChanged, Opened, Queued
from notanker.core.incident import Incident, fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Layer, Line, Uplink
from notanker.errors import Problem
from notanker.files import replace_file
from notanker.plan.load import load as load_plan
from notanker.plan.model import Plan
from notanker.shell import clock
from notanker.shell.clock import Clock
from notanker.shell.logs import QUIET
from notanker.shell.runtime import Runtime
from notanker.shell.settings import interfaces_of, settings_of
from notanker.shell.texts import Context, clock_time, text_of, values_of
from tests.unit.config.samples import GOOD
from tests.unit.core import world

EXAMPLE_PLAN = Path(__file__).parents[3] / "examples" / "plan"


# Files.


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_replaced_whole(tmp_path: Path, sync: bool) -> None:
    path = tmp_path / "status.json"
    replace_file(path, b"old", sync=sync)
    replace_file(path, b"new", sync=sync)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.mkdir()  # cannot be replaced by a file
    with pytest.raises(OSError, match="directory"):
        replace_file(path, b"new", sync=False)
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "nothing" / "status.json", b"", sync=True)


# Moments.


def test_a_moment_names_its_boot_and_does_not_run_backwards() -> None:
    one, other = Clock().now(), Clock().now()
    assert one.boot == other.boot == clock.boot_id()
    assert one.boot_s <= other.boot_s


def test_the_age_of_a_moment_of_another_boot_comes_from_the_wall_clock() -> None:
    moment = Moment(boot_s=10**9, wall_s=clock.wall_s() - 100, boot="another")
    assert clock.age_s(moment) == pytest.approx(100, abs=50)


# systemd.


def test_systemd_hears_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify.notify(notify.READY)
        assert sock.recv(100) == b"READY=1"


def test_an_abstract_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"notanker-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify.notify(notify.WATCHDOG)
        assert sock.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "/nowhere/notify"])
def test_without_systemd_nothing_happens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.notify(notify.STOPPING)


@pytest.mark.parametrize(
    ("value", "seconds"), [("30000000", 15.0), ("", None), ("soon", None), (None, None)]
)
def test_a_sign_of_life_is_due_at_half_of_what_systemd_waits(
    value: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if value is not None:
        monkeypatch.setenv("WATCHDOG_USEC", value)
    assert notify.watchdog_interval_s() == seconds


# Settings.


def test_the_core_is_told_what_the_configuration_says(tmp_path: Path) -> None:
    path = tmp_path / "notanker.toml"
    more = (
        '[[anchor]]\nkind = "http"\naddress = "192.0.2.1"\n[failover]\nwait_to_restore_s = 1000\n'
    )
    path.write_text(GOOD + more)
    config = load_or_raise(path)
    settings = settings_of(config, load_plan(EXAMPLE_PLAN)[0])
    watches = {(watch.uplink, watch.layer): watch for watch in settings.watches}
    assert set(watches) == {(u, layer) for u in Uplink for layer in (Layer.ICMP, Layer.HTTP)}
    echo = watches[Uplink.PRIMARY, Layer.ICMP]
    assert (echo.pace.calm_s, echo.pace.burst_s, echo.idle_s) == (1.0, 0.03, 1.0)
    assert watches[Uplink.BACKUP, Layer.ICMP].idle_s == 120.0
    page = watches[Uplink.PRIMARY, Layer.HTTP]
    assert (page.pace.calm_s, page.anchors[0].port, page.anchors[0].query) == (
        60.0,
        80,
        "/generate_204",
    )
    assert settings.failover.most_wait_s == 1000.0, "the cap is never below the wait itself"
    assert not settings.beat.enabled
    assert settings.telling.steps
    assert interfaces_of(config) == {Uplink.PRIMARY: "eth0", Uplink.BACKUP: "eth1"}


def test_a_watch_becomes_a_check_with_the_usual_port_and_question(tmp_path: Path) -> None:
    path = tmp_path / "notanker.toml"
    kinds = {"icmp": (0, ""), "tcp": (443, ""), "dns": (53, "example"), "http": (80, "/"),
             "sip": (5060, ""), "tls": (443, "")}  # fmt: skip
    watches = "".join(
        f'[[watch]]\nsystem = "pbx"\nkind = "{kind}"\naddress = "192.0.2.20"\ninterval_s = 10\n'
        for kind in kinds
    )
    path.write_text(GOOD + watches)
    settings = settings_of(load_or_raise(path), load_plan(EXAMPLE_PLAN)[0])
    anchors = [check.watch.anchors[0] for check in settings.checks]
    assert {a.layer.value: (a.port, a.query) for a in anchors} == kinds
    assert {a.status for a in anchors} == {0}
    phases = sorted(check.watch.pace.phase_s for check in settings.checks)
    gaps = [later - earlier for earlier, later in pairwise([*phases, phases[0] + 10])]
    assert min(gaps) > 0.5  # never two at once
    assert len({check.key for check in settings.checks}) == len(kinds)
    assert len(settings.systems) == 16


# Texts.


def told(template: str, *, trusted: bool = True, language: str = "de") -> tuple[Queued, Incident]:
    opened = Moment(100.0, 1_790_000_000.0, trusted, "b1")
    now = Moment(140.0, 1_790_000_040.0, trusted, "b1")
    queued = Queued(now, 17, "17-1", template, "mara", "Mara Beispiel", "+493023125110", language)
    incident = fold([Opened(opened, 17, Cause.PROVIDER, "icmp 0/3", Line.BACKUP), queued]).line
    assert incident is not None
    return queued, incident


@pytest.mark.parametrize("plan", [None, load_plan(EXAMPLE_PLAN)[0]])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_alarm_of_a_system_names_it_and_what_hangs_on_it(
    plan: Plan | None, language: str
) -> None:
    at = Moment(140.0, 1_790_000_040.0, True, "b1")
    detail = Detail(Confidence.CERTAIN, "pbx", ("Telefonanlage", "Telephone system"), at, (), 9)
    opened = Opened(at, 17, Cause.TELEPHONY, "pbx silent", Line.PRIMARY, detail, "pbx")
    queued = Queued(at, 17, "17-1", "T1-system", "mara", "Mara", "+493023125110", language)
    (incident,) = fold([opened, queued]).systems
    text = text_of(queued, incident, Context(plan, "musterhafen"), QUIET)
    said = {
        "de": ("Telefonanlage antwortet nicht seit", "+9 Systeme"),
        "en": ("Telephone system does not answer since", "+9 systems"),
    }
    assert all(words in text for words in said[language])
    assert "Hauptleitung" not in text
    assert "main line" not in text
    assert text.endswith("17-1")
    clear = replace(queued, template="T12-system")
    assert ("antwortet wieder" if language == "de" else "answers again") in text_of(
        clear, incident, Context(plan, "musterhafen"), QUIET
    )


@pytest.mark.parametrize("template", ["T1", "T1-isolated", "T12", "T99", "T1-system", "T12-system"])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("trusted", [True, False])
def test_there_is_a_text_whatever_the_plan(template: str, language: str, trusted: bool) -> None:
    queued, incident = told(template, trusted=trusted, language=language)
    for plan in (None, load_plan(EXAMPLE_PLAN)[0]):
        text = text_of(queued, incident, Context(plan, "musterhafen"), QUIET)
        assert "17-1" in text
        assert "{" not in text


def test_words_of_the_plan_that_cannot_be_used_are_told() -> None:
    plan = load_plan(EXAMPLE_PLAN)[0]
    assert plan is not None
    bad = tuple(
        msgspec.structs.replace(one, body="{nobody} knows") if one.head.id == "T1" else one
        for one in plan.templates
    )
    queued, incident = told("T1")
    refused: list[Problem] = []
    context = Context(msgspec.structs.replace(plan, templates=bad), "musterhafen")
    text = text_of(queued, incident, context, QUIET, refused.append)
    assert text.startswith("STÖRUNG Musterhafen: Hauptleitung aus")
    assert [problem.place.file for problem in refused] == ["templates/T1.md"]


def test_times_are_those_of_the_site_and_spans_where_the_clock_is_not_trusted() -> None:
    queued, incident = told("T1")
    # 1_790_000_000 is 2026-09-21 14:13:20 UTC, so 16:13 in Berlin's summer time.
    assert values_of(queued, incident, Context(None, "musterhafen"))["since"] == "16:13"
    queued, incident = told("T1", trusted=False)
    values = values_of(queued, incident, Context(None, "musterhafen"))
    assert (values["since"], values["now"]) == ("40 s", "jetzt")


def test_a_time_that_nobody_can_trust_is_no_time() -> None:
    assert clock_time(Moment(1.0, 1.0, trusted=False), None) == ""


# The loop around the core.


class Hands:
    """Takes what the core wants; the switch to come can be made to fail."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.facts: list[Fact] = []
        self.fault: Exception | None = None
        actions = dict.fromkeys((Probe, Beat, Show, Report), self.done.append)
        begun = state.start(world.settings(), Clock().now(), Uplink.PRIMARY)
        self.runtime = Runtime(
            begun, Clock(), {**actions, Switch: self.switch}, self.facts.extend, lambda: None
        )

    def switch(self, command: Switch) -> None:
        if self.fault is not None:
            raise self.fault
        self.done.append(command)


def test_the_facts_of_one_step_come_together_and_after_the_switch() -> None:
    async def work() -> None:
        hands = Hands()
        lines: list[list[object]] = []
        hands.runtime._record = lambda facts: lines.append([*hands.done, *facts])
        lived = world.World()
        lived.run(5)  # both lines are proven
        hands.runtime.state = dataclasses.replace(lived.state, next_probe=10**6)
        hands.runtime.happen(LinkChanged(Uplink.PRIMARY, carrier=False))
        kinds = [type(item) for item in lines[0]]
        assert kinds[0] is Switch
        assert kinds[-2:] == [LineChanged, Opened]
        hands.runtime.stop()

    asyncio.run(work())


def test_an_event_that_fails_stops_neither_the_next_one_nor_the_timer() -> None:
    async def work() -> None:
        hands = Hands()
        hands.fault = RuntimeError("a mistake")
        hands.runtime.state = dataclasses.replace(hands.runtime.state, route=Uplink.BACKUP)
        with pytest.raises(RuntimeError):
            hands.runtime.happen(LinkChanged(Uplink.BACKUP, carrier=False))
        assert hands.runtime._timer is not None
        assert not hands.runtime._timer.cancelled()
        hands.fault = None
        hands.runtime.happen(LinkChanged(Uplink.BACKUP, carrier=True))
        assert any(isinstance(command, Show) for command in hands.done)
        hands.runtime.stop()

    asyncio.run(work())
