"""The row of a calm site: what it costs to watch."""

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from statistics import mean

from bench.costs import alone_mib, processor_s, pss_mib
from bench.scene import Scene
from bench.table import Figures

from notanker_lab import addresses

_SETTLE_S = 5.0
_SAMPLES = 40
_SAMPLE_S = 0.173  # no multiple or part of a second, or a script would be met always or never
_ETHERNET_BYTES = 14
_DAY_S = 86400.0
_STANDBY_S = 300.0
"""In less time than this so few probes go by LTE that a month cannot be told from them."""
_MB = 1e6

# What goes to the centre and comes from it, so that heartbeats can be told from probes.
_COUNTERS = """
table inet bench {{
  counter primary {{ }}
  counter lte {{ }}
  chain out {{
    type filter hook output priority 0
    ip daddr {centre} oifname "eth0" counter name "primary"
    ip daddr {centre} oifname "lte0" counter name "lte"
  }}
  chain in {{
    type filter hook input priority 0
    ip saddr {centre} iifname "eth0" counter name "primary"
    ip saddr {centre} iifname "lte0" counter name "lte"
  }}
}}
"""


def calm(scene: Scene) -> Figures:
    """Leave the site alone; users are silent too, so that only the peer's own frames are counted."""
    scene.lab.topology.nft("site", _COUNTERS.format(centre=addresses.CENTRE))
    time.sleep(_SETTLE_S)
    before, start_s = _meters(scene), time.monotonic()
    time.sleep(scene.length.calm_s)
    after, took_s = _meters(scene), time.monotonic() - start_s
    used = {name: after[name] - value for name, value in before.items()}
    a_second = {name: value / took_s for name, value in used.items()}
    figures = {**_primary(a_second), **_processor(a_second), **_memory(scene)}
    return figures | (_standby(a_second) if took_s >= _STANDBY_S else {})


def _primary(a_second: Mapping[str, float]) -> dict[str, float]:
    """Extrapolate the primary's bytes to a day, heartbeats apart."""
    beats = a_second.get("beat_bytes_primary", 0.0)
    figures = {"probes_mb_day": (a_second["bytes_primary"] - beats) * _DAY_S / _MB}
    return figures | ({"beats_mb_day": beats * _DAY_S / _MB} if beats else {})


def _standby(a_second: Mapping[str, float]) -> dict[str, float]:
    """Extrapolate LTE's bytes to a month."""
    month_s = 30 * _DAY_S
    figures = {"standby_mb_month": a_second["bytes_lte"] * month_s / _MB}
    if "beat_bytes_lte" in a_second:
        figures["standby_beats_mb_month"] = a_second["beat_bytes_lte"] * month_s / _MB
    return figures


def _processor(a_second: Mapping[str, float]) -> dict[str, float]:
    parts = {name: value * 100 for name, value in a_second.items() if "bytes" not in name}
    return {
        **{f"cpu_{part}_pct": pct for part, pct in parts.items()},
        "cpu_all_pct": sum(parts.values()),
    }


def _meters(scene: Scene) -> dict[str, float]:
    """Read all counters: bytes on the wires, those of heartbeats, seconds of processor time."""
    wires = scene.lab.wires.bytes_by_uplink()
    parts = scene.peer.pids()
    return {
        **{f"bytes_{wire}": float(count) for wire, count in wires.items()},
        **(_heartbeats(scene) if scene.peer.tells_people else {}),
        **{part: processor_s(pids) for part, pids in parts.items()},
    }


def _heartbeats(scene: Scene) -> dict[str, float]:
    said = scene.lab.exec("site", ["nft", "-j", "list", "counters", "table", "inet", "bench"])
    counters = [
        item["counter"] for item in json.loads(said.stdout)["nftables"] if "counter" in item
    ]
    return {
        f"beat_bytes_{found['name']}": found["bytes"] + _ETHERNET_BYTES * float(found["packets"])
        for found in counters
    }


def _memory(scene: Scene) -> dict[str, float]:
    """Sample the memory, because a peer's scripts come and go."""
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(_SAMPLES):
        parts = scene.peer.pids()
        everybody = [pid for pids in parts.values() for pid in pids]
        for part, pids in parts.items():
            found[f"pss_{part}_mib"].append(pss_mib(pids))
        found["pss_all_mib"].append(pss_mib(everybody))
        found["alone_all_mib"].append(alone_mib(everybody))
        time.sleep(_SAMPLE_S)
    return {name: mean(values) for name, values in found.items()}
