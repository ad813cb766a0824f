"""Rows of lines that come back."""

import time
from collections.abc import Sequence

from bench.met import ECHO_S, NEVER, first_by, lost_since, wait_for
from bench.scene import Scene
from bench.table import Figures, Value

from notanker_lab.analysis import Record

_BOTH_S = 15.0
_OUT_S = 8.0
_SMS_S = 15.0
_BACK_S = 90.0
_LATER_S = 5.0
_BOX = ("udp4", "pinned4", "stream4")
_LAN = ("pinned4", "stream4")


def both(scene: Scene) -> Figures:
    """Cut both uplinks, and mend the primary alone."""
    users = scene.users()
    with scene.faults.silent_cut("lte"):
        cut = scene.faults.silent_cut("primary")
        time.sleep(_BOTH_S)
        healed_s = time.monotonic()
        cut.heal()
        time.sleep(3)  # time for a wrong move as well
        scene.wait_for_primary(_BACK_S)
        time.sleep(2)
        record = users.stop()
    return {"both_lost_s": lost_since(record, healed_s) * ECHO_S}


def flap(scene: Scene) -> Figures:
    """Let the line go for 5 of 20 seconds, six times."""
    users = scene.users()
    fault = scene.faults.flapping(up_s=15, down_s=5, times=6)
    fault.wait(200)
    record = users.stop()
    return {
        "flap_switches": scene.switches(fault.started_s),
        "flap_lost_s": lost_since(record, fault.started_s) * ECHO_S,
    }


def masquerade(scene: Scene) -> Figures:
    """Go through an outage with a LAN behind the site, everything masqueraded."""
    return _outage(scene, "masquerade")


def snat(scene: Scene) -> Figures:
    """Go through an outage with a LAN behind the site, everything translated by SNAT."""
    return _outage(scene, "snat")


def _outage(scene: Scene, nat: str) -> Figures:
    """Cut, wait for text and switch, mend, wait for the failback; what becomes of flows.

    One flow of the LAN begins in the outage: it is the one that must come back from LTE.
    """
    users = [scene.users(_BOX), scene.users(_LAN, ns="client")]
    cut = scene.faults.silent_cut()
    moved = scene.wait_for_lte()
    users.append(scene.lab.traffic.start(_LAN, ns="client"))
    figures: dict[str, Value] = {}
    if scene.peer.tells_people:
        figures["sms_s"] = _sms_s(scene, cut.started_s)
    time.sleep(max(0.0, cut.started_s + _OUT_S - time.monotonic()))
    healed_s = time.monotonic()
    cut.heal()
    back = scene.wait_for_primary(_BACK_S)
    back_s = time.monotonic()
    time.sleep(_LATER_S + 1.5)
    records = [recording.stop() for recording in users]
    if moved and back:
        figures |= _failback(records, nat, healed_s, back_s)
    return figures


def _failback(
    records: Sequence[Record], nat: str, healed_s: float, back_s: float
) -> dict[str, Value]:
    """Read what the failback meant, from the last second before it on: what LTE lost is not its."""
    box, *lan = records
    later_s = back_s + _LATER_S
    flows = [(record, flow) for record in records for flow in _flows_of(record)]
    figures: dict[str, Value] = {
        f"lan_{nat}_lost": max(lost_since(r.flow("pinned4"), back_s - 1) for r in lan),
        f"left_{nat}": sum(not _on_primary(r.flow(flow), later_s) for r, flow in flows),
    }
    if nat == "masquerade":
        figures["failback_s"] = first_by(box.flow("udp4"), "primary", healed_s)
        figures["box_lost"] = lost_since(box.flow("udp4"), back_s - 1)
    return figures


def _flows_of(record: Record) -> list[str]:
    return sorted({echo.flow for echo in record.echoes})


def _on_primary(record: Record, since_s: float) -> bool:
    """Say whether a flow is answered by the primary within the second from ``since_s`` on."""
    echoes = record.between(since_s, since_s + 1).echoes
    return any(echo.good and echo.uplink == "primary" for echo in echoes)


def _sms_s(scene: Scene, cut_s: float) -> float:
    """Give the seconds from the cut to the first text on the air."""

    def texts() -> list[float]:
        sent = [float(message["monotonic_s"]) for message in scene.lab.smsc.messages()]
        return [at_s for at_s in sent if at_s > cut_s]

    return texts()[0] - cut_s if wait_for(texts, _SMS_S) else NEVER
