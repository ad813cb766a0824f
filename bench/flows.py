"""How long a cut takes among many flows, and how late the agent's loop is meanwhile.

    tools/inside python -m bench.flows [COUNT]

Fills connection tracking with flows of another address, then with flows that are translated to the address of
the line that was left, and cuts each time as the agent does: in a thread, beside a loop that wants its turn.
"""

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path

from notanker.shell.flows.cutting import Left, cut

OWN, OTHER, HIDDEN, ROUTER = "192.0.2.2", "192.0.2.3", "10.77.0.1", "192.0.2.1"
_LINKS = f"""
link add name eth0 index 20 type veth peer name far index 21
address add {OWN}/24 dev eth0
address add {OTHER}/24 dev eth0
address add {HIDDEN}/24 dev eth0
link set eth0 up
link set far up
route add default via {ROUTER}
neighbour add {ROUTER} lladdr 02:00:00:00:00:09 dev eth0
"""
_NAT = f"""
table ip hides {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    ip saddr {HIDDEN} snat to {OWN}
  }}
}}
"""
_COUNT = Path("/proc/sys/net/netfilter/nf_conntrack_count")
_PORTS = 50_000


def main(count: int) -> None:
    """Measure and print."""
    subprocess.run(["ip", "-batch", "-"], input=_LINKS, text=True, check=True)
    subprocess.run(["nft", "-f", "-"], input=_NAT, text=True, check=True)
    for source, whose in ((OTHER, "others'"), (HIDDEN, "the line's")):
        _fill(source, count)
        print(f"{_COUNT.read_text().strip()} flows, {count} of them {whose}:")
        asyncio.run(_measure())


def _fill(source: str, count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        for number in range(count):
            target = f"203.0.113.{1 + number // _PORTS}"
            sock.sendto(b"", (target, 1000 + number % _PORTS))


async def _measure() -> None:
    beating = asyncio.create_task(_latest_s())
    await asyncio.sleep(0.05)
    begun_s = time.monotonic()
    done = await asyncio.to_thread(cut, Left("eth0", (OWN,)))
    took_s = time.monotonic() - begun_s
    beating.cancel()
    late_s = (await asyncio.gather(beating))[0]
    print(f"  cut {done.flows} in {took_s:.3f} s; the loop was at most {late_s * 1000:.1f} ms late")


async def _latest_s() -> float:
    """Give by how much the loop was late at worst, when cancelled."""
    worst_s = 0.0
    try:
        while True:
            begun_s = time.monotonic()
            await asyncio.sleep(0.001)
            worst_s = max(worst_s, time.monotonic() - begun_s - 0.001)
    except asyncio.CancelledError:
        return worst_s


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
