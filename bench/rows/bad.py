"""Rows of lines that are bad: losing, slow, or with a part of the internet gone."""

import time

from bench.met import ECHO_S, NEVER, first_by
from bench.rows.cuts import named
from bench.scene import Scene
from bench.table import Figures

from notanker_lab.fault import Fault

_BROWN_OUT_S = 60.0
_FILLED_S = 3.0


def loss60(scene: Scene) -> Figures:
    """Lose 60 percent of all answers."""
    return _brown_out(scene, 60.0)


def loss40(scene: Scene) -> Figures:
    """Lose 40 percent of all answers."""
    return _brown_out(scene, 40.0)


def _brown_out(scene: Scene, pct: float) -> Figures:
    users = scene.users()
    with scene.faults.random_loss(pct) as fault:
        scene.wait_for_lte(_BROWN_OUT_S)
        time.sleep(1)
        record = users.stop()
    took_s = first_by(record, "lte", fault.started_s)
    name = f"loss{pct:.0f}"
    if took_s == NEVER:
        return {f"{name}_s": NEVER}
    lost = record.between(fault.started_s, fault.started_s + took_s).lost()
    return {f"{name}_s": took_s, f"{name}_lost_s": lost * ECHO_S}


def loss20(scene: Scene) -> Figures:
    """Lose 20 percent of all answers: bad, and no reason to switch."""
    fault = scene.faults.random_loss(20.0)
    return {"loss20_switches": _watched(scene, fault, scene.length.loss20_s)}


def anchor(scene: Scene) -> Figures:
    """Let one anchor of three die; the line is well."""
    return _anchors(scene, scene.faults.anchor_dead(1), "anchor")


def icmp(scene: Scene) -> Figures:
    """Let two anchors of three refuse ICMP; the line is well."""
    return _anchors(scene, scene.faults.icmp_refused(2), "icmp")


def _anchors(scene: Scene, fault: Fault, name: str) -> Figures:
    with fault:
        time.sleep(scene.length.watch_s)
        switches, cause = scene.switches(fault.started_s), named(scene)
    return {f"{name}_switches": switches, **({f"{name}_cause": cause} if cause else {})}


def slow(scene: Scene) -> Figures:
    """Let the round trip go from 20 to 900 ms from one moment to the next."""
    fault = scene.faults.slow(delay_ms=450, jitter_ms=0)
    return {"slow_switches": _watched(scene, fault, scene.length.watch_s)}


def bloat(scene: Scene) -> Figures:
    """Let an upload fill a deep queue, so that the round trip goes from 20 to 900 ms."""
    users = scene.users()
    with scene.faults.buffer_bloat() as fault:
        bulk = scene.lab.traffic.bulk("up")
        time.sleep(_FILLED_S + scene.length.watch_s)
        switches = scene.switches(fault.started_s)
        scene.lab.end(bulk)
        rtts_s = users.stop().between(fault.started_s, time.monotonic()).rtts_s()
    return {"bloat_switches": switches, "bloat_rtt_ms": max(rtts_s, default=NEVER) * 1000}


def _watched(scene: Scene, fault: Fault, for_s: float) -> int:
    with fault:
        time.sleep(for_s)
        return scene.switches(fault.started_s)
