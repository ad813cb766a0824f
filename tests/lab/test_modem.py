"""What the modem may do wrong in an outage: the alert arrives all the same, at most twice."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.lab.scene import IT, TOLD, Scene, is_long, is_over, on_stage, until

OPTIONS = "connect_timeout_s = 2.0\nread_timeout_s = 2.0\nsent_within_s = 6.0\nsettle_s = 1.0\n"


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site whose plugin waits for its modem less long than usual."""

    def impatient(scene: Scene) -> None:
        scene.configure("[plugin.options]\n", f"[plugin.options]\n{OPTIONS}")

    with on_stage(before=impatient) as scene:
        yield scene


def _hang_for_a_while(scene: Scene) -> Callable[[], None]:
    scene.lab.hilink.fault("hang")
    return lambda: scene.lab.hilink.fault("none")


def _switch(name: str, **values: object) -> Callable[[Scene], Callable[[], None]]:
    def start(scene: Scene) -> Callable[[], None]:
        scene.lab.hilink.fault(name, **values)  # type: ignore[arg-type]
        return lambda: scene.lab.hilink.fault("none")

    return start


def _reboot(scene: Scene) -> Callable[[], None]:
    scene.lab.hilink.reboot(down_s=3.0)
    return lambda: None


SEND = {"path": "send-sms"}
FAULTS = {
    "hangs": _hang_for_a_while,
    "sends and resets the answer": _switch("lost_answer_sent", times=1, how="reset", **SEND),
    "sends and never answers": _switch("lost_answer_sent", times=1, how="hang", **SEND),
    "does not send and resets": _switch("lost_answer_unsent", times=1, how="reset", **SEND),
    "does not send and never answers": _switch("lost_answer_unsent", times=1, how="hang", **SEND),
    "has lost its token": _switch("token_error", times=2),
    "has lost its session": _switch("session_error", times=2),
    "is busy": _switch("busy_113004", times=2),
    "is busy with everything": _switch("busy_100004", times=2),
    "says over-time and sends": _switch("overtime_113018_sent", times=1),
    "says over-time and does not send": _switch("overtime_113018_unsent", times=1),
    "makes it a draft": _switch("draft_only", times=1),
    "is refused by the network": _switch("fail_phone", times=1),
    "shows a web page": _switch("captive_html", times=4),
    "breaks off its answers": _switch("truncated_xml", times=4),
    "answers HTTP 500": _switch("http_500", times=4),
    "has no signal for a while": _switch("no_signal"),
    "restarts": _reboot,
}
IN_CI = (
    "hangs", "sends and resets the answer", "sends and never answers", "does not send and resets",
    "has lost its token", "is busy", "says over-time and sends", "makes it a draft",
    "shows a web page", "restarts",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize("fault", list(FAULTS) if is_long(metafunc.config) else IN_CI)


@pytest.mark.timeout(180)
def test_the_alert_arrives_at_most_twice_though_the_modem(scene: Scene, fault: str) -> None:
    switched = len(scene.switches())
    mend = FAULTS[fault](scene)
    begun_s = time.monotonic()
    try:
        with scene.lab.faults.silent_cut():
            if fault not in ("restarts", "has no signal for a while"):
                # The modem's trouble is not the line's: traffic moves as ever.
                scene.wait_line("backup", timeout_s=8)
                scene.wait_devices("lte0")
            else:
                scene.wait(lambda s: s["incident"], 20)
            time.sleep(max(0.0, begun_s + 5 - time.monotonic()))
            mend()
            scene.wait_line("backup", timeout_s=30)
            scene.wait_sms(2, "STÖRUNG", timeout_s=80)
        scene.wait(is_over, 60)
    finally:
        mend()
    copies = scene.copies()
    # Whose alarm the modem had swallowed when all was well again is not told of it any more.
    gone = scene.withdrawn()
    unsaid = {f.fields["number"] for f in scene.facts("Queued") if f.fields["mark"] in gone}
    assert {number for number, _ in copies} | unsaid == set(TOLD)
    assert max(copies.values()) <= 2, copies
    number = scene.facts("Opened")[-1].fields["incident"]
    withdrawn = [mark for mark in scene.withdrawn() if mark.startswith(f"{number}-")]
    # Whoever read that no line is left reads that LTE has come; an alarm that still waited says so itself.
    assert len(copies) + len(withdrawn) in ((8, 9, 10) if _isolated_first(scene) else (8,))
    for who in IT:
        alarms = [one["text"] for one in scene.sms() if one["number"] == who]
        assert "LTE aktiv" in [text for text in alarms if "STÖRUNG" in text][-1], alarms
    assert scene.switches()[switched:] == ["backup", "primary"]


def _isolated_first(scene: Scene) -> bool:
    """Say whether the stick's own restart left the site without any line, which is told as well."""
    return any("Kein Ersatz" in sms["text"] for sms in scene.sms()) and any(
        "LTE aktiv" in sms["text"] for sms in scene.sms()
    )


def test_the_all_clear_does_not_overtake_the_alert(scene: Scene) -> None:
    def refused() -> int:
        return int(scene.lab.hilink.state()["errors"].get("113004", 0))

    before = refused()
    scene.lab.hilink.fault("busy_113004")
    with scene.lab.faults.silent_cut():
        # Both alerts have been refused twice, and wait five seconds for their third try.
        until(lambda: refused() >= before + 4, "the modem refuses")
    scene.lab.hilink.fault("none")
    scene.wait(is_over, 60)
    withdrawn = {
        fact.fields["mark"]
        for fact in scene.facts("Settled")
        if fact.fields["reason"].startswith("withdrawn")
    }
    for number in IT:
        mine = [sms["text"] for sms in scene.sms() if sms["number"] == number]
        queued = [f.fields for f in scene.facts("Queued") if f.fields["number"] == number]
        if mine:
            assert "STÖRUNG" in mine[0], mine
            assert "ENTWARNUNG" in mine[-1], mine
        else:  # surely refused until all was well: nobody heard of it, and the record says so
            assert queued[-1]["mark"] in withdrawn, queued


def test_a_lost_answer_is_asked_about_and_not_sent_twice(scene: Scene) -> None:
    scene.lab.hilink.fault("lost_answer_sent", times=1, how="reset", path="send-sms")
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_sms(2, "STÖRUNG", timeout_s=60)
    scene.wait(is_over, 60)
    assert set(scene.copies().values()) == {1}
