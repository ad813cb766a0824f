"""What people text to the box in an outage, through a modem: heard, done, answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.scene import IT, Scene, on_stage, until

HEARD_S = 45.0
"""A HiLink stick says nothing by itself: it is asked each half minute."""
STRANGER = "+491713920099"


@pytest.fixture(scope="module")
def outage(in_a_capsule: None) -> Iterator[Scene]:
    """A site in an outage of which those on call have been told."""
    with on_stage(centre=False) as scene, scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_sms(2)
        yield scene


def answers(scene: Scene, number: str) -> list[str]:
    return [sms["text"] for sms in scene.sms() if sms["number"] == number and " R-" in sms["text"]]


def test_whoever_is_on_call_takes_the_incident_over_by_sms(outage: Scene) -> None:
    outage.lab.smsc.inject(IT[0], "Ok 1, bin dran")
    status = outage.wait(lambda s: s["incident"]["acknowledged"], HEARD_S)
    assert status["incident"]["acknowledged_by"] == "tarik-vorlage"
    until(lambda: answers(outage, IT[0]), "the answer is out", HEARD_S)
    assert "Störung 1 ist von Ihnen übernommen" in answers(outage, IT[0])[0]


def test_a_stranger_is_neither_heard_nor_answered(outage: Scene) -> None:
    outage.lab.smsc.inject(STRANGER, "STATUS")
    outage.lab.smsc.inject(IT[1], "status")
    until(lambda: answers(outage, IT[1]), "the one of the plan is answered", HEARD_S)
    assert "LTE aktiv" in answers(outage, IT[1])[0]
    assert not [sms for sms in outage.sms() if sms["number"] == STRANGER]


def test_what_was_heard_is_gone_from_the_stick_and_in_the_record(outage: Scene) -> None:
    until(lambda: not outage.lab.hilink.box("inbox"), "the inbox is empty", HEARD_S)
    heard = outage.facts("SmsHeard")
    assert len(heard) == 3
    assert not any(STRANGER in str(fact.fields) for fact in heard)
