"""A cold data session is dialled when it is needed; one that carries nothing is made anew."""

import time
from collections.abc import Iterator

import pytest

from tests.lab.scene import Scene, is_over, on_stage, until, uplink


@pytest.fixture(scope="module")
def cold(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site whose data session is down while all is well."""

    def dialled(scene: Scene) -> None:
        scene.configure("[backup]\n", '[backup]\nmode = "cold"\nlinger_s = 4\n')

    with on_stage(before=dialled) as scene:
        yield scene


def _switch_is(scene: Scene, on: bool, timeout_s: float = 60.0) -> None:
    until(
        lambda: scene.lab.hilink.state()["dataswitch"] is on, f"the data switch is {on}", timeout_s
    )


def _carried(scene: Scene, seconds: float) -> int:
    """Count what goes over LTE in so many seconds; the kernel may ask for a neighbour once more."""
    before = scene.lab.wires.counters()["lte"]["up"]["offered_packets"]
    time.sleep(seconds)
    return scene.lab.wires.counters()["lte"]["up"]["offered_packets"] - before


@pytest.mark.timeout(240)
def test_a_cold_session_is_tested_rests_and_is_dialled_on_suspicion(cold: Scene) -> None:
    # The first test proves it, once; then it is torn down, and nothing goes over LTE.
    _switch_is(cold, on=False)
    assert [fact.fields["ok"] for fact in cold.facts("BearerTested")] == [True]
    status = cold.wait(lambda s: uplink(s, "backup")["rests"])
    assert uplink(status, "backup")["proven"] is not None
    assert uplink(status, "backup")["verdict"] == "unknown"
    cold.sms_seen = len(cold.lab.smsc.messages())
    until(lambda: _carried(cold, 5) == 0, "nothing goes over LTE", 30)
    with cold.lab.faults.silent_cut() as cut:
        until(lambda: cold.device() == "lte0", "the switch is made", 40)
        print(f"cold: cut to switch {time.monotonic() - cut.started_s:.2f} s")
        moved = cold.facts("BearerMoved")[-1]
        assert (moved.fields["order"], moved.fields["why"]) == ("bring_up", "needed")
        print(f"cold: dialled in {moved.fields['took_ms']:.0f} ms")
        cold.wait_sms(2, "STÖRUNG", timeout_s=40)
    cold.wait(is_over, 60)
    until(lambda: cold.facts("BearerMoved")[-1].fields["why"] == "idle", "it rests again")
    assert cold.lab.hilink.state()["dataswitch"] is False


@pytest.mark.timeout(240)
def test_killed_while_the_session_carries_traffic_it_is_not_torn_down(cold: Scene) -> None:
    with cold.lab.faults.silent_cut():
        until(lambda: cold.device() == "lte0", "the switch is made", 40)
        cold.kill_agent()
        cold.start_agent()
        cold.wait_line("backup", timeout_s=30)
        time.sleep(6)
        assert cold.lab.hilink.state()["dataswitch"] is True
        assert cold.device() == "lte0"
    cold.wait(is_over, 60)


@pytest.mark.timeout(240)
def test_a_session_that_says_connected_and_carries_nothing_is_made_anew(scene: Scene) -> None:
    moves = len(scene.facts("BearerMoved"))
    with scene.lab.faults.lte_dead():
        scene.wait(lambda s: uplink(s, "backup")["verdict"] == "down", 200)
        until(lambda: len(scene.facts("BearerMoved")) >= moves + 2, "it is made anew", 60)
        mended = [(f.fields["order"], f.fields["why"]) for f in scene.facts("BearerMoved")[moves:]]
        assert mended[:2] == [("tear_down", "mending"), ("bring_up", "wanted")]
        assert scene.device() == "eth0"
    scene.wait(lambda s: uplink(s, "backup")["verdict"] == "up", 60)
