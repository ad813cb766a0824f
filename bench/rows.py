"""The rows: what is done to the line, and what is read off. Figures by name; see figures.py.

Everything is observed: outages and losses in the users' own echoes (one each 10 ms), switches in the
kernel's messages about the switch rule, SMS at the SMS centre. Nothing comes from a setting.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.calm import calm
from bench.measure import NEVER, first_by, lost_since, outage_s, wait_for
from bench.scene import Scene

from notanker_lab.analysis import Record
from notanker_lab.traffic import Recording

Figures = dict[str, float]

_ECHO_S = 0.01
_CUT_S = 10.0
_SWITCH_S = 20.0
_BACK_S = 60.0
_HALF_DEAD_S = 15.0
_LOSS60_S = 40.0
_BOTH_S = 15.0
_SMS_S = 15.0


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is done to a site."""

    run: Callable[[Scene], Figures]
    in_short: bool = False


def _end(users: Recording, flow: str = "udp4") -> Record:
    return users.stop().flow(flow)


def _sleep_until(instant_s: float) -> None:
    time.sleep(max(0.0, instant_s - time.monotonic()))


def blackhole(scene: Scene) -> Figures:
    """Cut the quiet line silently, wait for SMS, mend it, wait for the failback."""
    users = scene.users()
    cut = scene.lab.faults.silent_cut()
    scene.wait_for_route("lte", _SWITCH_S)
    figures = {"sms_s": _sms_s(scene, cut.started_s)} if scene.peer.tells_people else {}
    _sleep_until(cut.started_s + _CUT_S)
    healed_s = time.monotonic()
    cut.heal()
    scene.wait_for_route("primary", _BACK_S)
    time.sleep(2)
    record = _end(users)
    figures["blackhole_s"] = outage_s(record, cut.started_s, healed_s)
    if figures["blackhole_s"] != NEVER:
        figures["failback_s"] = first_by(record, "primary", healed_s)
        figures["failback_lost"] = lost_since(record, healed_s)
    return figures


def busy(scene: Scene) -> Figures:
    """Cut the line silently while users also open connections and use IPv6."""
    users = scene.users(busy=True)
    with scene.lab.faults.silent_cut() as cut:
        scene.wait_for_route("lte", _SWITCH_S)
        time.sleep(1.5)
        record = _end(users)
    return {"busy_s": outage_s(record, cut.started_s)}


def carrier(scene: Scene) -> Figures:
    """Take the link away."""
    users = scene.users()
    with scene.lab.faults.carrier_loss() as loss:
        scene.wait_for_route("lte", _SWITCH_S)
        time.sleep(1)
        record = _end(users)
    down_s = scene.rules.link_lost_s(loss.started_s)
    changes = scene.rules.changes(down_s)
    took_ms = (changes[0].at_s - down_s) * 1000 if changes else NEVER
    users_ms = outage_s(record, loss.started_s) * 1000
    return {"carrier_ms": took_ms, "carrier_users_ms": users_ms}


def half(scene: Scene) -> Figures:
    """Let ICMP through and nothing else."""
    users = scene.users()
    with scene.lab.faults.half_dead() as fault:
        scene.wait_for_route("lte", _HALF_DEAD_S)
        time.sleep(1)
        record = _end(users)
    return {"half_s": outage_s(record, fault.started_s)}


def loss60(scene: Scene) -> Figures:
    """Lose 60 percent of all answers."""
    users = scene.users()
    with scene.lab.faults.random_loss(60.0) as fault:
        scene.wait_for_route("lte", _LOSS60_S)
        time.sleep(1)
        record = _end(users)
    return {"loss60_s": first_by(record, "lte", fault.started_s)}


def loss20(scene: Scene) -> Figures:
    """Lose 20 percent of all answers for a minute: bad, and no reason to switch."""
    with scene.lab.faults.random_loss(20.0) as fault:
        time.sleep(30 if scene.short else 60)
        changes = scene.rules.changes(fault.started_s)
    return {"loss20_switches": len(changes)}


def anchor(scene: Scene) -> Figures:
    """Let one anchor of three die; the line is well."""
    with scene.lab.faults.anchor_dead(1) as fault:
        time.sleep(10 if scene.short else 20)
        changes = scene.rules.changes(fault.started_s)
    return {"anchor_switches": len(changes)}


def both(scene: Scene) -> Figures:
    """Cut both uplinks, and mend the primary alone."""
    users = scene.users()
    with scene.lab.faults.silent_cut("lte"):
        cut = scene.lab.faults.silent_cut("primary")
        time.sleep(_BOTH_S)
        healed_s = time.monotonic()
        cut.heal()
        time.sleep(3)  # time for a wrong move as well
        scene.wait_for_route("primary", _BACK_S)
        time.sleep(2)
        record = _end(users)
    return {"both_lost_s": lost_since(record, healed_s) * _ECHO_S}


def flap(scene: Scene) -> Figures:
    """Let the line go for 5 of 20 seconds, six times."""
    users = scene.users()
    fault = scene.lab.faults.flapping(up_s=15, down_s=5, times=6)
    fault.wait(200)
    record = _end(users)
    return {
        "flap_switches": len(scene.rules.changes(fault.started_s)),
        "flap_lost_s": lost_since(record, fault.started_s) * _ECHO_S,
    }


def _sms_s(scene: Scene, cut_s: float) -> float:
    """Give the seconds from the cut to the first text on the air."""

    def texts() -> list[float]:
        sent = [float(message["monotonic_s"]) for message in scene.lab.smsc.messages()]
        return [at_s for at_s in sent if at_s > cut_s]

    return texts()[0] - cut_s if wait_for(texts, _SMS_S) else NEVER


ROWS: Mapping[str, Row] = {
    "blackhole": Row(blackhole, in_short=True),
    "busy": Row(busy),
    "half": Row(half),
    "loss60": Row(loss60),
    "loss20": Row(loss20, in_short=True),
    "anchor": Row(anchor, in_short=True),
    "both": Row(both),
    "flap": Row(flap),
    "carrier": Row(carrier, in_short=True),
    "calm": Row(calm, in_short=True),
}
