"""What a probe costs on the wire, counted on a real one: a loopback in namespaces of its own."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import asyncio, socket
from notanker.core.commands import Probe
from notanker.core.names import Layer, Uplink
from notanker.core.settings import Anchor
from notanker.shell.probes.prober import Prober

OUTGOING = 4
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("lo", 0))
wire.settimeout(0.5)

def frames():
    while True:
        try:
            frame, (_, _, direction, *_) = wire.recvfrom(2048)
        except TimeoutError:
            return
        if direction == OUTGOING:
            yield frame

async def ask(anchor):
    told = asyncio.get_running_loop().create_future()
    prober = Prober(dict.fromkeys(Uplink, "lo"), lambda number, refusal: told.set_result(refusal))
    prober.send(Probe(1, Uplink.PRIMARY, anchor))
    assert await told == ""
    await prober.close()

with socket.create_server(("127.0.0.1", 0)) as server:
    asyncio.run(ask(Anchor(Layer.TCP, "127.0.0.1", server.getsockname()[1])))
    print("tcp", *(f"{len(frame)}:{frame[47]:#x}" for frame in frames()))
    server.setblocking(False)
    try:
        server.accept()
    except BlockingIOError:
        print("nobody came")
asyncio.run(ask(Anchor(Layer.ICMP, "127.0.0.1")))
print("icmp", *(len(frame) for frame in frames()))
"""


def test_a_probe_takes_no_more_frames_and_bytes_than_it_must() -> None:
    inside = f'ip link set lo up && exec "{sys.executable}" -c "$0"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", inside, SCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    tcp, nobody, icmp = done.stdout.splitlines()
    # SYN, SYN-ACK, RST: no ACK, no farewell, and no connection for the peer's program to take.
    assert tcp == "tcp 74:0x2 74:0x12 66:0x14"
    assert nobody == "nobody came"
    assert icmp == "icmp 42 42"
