"""No secret leaves its file, and nothing leaves by another way than it claims."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker_lab import addresses
from notanker_lab.stage import AGENT_UID, BEATS_PORT
from tests.lab.scene import Scene, on_stage, until

PASSWORD = "Ankerkette-7781"

_COUNT = f"""
table inet test_count {{
  counter by_primary {{ }}
  counter by_lte {{ }}
  chain input {{
    type filter hook input priority filter
    ip saddr {addresses.PUBLIC_PRIMARY} tcp dport {BEATS_PORT} counter name by_primary
    ip saddr {addresses.PUBLIC_LTE} tcp dport {BEATS_PORT} counter name by_lte
  }}
}}
"""


def _with_password(scene: Scene) -> None:
    file = scene.stage.site / "modem.password"
    file.touch(mode=0o600)
    file.write_text(PASSWORD, encoding="ascii")
    subprocess.run(["chown", f"{AGENT_UID}:{AGENT_UID}", file], check=True)
    # Beats over the idle backup, which prove it now and then, are none of this module's.
    scene.configure("proof_s = 60", "proof_s = 3600")
    scene.configure("[plugin.options]\n", f'[plugin.options]\npassword = "{file}"\n')


@pytest.fixture(scope="module")
def guarded(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site whose modem wants a log-in."""
    hilink = {"login": "sha256", "password": PASSWORD}
    with on_stage(portal=True, hilink=hilink, before=_with_password, beat_s=1.0) as scene:
        scene.lab.topology.nft("centre", _COUNT)
        yield scene


def _packets(scene: Scene) -> dict[str, int]:
    line = ["nft", "-j", "list", "counters", "table", "inet", "test_count"]
    told = json.loads(scene.lab.exec("centre", line).stdout)["nftables"]
    return {
        item["counter"]["name"]: item["counter"]["packets"] for item in told if "counter" in item
    }


def _grown(scene: Scene, seconds: float) -> dict[str, int]:
    before = _packets(scene)
    time.sleep(seconds)
    return {name: count - before[name] for name, count in _packets(scene).items()}


def test_a_beat_leaves_by_the_uplink_that_it_claims(guarded: Scene) -> None:
    until(lambda: guarded.site()["beat"]["over"] == "primary", "beats go by the primary line")

    def by_primary_alone() -> bool:
        grown = _grown(guarded, 2)
        return grown["by_primary"] > 0 and grown["by_lte"] == 0

    # The backup is proven once at the start, and that beat may be on its way.
    until(by_primary_alone, "beats that claim the primary line take it")
    with guarded.lab.faults.silent_cut():
        guarded.wait(lambda s: s["heartbeat"]["over"] == "backup")
        before = guarded.lab.wires.counters()["lte"]["up"]["offered_bytes"]
        grown = _grown(guarded, 4)
        assert grown["by_lte"] > 0
        assert grown["by_primary"] == 0
        assert guarded.lab.wires.counters()["lte"]["up"]["offered_bytes"] - before > 1000
        guarded.wait_sms(2, "STÖRUNG", timeout_s=40)
    guarded.recover()


def test_what_the_agents_user_sends_goes_out_of_band_while_the_primary_is_well(
    guarded: Scene,
) -> None:
    assert [guarded.device(4, AGENT_UID), guarded.device(6, AGENT_UID)] == ["lte0", "lte0"]
    assert guarded.devices() == ["eth0", "eth0"]
    ours = guarded.lab.traffic.start(("udp4", "udp6"), udp_interval_s=0.05, uid=AGENT_UID)
    users = guarded.lab.traffic.start(("udp4", "udp6"), udp_interval_s=0.05)
    time.sleep(1)
    assert {echo.uplink for echo in ours.stop().echoes if echo.good} == {"lte"}
    assert {echo.uplink for echo in users.stop().echoes if echo.good} == {"primary"}


def test_local_destinations_stay_local_in_an_outage(guarded: Scene) -> None:
    with guarded.lab.faults.silent_cut():
        guarded.wait_line("backup")
        told = json.loads(guarded.ip("-j", "route", "get", addresses.ROUTER, "uid", "3000"))
        assert told[0]["dev"] == "eth0"
    guarded.recover()


def test_no_secret_is_in_a_log_a_command_line_or_the_status(guarded: Scene) -> None:
    with guarded.lab.faults.silent_cut():
        guarded.wait_line("backup")
        guarded.wait_sms(2, "STÖRUNG", timeout_s=40)
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _alive(path)]
    secrets = {PASSWORD, (guarded.stage.site / "site.key").read_text(encoding="ascii")}
    places = [*(guarded.lab.tmp / "log").iterdir(), guarded.stage.status_file]
    places += [path for path in (guarded.stage.site / "state").rglob("*") if path.is_file()]
    seen = b"\n".join([*lines, *(path.read_bytes() for path in places if path.exists())])
    for secret in secrets:
        # The emulator is told its password on its own command line; it is no part of the product.
        hits = seen.replace(f"password={PASSWORD}".encode(), b"").count(secret.encode())
        assert hits == 0
    guarded.recover()


def _alive(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def test_other_users_may_read_no_secret_file(guarded: Scene) -> None:
    for name in ("site.key", "modem.password"):
        done = guarded.lab.exec(
            "site",
            ["setpriv", "--reuid", "5001", "--regid", "5001", "--clear-groups", "cat",
             str(guarded.stage.site / name)],
        )  # fmt: skip
        assert done.returncode != 0


def test_the_portal_and_the_plugins_have_no_rights_and_the_agent_just_two(guarded: Scene) -> None:
    assert guarded.agent is not None
    assert guarded.portal is not None
    net_admin_and_net_raw = (1 << 12) | (1 << 13)
    assert _effective(guarded.agent.pid) == net_admin_and_net_raw
    assert _effective(guarded.portal.pid) == 0
    for child in guarded.agents_children():
        assert _effective(child) == 0


def _effective(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(
        next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16
    )


def test_nothing_can_leave_the_namespaces(guarded: Scene) -> None:
    """Outside the lab's namespaces, the capsule itself has a loopback and nothing else."""
    links = json.loads(subprocess.run(["ip", "-j", "link"], capture_output=True, check=True).stdout)
    assert [link["ifname"] for link in links] == ["lo"]
    routes = subprocess.run(["ip", "route"], capture_output=True, check=True, text=True).stdout
    assert routes == ""
    # And on the simulated internet nothing asks for an address that the lab does not have.
    state = guarded.lab.wires.state()
    assert set(state) == {"primary", "lte"}
