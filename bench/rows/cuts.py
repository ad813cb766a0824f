"""Rows of lines that go, wholly or for a part of what users need."""

import time
from collections.abc import Callable
from secrets import randbelow

from bench.met import NEVER, first_by, outage_s, wait_for
from bench.scene import BUSY, QUIET, Scene
from bench.table import Figures, Value

from notanker_lab.fault import Fault

_AFTER_S = 1.5
_CAUSE_S = 3.0
_SHORT_CUTS = 20
_IDLE_S = 10.0


def blackhole(scene: Scene) -> Figures:
    """Cut the line silently while nobody sends: only the peer's own probes can tell."""
    scene.any_moment()
    with scene.faults.silent_cut() as cut:
        scene.wait_for_lte()
        time.sleep(_AFTER_S)
        moved = scene.routes.first_to("lte", cut.started_s)
    return {"blackhole_s": moved - cut.started_s}


def busy(scene: Scene) -> Figures:
    """Cut the line silently while users send echoes, open connections and use IPv6."""
    return {"busy_s": _silent_cut(scene, BUSY)}


def asleep(scene: Scene) -> Figures:
    """Cut the line silently while LTE's radio sleeps, as it does on a site that is well."""
    with scene.faults.sleepy_radio(idle_s=_IDLE_S):
        time.sleep(_IDLE_S + 1)
        return {"asleep_s": _silent_cut(scene, QUIET)}


def _silent_cut(scene: Scene, flows: tuple[str, ...]) -> float:
    users = scene.users(flows)
    with scene.faults.silent_cut() as cut:
        scene.wait_for_lte()
        time.sleep(_AFTER_S)
        record = users.stop().flow("udp4")
    return outage_s(record, cut.started_s)


def carrier(scene: Scene) -> Figures:
    """Take the link away."""
    users = scene.users()
    with scene.faults.carrier_loss() as loss:
        scene.wait_for_lte()
        time.sleep(_AFTER_S)
        record = users.stop().flow("udp4")
    down_s = scene.routes.link_lost_s(loss.started_s)
    return {
        "carrier_ms": (scene.routes.first_to("lte", down_s) - down_s) * 1000,
        "carrier_users_ms": outage_s(record, loss.started_s) * 1000,
    }


def half(scene: Scene) -> Figures:
    """Let ICMP through and nothing else."""
    return _half(scene, scene.faults.half_dead, "half", "udp4")


def half_tcp(scene: Scene) -> Figures:
    """Let everything through but TCP."""
    return _half(scene, scene.faults.tcp_dead, "half_tcp", "tcp4")


def half_udp(scene: Scene) -> Figures:
    """Let everything through but UDP."""
    return _half(scene, scene.faults.udp_dead, "half_udp", "udp4")


def _half(scene: Scene, kill: Callable[[], Fault], name: str, flow: str) -> Figures:
    users = scene.users((flow,), tcp_interval_s=0.05)
    with kill() as dead:
        scene.wait_for_lte()
        time.sleep(_AFTER_S)
        record = users.stop().flow(flow)
        cause = named(scene)
    figures: dict[str, Value] = {f"{name}_s": outage_s(record, dead.started_s)}
    return figures | ({f"{name}_cause": cause} if cause else {})


def named(scene: Scene) -> str:
    """Give the cause that the peer names, "" if it names none; give it a moment for it."""
    if scene.peer.tells_people:
        wait_for(scene.peer.cause, _CAUSE_S)
    return scene.peer.cause()


def short(scene: Scene) -> Figures:
    """Cut the line for 0.1 to 0.5 s, again and again."""
    begun_s = time.monotonic()
    for _ in range(_SHORT_CUTS):
        with scene.faults.silent_cut():
            time.sleep(0.1 + randbelow(400) / 1000)
        time.sleep(1.5 + randbelow(1000) / 1000)
    return {"short_switches": scene.switches(begun_s)}


def boot(scene: Scene) -> Figures:
    """Start the peer while the primary is dead already."""
    users = scene.users()
    with scene.faults.silent_cut():
        time.sleep(1)
        started_s = time.monotonic()
        scene.peer.launch()
        patience_s = 2 * scene.peer.patience_s
        wait_for(lambda: first_by(users.record(), "lte", started_s) != NEVER, patience_s)
        record = users.stop()
    return {"boot_s": first_by(record, "lte", started_s)}
