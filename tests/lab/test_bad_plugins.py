"""A plugin that breaks every rule, asked first in an outage: the line is switched and the alert goes out."""

import time
from pathlib import Path

import pytest

from notanker_lab.analysis import analyse
from notanker_lab.traffic import Recording
from tests.lab.scene import ASKS, TOLD, Scene, Status, on_stage, until

BAD = Path(__file__).resolve().parents[1] / "contract" / "bad"
KINDS = ("hang", "crash", "leave", "prints", "floods_wire_in_call", "wrong_answer", "slow_start")
IN_TIME_S = 5.0
"""Far above what it takes, far below what a loop that waits for a plugin would need."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", KINDS)
def test_the_line_is_switched_and_the_alert_goes_out_beside_a_plugin_that(
    in_a_capsule: None, kind: str
) -> None:
    def invite(scene: Scene) -> None:
        scene.configure('sms = ["lte1"]', 'sms = ["bad", "lte1"]')
        scene.configure("[paths]\n", f'[paths]\nplugins = ["{BAD}"]\n')
        scene.configure("[[plugin]]\n", f'[[plugin]]\nname = "bad"\nkind = "{kind}"\n[[plugin]]\n')

    with on_stage(before=invite) as scene:
        traffic = scene.lab.traffic.start(("udp4",))
        until(lambda: len(traffic.record().rtts_s()) > 50, "the users work")
        cut_s = time.monotonic()
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
            scene.wait(_everybody_told, 120)
            until(lambda: _outage_s(traffic, cut_s) is not None, "the users' echoes are back")
        assert (_outage_s(traffic, cut_s) or 0.0) < IN_TIME_S
        assert max(scene.copies().values(), default=0) <= 2


def _outage_s(traffic: Recording, cut_s: float) -> float | None:
    return analyse(traffic.record().flow("udp4"), cut_s).outage_s


def _everybody_told(status: Status) -> bool:
    said = (status["incident"] or {}).get("messages", [])
    messages = [message for message in said if message["template"] != ASKS]
    return len(messages) == len(TOLD) and all(message["outcome"] == "sent" for message in messages)
