"""Whom an SMS does not wake is rung after it, by the agent itself."""

from __future__ import annotations

import shutil

from notanker_lab.stage import PLAN
from tests.lab.scene import IT, Scene, on_stage, until

RINGS_S = 1.0
SLEEPER = 'phone = "+49 171 39200 13"\nsms = true\n'
OPTIONS = 'kind = "at_modem"\n[plugin.options]\n'


def wake_the_first(scene: Scene) -> None:
    """Have the first of those on call rung as well, and no other; briefly."""
    plan = scene.stage.site / "waking"
    shutil.copytree(PLAN, plan)
    contacts = plan / "contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    assert text.count(SLEEPER) == 1
    contacts.write_text(text.replace(SLEEPER, SLEEPER + "call = true\n"), encoding="utf-8")
    scene.configure(f'plan = "{PLAN}"', f'plan = "{plan}"')
    scene.configure(OPTIONS, f"{OPTIONS}ring_s = {RINGS_S}\n")


def test_in_an_outage_a_telephone_rings_once_after_the_sms() -> None:
    with on_stage(centre=False, at={}, before=wake_the_first, sms=("at1",)) as scene:
        scene.wait_plan()
        with scene.lab.faults.silent_cut():
            until(lambda: calls_told(scene), "the record says what became of the call", 40.0)
        assert len(scene.sms()) >= 2
        (call,) = scene.lab.at.state()["calls"]
        assert (call["number"], call["ended"]) == (IT[0], "host")
        ((what, reason),) = calls_told(scene)
        assert (what, reason.partition(":")[0]) == ("call_rang", "1-1")


def calls_told(scene: Scene) -> list[tuple[str, str]]:
    found = [(fact.fields["what"], fact.fields["reason"]) for fact in scene.facts("DeviceTold")]
    return [(what, reason) for what, reason in found if what.startswith("call_")]
