"""The agent is killed at any moment, and its children, and the portal: nothing is lost or left behind."""

import contextlib
import functools
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.scene import (
    ASKS,
    HOTLINE,
    IT,
    PRIORITIES,
    TOLD,
    Scene,
    is_over,
    is_well,
    on_stage,
    until,
)

HEAL_S = 6.0
WAIT_S = 1.5


def _kills(source: random.Random) -> list[float]:
    """Give three moments of one outage, in seconds from the cut: detection, hand-over, failback."""
    return [
        source.uniform(-0.5, 2.5),
        source.uniform(2.5, HEAL_S),
        HEAL_S + source.uniform(0.0, WAIT_S + 3.0),
    ]


def _outage(scene: Scene, kills: list[float], pauses: list[float]) -> None:
    """Have one outage, in which the agent is killed and started again at these moments."""

    def kill(pause_s: float) -> None:
        scene.kill_agent()
        time.sleep(pause_s)
        scene.start_agent()

    steps: list[tuple[float, Callable[[], object]]] = [(0.0, scene.lab.faults.silent_cut)]
    steps += [
        (at_s, functools.partial(kill, pause_s))
        for at_s, pause_s in zip(kills[:2], pauses[:2], strict=True)
    ]
    begun_s = time.monotonic() + 0.6
    for at_s, step in sorted(steps, key=lambda item: item[0]):
        _sleep_until(begun_s + at_s)
        step()
    _sleep_until(begun_s + HEAL_S)
    # Who was alarmed must be told in full: the outage lasts until it is on record.
    scene.wait(lambda s: s["incident"] and len(s["incident"]["messages"]) >= 2, 30)
    scene.lab.faults.heal()
    _sleep_until(time.monotonic() + kills[2] - HEAL_S)
    kill(pauses[2])


def _sleep_until(at_s: float) -> None:
    time.sleep(max(0.0, at_s - time.monotonic()))


def _check(scene: Scene, number: int) -> None:
    """All that must hold when an outage is over, however often the agent died in it."""
    scene.wait(lambda s: is_over(s) and is_well(s) and s["recent"], 90)
    until(lambda: [scene.rules(4), scene.rules(6)] == [PRIORITIES] * 2, "each rule stands once")
    scene.wait_devices("eth0")
    queued = [f.fields for f in scene.facts("Queued") if f.fields["incident"] == number]
    queued = [item for item in queued if item["template"] != ASKS]
    for template, people in (("T1", IT), ("T3", HOTLINE), ("T12", TOLD)):
        told = sorted(item["number"] for item in queued if item["template"] == template)
        assert told == sorted(people), f"each is told once by {template}"
    copies = scene.copies()
    withdrawn = scene.withdrawn()
    assert set(copies) == {
        (item["number"], item["mark"]) for item in queued if item["mark"] not in withdrawn
    }
    assert max(copies.values(), default=0) <= 2, copies
    routes = [f.fields.get("to") or f.fields["route"] for f in scene.facts("Switched", "Started")]
    assert routes[-1] == "primary"
    settled = {f.fields["mark"]: f.fields["outcome"] for f in scene.facts("Settled")}
    ends = {settled.get(item["mark"]) for item in queued if item["mark"] not in withdrawn}
    assert ends <= {"sent"}
    assert scene.agent is not None
    agent = scene.agent.pid
    until(lambda: list(scene.agents_children().values()) == [agent], "one child")


@pytest.mark.timeout(1800)
def test_killed_at_random_moments_of_an_outage_it_ends_as_if_nothing_had_been(
    seed: int, long: bool
) -> None:
    print(f"--lab-seed={seed}")
    # Two sites side by side: most of an outage is waiting.
    with ThreadPoolExecutor(2) as sites:
        count = 11 if long else 2
        told = [sites.submit(_life, f"{seed}-{number}", count) for number in (1, 2)]
        for life in told:
            life.result()


def _life(seed: str, outages: int) -> None:
    """Lead a site through outages; each has three moments at which the agent is killed."""
    source = random.Random(seed)  # noqa: S311 - moments, no secrets
    with on_stage(wait_to_restore_s=WAIT_S, beat_s=1.0) as scene:
        for number in range(1, outages + 1):
            kills = _kills(source)
            pauses = [source.uniform(0.0, 0.8) for _ in kills]
            print(f"{seed}, outage {number}: killed at {[round(at_s, 2) for at_s in kills]} s")
            scene.sms_seen = len(scene.lab.smsc.messages())
            _outage(scene, kills, pauses)
            _check(scene, number)
        # The centre has the same record, once.
        last = scene.facts()[-1].position
        until(lambda: scene.site().get("stored_to", 0) >= last, "all events are at the centre")
        events = scene.central_events()
        assert [position for _, position, _ in events][:last] == list(range(1, last + 1))
        assert {epoch for epoch, _, _ in events} == {1}


def test_killed_as_the_switch_was_made_it_reads_the_switch_back(scene: Scene) -> None:
    number = len(scene.facts("Opened")) + 1
    with scene.lab.faults.silent_cut():
        until(lambda: scene.device() == "lte0", "the switch is made")
        scene.kill_agent()
        assert scene.devices()[0] == "lte0"
        scene.start_agent()
        scene.wait(lambda s: s["line"] == "backup" and s["incident"])
        assert scene.devices() == ["lte0", "lte0"]
        scene.wait(lambda s: len(s["incident"]["messages"]) >= 2)
    _check(scene, number)


def test_a_line_that_came_back_while_the_agent_was_dead_gets_its_traffic_back(scene: Scene) -> None:
    number = len(scene.facts("Opened")) + 1
    with scene.lab.faults.silent_cut():
        scene.wait(lambda s: s["line"] == "backup" and s["incident"])
        scene.wait_sms(1)
        scene.kill_agent()
    assert scene.devices() == ["lte0", "lte0"]
    scene.start_agent()
    _check(scene, number)


def test_a_killed_plugin_child_is_replaced_and_the_next_alert_goes_out(scene: Scene) -> None:
    (child,) = scene.agents_children()
    os.kill(child, signal.SIGKILL)
    until(lambda: set(scene.agents_children()) not in ({child}, set()), "there is another child")
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_sms(2, "STÖRUNG", timeout_s=40)
        os.kill(next(iter(scene.agents_children())), signal.SIGKILL)
    _check(scene, scene.facts("Opened")[-1].fields["incident"])


def test_a_child_killed_while_it_sends_costs_no_alert_and_at_most_one_copy(scene: Scene) -> None:
    scene.lab.hilink.set(radio_s=2.0)
    with scene.lab.faults.silent_cut():
        scene.wait(lambda s: s["incident"] and any(
            message["outcome"] in ("queued", "handed_over") for message in s["incident"]["messages"]
        ))  # fmt: skip
        until(lambda: scene.lab.hilink.box("sent") or scene.lab.hilink.state()["posts"], "it sends")
        time.sleep(0.5)
        os.kill(next(iter(scene.agents_children())), signal.SIGKILL)
        scene.wait_sms(2, "STÖRUNG", timeout_s=60)
    scene.lab.hilink.set(radio_s=0.2)
    _check(scene, scene.facts("Opened")[-1].fields["incident"])


def test_a_portal_that_is_killed_disturbs_nobody_and_is_back_at_once(scene: Scene) -> None:
    scene.start_portal()
    assert scene.portal is not None
    scene.portal.kill()
    scene.portal.wait()
    scene.start_portal()
    assert "Internet läuft über die Hauptleitung" in scene.page("/de/").text
    assert scene.stage.status()["line"] == "primary"
    scene.lab.end(scene.portal)


def test_an_agent_that_was_frozen_for_three_seconds_blames_no_line(scene: Scene) -> None:
    switches = len(scene.switches())
    assert scene.agent is not None
    for _ in range(2):
        scene.agent.send_signal(signal.SIGSTOP)
        time.sleep(3)
        scene.agent.send_signal(signal.SIGCONT)
        time.sleep(2)
    assert scene.stage.status()["line"] == "primary"
    assert len(scene.switches()) == switches
    assert not scene.facts("Opened")[len(scene.facts("Resolved")) :]
    assert not scene.sms()


def test_a_switch_that_a_crash_cut_in_half_is_completed_for_the_other_family(scene: Scene) -> None:
    number = len(scene.facts("Opened")) + 1
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait(lambda s: s["incident"] and len(s["incident"]["messages"]) >= 2)
        scene.kill_agent()
        scene.ip("-6", "rule", "del", "priority", "1746")
        assert scene.devices() == ["lte0", "eth0"]
        scene.start_agent()
        until(lambda: scene.devices() == ["lte0", "lte0"], "IPv6 follows")
    _check(scene, number)


def test_a_crash_between_an_sms_and_its_record_leaves_no_message_waiting_for_ever(
    scene: Scene,
) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_sms(2, "STÖRUNG")
    scene.wait(is_over, 30)
    scene.kill_agent()
    # The state on disk just after the outbox was written, and before the fact was.
    journal = scene.stage.site / "state" / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(journal)) as connection, connection:
        last = "select max(position) from event where kind = 'Settled'"
        connection.execute(f"delete from event where position = ({last})")  # noqa: S608
    scene.start_agent()
    _check(scene, scene.facts("Opened")[-1].fields["incident"])
    assert set(scene.copies().values()) == {1}
