"""The row of a calm site: what it costs to watch."""

import json
import time
from collections import defaultdict
from statistics import mean

from bench.measure import alone_mib, processor_s, pss_mib
from bench.scene import Scene

from notanker_lab import addresses

_SETTLE_S = 5.0
_SAMPLES = 40
_SAMPLE_S = 0.173  # no multiple or part of a second, or a script would be met always or never
_ETHERNET_BYTES = 14

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


def calm(scene: Scene) -> dict[str, float]:
    """Leave the site alone; users are silent too, so that only the peer's own frames are counted."""
    scene.lab.topology.nft("site", _COUNTERS.format(centre=addresses.CENTRE))
    time.sleep(_SETTLE_S)
    over_s = 15.0 if scene.short else 60.0
    before, start_s = _meters(scene), time.monotonic()
    time.sleep(over_s)
    after, took_s = _meters(scene), time.monotonic() - start_s
    used = {name: after[name] - value for name, value in before.items()}
    traffic = {name: used.pop(name) * 60 / took_s for name in list(used) if "bytes" in name}
    figures = {f"cpu_{part}_pct": value / took_s * 100 for part, value in used.items()}
    figures["cpu_all_pct"] = sum(used.values()) / took_s * 100
    return {**traffic, **figures, **_memory(scene)}


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
