"""What goes on while something else is gone: the agent, the disk, the journal, the centre."""

import contextlib
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker_lab.stage import AGENT_UID
from tests.lab.scene import ASKS, TOLD, Fact, Scene, is_over, is_well, mark_of, on_stage, until

GRACE_S = 5.0
BEAT_S = 1.0
SOON_S = 20.0
OLD_S = 15.0
"""The portal takes knowledge for fresh up to this age."""


@pytest.fixture(scope="module")
def watched(in_a_capsule: None) -> Iterator[Scene]:
    with on_stage(portal=True, beat_s=BEAT_S) as scene:
        yield scene


def test_a_killed_agent_is_missed_by_centre_and_portal_and_both_take_it_back(
    watched: Scene,
) -> None:
    until(lambda: watched.site().get("state") == "ok", "the centre has a beat")
    watched.kill_agent()
    killed_s = time.monotonic()
    until(lambda: watched.site()["state"] == "silent", "the centre misses it", GRACE_S + SOON_S)
    (alarm,) = watched.alarms()
    assert (alarm["kind"], alarm["closed_s"]) == ("silent", None)
    # The plan stays readable all the while, and the page says how old its knowledge is.
    assert "Musternetz" in watched.page("/kontakte").text
    time.sleep(max(0.0, killed_s + OLD_S + 3 - time.monotonic()))
    german, english = watched.page("/de/").text, watched.page("/en/").text
    assert "der Standortwächter meldet sich nicht" in german
    assert "Stand von vor" in german
    assert "Zuletzt bekannt" in german
    assert "agent does not report" in english
    watched.start_agent()
    watched.wait(is_well, 40)
    until(lambda: watched.site()["state"] == "ok", "the centre has it back")
    until(lambda: watched.alarms()[0]["closed_s"] is not None, "the alarm is closed")
    until(lambda: "Die Leitung geht" in watched.page("/de/").text, "the portal is up to date")


def test_events_wait_for_a_centre_that_is_down_and_are_stored_once(watched: Scene) -> None:
    watched.recover()
    assert watched.centre is not None
    watched.centre.kill()
    watched.centre.wait()
    with watched.lab.faults.silent_cut():
        watched.wait_line("backup")
        watched.wait_sms(2, "STÖRUNG")
    watched.wait(is_over, 30)
    watched.start_centre()
    last = watched.facts()[-1].position
    until(lambda: watched.site().get("stored_to", 0) >= last, "all events are at the centre", 40)
    events = watched.central_events()
    assert [event[1:] for event in events[:last]] == [
        (fact.position, fact.kind) for fact in watched.facts()[:last]
    ]
    assert {epoch for epoch, _, _ in events} == {1}


def _in_order(scene: Scene, number: int) -> None:
    """The journal has the whole incident, each step once, in the order in which it happened."""
    mine = [fact for fact in scene.facts() if fact.fields.get("incident") == number]
    instants = [fact.boot_s for fact in scene.facts()]
    assert instants == sorted(instants)
    kinds = [fact.kind for fact in mine]
    assert kinds.count("Opened") == kinds.count("Resolved") == 1
    told = _told(mine)
    assert len(told) == 2 * len(TOLD)
    first = {kind: kinds.index(kind) for kind in ("Opened", "Switched", "Queued", "Resolved")}
    assert list(first.values()) == sorted(first.values())
    settled = _settled(mine)
    assert sorted(fact.fields["mark"] for fact in settled) == sorted(told)
    sent = [fact for fact in settled if not fact.fields["reason"].startswith("withdrawn")]
    assert {fact.fields["outcome"] for fact in sent} == {"sent"}


def _told(facts: list[Fact]) -> list[str]:
    """Give the marks of what tells of the incident itself."""
    queued = (fact.fields for fact in facts if fact.kind == "Queued")
    return [fields["mark"] for fields in queued if fields["template"] != ASKS]


def _settled(facts: list[Fact]) -> list[Fact]:
    told = _told(facts)
    return [fact for fact in facts if fact.kind == "Settled" and fact.fields["mark"] in told]


def _outage_without_a_disk(scene: Scene) -> None:
    """An outage must go its usual way; only its record has to wait."""
    beats = scene.site()["beat"]["counter"]
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup", timeout_s=10)
        scene.wait_devices("lte0")
        scene.wait_sms(2, "STÖRUNG", timeout_s=60)
        until(lambda: scene.site()["state"] == "backup", "beats go on", 40)
        assert scene.site()["beat"]["counter"] > beats
        told = scene.stage.status()["findings"]
        assert any("Journal: " in finding for finding in told), told
        until(lambda: "Internet läuft über LTE" in scene.page("/de/").text, "the portal goes on")
    scene.wait_line("primary", timeout_s=30)


def test_a_locked_journal_delays_neither_switch_nor_alert_nor_beat(watched: Scene) -> None:
    watched.recover()
    path = watched.stage.site / "state" / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as locker:
        locker.execute("begin exclusive")
        _outage_without_a_disk(watched)
        locker.execute("rollback")
    watched.wait(is_over, 60)
    until(lambda: len(watched.facts("Settled")) == len(watched.facts("Queued")), "all is told", 40)
    _in_order(watched, watched.facts("Opened")[-1].fields["incident"])
    assert set(watched.copies().values()) == {1}
    until(lambda: not watched.stage.status()["findings"], "the trouble is over")


@pytest.mark.timeout(180)
def test_a_full_disk_delays_neither_switch_nor_alert_nor_beat() -> None:
    def small(scene: Scene) -> None:
        state = scene.stage.site / "state"
        state.mkdir()
        options = f"size=4m,mode=755,uid={AGENT_UID},gid={AGENT_UID}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", state], check=True)

    with on_stage(portal=True, beat_s=BEAT_S, before=small) as scene:
        state = scene.stage.site / "state"
        try:
            until(lambda: scene.site().get("state") == "ok", "the centre has a beat")
            scene.wait_plan()
            ballast = state / "ballast"
            _fill(ballast)
            _outage_without_a_disk(scene)
            assert "Musternetz" in scene.page("/kontakte").text
            ballast.unlink()
            scene.wait(is_over, 60)
            until(lambda: len(_settled(scene.facts())) == 2 * len(TOLD), "all is written down", 40)
            _in_order(scene, 1)
            assert set(scene.copies().values()) == {1}
            until((state / "reports" / "1.json").exists, "the report is written", 60)
        finally:
            if scene.agent is not None:
                scene.lab.end(scene.agent)
            subprocess.run(["umount", "--lazy", state], check=True)


def _fill(path: Path) -> None:
    """Take every byte of the file system, as the agent's own user may."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
    with path.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 512)
    os.sync()


def _break_the_journal(scene: Scene) -> None:
    scene.kill_agent()
    for path in (scene.stage.site / "state").glob("journal.sqlite*"):
        path.write_bytes(b"no database any more " * 500)
    scene.start_agent()
    scene.wait(is_well, 40)


def test_a_broken_journal_is_set_aside_and_the_site_goes_on(watched: Scene) -> None:
    watched.recover()
    _break_the_journal(watched)
    assert list((watched.stage.site / "state").glob("journal.sqlite.broken-*"))
    with watched.lab.faults.silent_cut():
        watched.wait_line("backup")
        watched.wait_sms(2, "STÖRUNG")
    watched.wait(is_over, 40)
    _in_order(watched, watched.facts("Opened")[-1].fields["incident"])


def test_the_centre_goes_on_hearing_a_site_whose_journal_broke() -> None:
    with on_stage(beat_s=0.5) as scene:
        until(lambda: scene.site().get("beat"), "it beats")
        _break_the_journal(scene)
        before_s = scene.site()["received_s"]
        until(lambda: scene.site()["received_s"] > before_s + 1, "beats are taken again", 15)


def test_an_agent_that_starts_while_its_journal_is_locked_serves_and_uses_no_number_twice(
    watched: Scene,
) -> None:
    watched.recover()
    watched.stop_agent()
    before = {fact.fields["mark"] for fact in watched.facts("Queued")}
    assert before
    path = watched.stage.site / "state" / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as locker:
        locker.execute("begin exclusive")
        watched.start_agent()
        watched.wait(is_well, 40)
        with watched.lab.faults.silent_cut():
            watched.wait_line("backup")
            told = watched.wait_sms(2, "STÖRUNG", timeout_s=60)
        locker.execute("rollback")
    watched.wait(is_over, 60)
    assert not before & {mark_of(sms["text"]) for sms in told}


def test_an_agent_that_starts_into_a_dead_line_moves_traffic_at_once(watched: Scene) -> None:
    watched.recover()
    watched.stop_agent()
    with watched.lab.faults.silent_cut():
        watched.start_agent()
        until(lambda: watched.devices() == ["lte0", "lte0"], "traffic moves")
        watched.wait_sms(2, "STÖRUNG")
    watched.wait(is_over, 40)
