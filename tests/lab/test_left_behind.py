"""What stays in the kernel: the switch when the agent stops, nothing after `notanker clear`."""

from tests.lab.scene import PRIORITIES, SWITCH, Scene, is_over, until


def test_a_stopped_agent_leaves_the_switch_as_it_is_and_goes_on_from_it(scene: Scene) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        scene.wait_sms(2, "STÖRUNG")
        scene.stop_agent()
        assert scene.agent is not None
        assert scene.agent.returncode == 0
        assert scene.devices() == ["lte0", "lte0"]
        assert scene.rules(4) == scene.rules(6) == [*PRIORITIES, SWITCH]
        assert not scene.agents_children()
        scene.start_agent()
        scene.wait(lambda s: s["line"] == "backup" and s["incident"])
        assert scene.devices() == ["lte0", "lte0"]
    scene.wait(is_over, 30)
    assert set(scene.copies().values()) == {1}


def test_clear_leaves_no_rule_and_no_route_of_ours(scene: Scene) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        scene.wait_sms(2, "STÖRUNG")
        scene.stop_agent()
        done = scene.stage.notanker("clear", "--config", str(scene.stage.config))
        assert done.returncode == 0, done.stderr
        for family in (4, 6):
            assert scene.rules(family) == []
            table = scene.lab.exec("site", ["ip", f"-{family}", "route", "show", "table", "1742"])
            assert table.stdout.strip() == ""
            routes = scene.ip(f"-{family}", "route", "show", "table", "all")
            assert "proto 142" not in routes
        assert scene.devices() == ["eth0", "eth0"]
        assert (
            "notanker" not in scene.lab.exec("site", ["nft", "list", "tables"], check=True).stdout
        )
    scene.start_agent()
    scene.wait(is_over, 30)
    until(lambda: scene.rules(4) == scene.rules(6) == PRIORITIES, "the rules stand again")
