"""What a wrong configuration, plan or right gets: its name, its place, a cure, and an agent that goes on."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notanker_lab.stage import AGENT_UID, PLAN
from tests.lab.scene import IT, Scene, is_over, on_stage, plan_copy

HEAD = "[site]\n"


def _problems(scene: Scene) -> tuple[int, list[dict[str, Any]]]:
    done = scene.check("en", "--json")
    return done.returncode, json.loads(done.stdout)["problems"]


def _replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


CONFIGS: dict[str, tuple[Callable[[str], str], str, int, str, str]] = {
    "no TOML at all": (
        lambda _: "[site\nid =", "syntax", 2, "Kein gültiges TOML", "Not valid TOML",
    ),
    "an unknown key": (
        _replaced(HEAD, HEAD + "langauge = 1\n"), "unknown-key", 2,
        "Gemeint ist wohl „language“", "Probably 'language' is meant",
    ),
    "a missing key": (
        _replaced('id = "musterhafen"\n', ""), "missing-key", 2, "fehlt", "is missing",
    ),
    "a wrong value": (
        _replaced('id = "musterhafen"', "id = 17"), "wrong-value", 2, "passt nicht", "does not fit",
    ),
    "the same interface twice": (
        _replaced('interface = "lte0"', 'interface = "eth0"'), "same-interface", 2,
        "dieselbe Schnittstelle eth0", "the same interface eth0",
    ),
    "an interface that is not there": (
        _replaced('interface = "lte0"', 'interface = "wwan7"'), "no-interface", 2,
        "Die Schnittstelle wwan7 gibt es", "no interface wwan7",
    ),
    "a key file that is not there": (
        _replaced("site.key", "nowhere.key"), "no-file", 2, "nicht lesbar", "cannot be read",
    ),
    "a plugin that is not installed": (
        _replaced('kind = "huawei_lte"', 'kind = "huawei_5g"'), "plugin-broken", 2,
        "startet nicht", "does not start",
    ),
    "a wrong option of a plugin": (
        _replaced('url = "http://192.168.8.1/"', 'url = "ftp://stick"'), "option-value", 2,
        "passt nicht", "does not fit",
    ),
    "a modem at another address": (
        _replaced('url = "http://192.168.8.1/"', 'url = "http://192.168.8.77/"'), "plugin-silent", 0,
        "erreicht sein Gerät nicht", "does not reach its device",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def offline(in_a_capsule: None) -> Any:
    """Give a site in which nothing runs, for looking at files."""
    with on_stage(agent=False, centre=False) as scene:
        yield scene


@pytest.mark.parametrize("what", list(CONFIGS))
def test_check_names_in_both_languages(offline: Scene, what: str) -> None:
    change, code, status, german, english = CONFIGS[what]
    good = offline.stage.config.read_text(encoding="utf-8")
    try:
        offline.stage.config.write_text(change(good), encoding="utf-8")
        returned, problems = _problems(offline)
        assert code in {problem["code"] for problem in problems}, problems
        assert returned == status
        mine = next(problem for problem in problems if problem["code"] == code)
        assert german in mine["de"]["what"] + mine["de"]["cure"]
        assert english in mine["en"]["what"] + mine["en"]["cure"]
        assert mine["place"]["file"].endswith("notanker.toml")
        done = offline.check("de")
        assert german in done.stdout, done.stdout
        assert done.returncode == status
        assert "Traceback" not in done.stderr
    finally:
        offline.stage.config.write_text(good, encoding="utf-8")


def test_check_finds_nothing_wrong_with_a_good_site_and_tells_the_detection_time(
    offline: Scene,
) -> None:
    done = offline.check("de")
    assert done.returncode == 0, done.stdout
    assert "Stummer Ausfall, Leitung in Ruhe                1,16 s" in done.stdout


def test_a_configuration_that_cannot_be_read_is_said_so(offline: Scene) -> None:
    line = offline.stage.command("check", "--config", "/nowhere/notanker.toml")
    done = offline.lab.exec("site", line, env={"NOTANKER_LANG": "de"})
    assert done.returncode == 2
    assert "Die Datei ist nicht lesbar" in done.stdout


def test_an_agent_without_any_good_configuration_ends_with_the_problems(offline: Scene) -> None:
    good = offline.stage.config.read_text(encoding="utf-8")
    try:
        offline.stage.config.write_text("[site\n", encoding="utf-8")
        process = offline.stage.start_agent()
        assert process.wait(20) == 2
        assert "TOML" in offline.log(process)
        assert "Traceback" not in offline.log(process)
    finally:
        offline.stage.config.write_text(good, encoding="utf-8")


def _outage(scene: Scene) -> list[dict[str, Any]]:
    """Have an outage and give the alerts."""
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        told = scene.wait_sms(2, "STÖRUNG")
    scene.wait(is_over, 40)
    return told


def test_a_running_site_whose_configuration_breaks_goes_on_with_the_last_good_one() -> None:
    with on_stage(centre=False) as scene:
        scene.stop_agent()
        good = scene.stage.config.read_text(encoding="utf-8")
        scene.stage.config.write_text(good + "\n[unfug]\nx = 1\n", encoding="utf-8")
        scene.start_agent()
        status = scene.wait(lambda s: s["findings"], 30)
        assert "unfug" in " ".join(status["findings"])
        scene.wait_calm()
        assert len(_outage(scene)) == 2


def _broken_template(folder: Path) -> None:
    text = (folder / "templates" / "T1.md").read_text(encoding="utf-8")
    text = text.replace("{fallback}", "{fallback} {gibtsnicht}").replace(
        '"mark"]', '"mark", "gibtsnicht"]'
    )
    (folder / "templates" / "T1.md").write_text(text, encoding="utf-8")


def _empty_template(folder: Path) -> None:
    text = (folder / "templates" / "T1.md").read_text(encoding="utf-8")
    head = text.split("+++")[1]
    (folder / "templates" / "T1.md").write_text(f"+++{head}+++\n", encoding="utf-8")


def _is_told(status: dict[str, Any]) -> bool:
    """Tell whether the status says that words of the plan were tried and not used."""
    return any("mitgelieferte" in one and "T1" in one for one in status["findings"])


def _is_counted(status: dict[str, Any]) -> bool:
    """Tell whether the status counts what was wrong with the plan; `notanker check` has the words."""
    return bool(status["plan"]["findings"])


@pytest.mark.parametrize(
    ("change", "known"), [(_broken_template, _is_told), (_empty_template, _is_counted)]
)
def test_a_broken_template_is_named_and_the_shipped_text_goes_out(
    change: Callable[[Path], None], known: Callable[[dict[str, Any]], bool]
) -> None:
    with on_stage(centre=False, before=lambda scene: _with_plan(scene, change)) as scene:
        _, problems = _problems(scene)
        assert any("T1" in problem["place"]["file"] for problem in problems), problems
        told = _outage(scene)
        assert [sms["number"] for sms in told] == list(IT)
        for sms in told:
            assert sms["text"].startswith("STÖRUNG Musterhafen: Hauptleitung aus")
            assert "LTE aktiv" in sms["text"]
            assert "gibtsnicht" not in sms["text"]
            assert "NOTFALL" not in sms["text"]
            assert sms["parts"] == 1
        scene.wait(known)


def _with_plan(scene: Scene, change: Callable[[Path], None]) -> None:
    plan_copy(scene, PLAN, change)


def _no_plan(scene: Scene) -> None:
    scene.configure(f'plan = "{PLAN}"', 'plan = "/nowhere/plan"')


def test_without_a_plan_traffic_moves_all_the_same_and_check_says_what_is_missing() -> None:
    with on_stage(centre=False, agent=False, before=_no_plan) as scene:
        returned, problems = _problems(scene)
        assert returned == 2
        assert problems
        scene.start_agent()
        scene.wait(lambda s: all(item["verdict"] == "up" for item in s["uplinks"]), 40)
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
            scene.wait_devices("lte0")
        scene.wait(is_over, 40)


@pytest.mark.parametrize(
    "garbage", ["\x00\x01 kein TOML [[[", '[[contact]]\nid = 5\nphone = ["x"]\n']
)
def test_garbage_for_contacts_after_a_good_plan_leaves_the_good_plan_in_force(garbage: str) -> None:
    with on_stage(centre=False, before=lambda scene: _with_plan(scene, lambda _: None)) as scene:
        scene.wait_plan()
        scene.stop_agent()
        folder = scene.stage.site / "plan-copy"
        (folder / "contacts.toml").write_text(garbage, encoding="utf-8")
        returned, problems = _problems(scene)
        assert returned == 2
        assert any("contacts.toml" in problem["place"]["file"] for problem in problems)
        scene.start_agent()
        scene.wait_calm()
        assert [sms["number"] for sms in _outage(scene)] == list(IT)


def test_garbage_for_contacts_from_the_start_moves_traffic_all_the_same() -> None:
    def spoil(folder: Path) -> None:
        (folder / "contacts.toml").write_bytes(b"\xff\xfe\x00garbage")

    with on_stage(centre=False, before=lambda scene: _with_plan(scene, spoil)) as scene:
        returned, problems = _problems(scene)
        assert returned == 2
        assert any("contacts.toml" in problem["place"]["file"] for problem in problems)
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
            scene.wait_devices("lte0")
        scene.wait(is_over, 40)


def test_a_modem_that_is_not_there_costs_the_alert_but_not_the_switch() -> None:
    def away(scene: Scene) -> None:
        scene.configure('url = "http://192.168.8.1/"', 'url = "http://192.168.8.77/"')

    with on_stage(centre=False, agent=False, before=away) as scene:
        scene.start_agent()
        scene.wait(lambda s: all(item["verdict"] == "up" for item in s["uplinks"]), 40)
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup", timeout_s=8)
            scene.wait_devices("lte0")
            status = scene.wait(lambda s: s["incident"] and s["incident"]["messages"])
            assert {item["outcome"] for item in status["incident"]["messages"]} <= {
                "queued",
                "handed_over",
            }


def test_without_the_right_to_switch_the_agent_says_so_and_the_alert_goes_out_all_the_same() -> (
    None
):
    with on_stage(centre=False, agent=False) as scene:
        line = scene.stage.command("run", "--config", str(scene.stage.config))
        scene.agent = scene.lab.popen("site", line, uid=AGENT_UID, ambient_caps=("net_raw",))
        status = scene.wait(lambda s: s["findings"] and s["plan"]["fingerprint"], 30)
        assert any("Routen des Kerns" in finding for finding in status["findings"])
        scene.wait(lambda s: all(item["verdict"] == "up" for item in s["uplinks"]), 30)
        with scene.lab.faults.silent_cut():
            told = scene.wait_sms(2, "STÖRUNG", timeout_s=40)
            assert [sms["number"] for sms in told] == list(IT)
            # Nobody may be told that LTE serves while the kernel still sends into the dead line.
            assert scene.devices() == ["eth0", "eth0"]
            assert not any("LTE aktiv" in sms["text"] for sms in told)
            until_told = scene.wait(lambda s: s["incident"])
            assert until_told["incident"]["on_backup_since"] is None
        scene.wait(is_over, 40)
        assert scene.agent.poll() is None
        shutil.rmtree(scene.stage.site / "none", ignore_errors=True)
