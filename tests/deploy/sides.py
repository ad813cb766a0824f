"""A box seen from its sides: what answers there, to somebody who tries whatever anybody would try."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

from notanker_lab.booted import Container, pipe

TRIED = (22, 25, 53, 67, 68, 80, 111, 123, 161, 443, 546, 631, 1742, 5353, 8080, 8443, 9090, 10050)
"""At each of these the box answers, over TCP and UDP, unless somebody keeps the question from it."""
_ANSWERS = f"""
import selectors, socket
chosen = selectors.DefaultSelector()
for port in {TRIED!r}:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        sock = socket.socket(socket.AF_INET6, kind)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            sock.bind(("::", port))
        except OSError:
            continue
        if kind == socket.SOCK_STREAM:
            sock.listen(64)
        chosen.register(sock, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in chosen.select():
        if key.fileobj.type == socket.SOCK_STREAM:
            key.fileobj.accept()[0].close()
        else:
            key.fileobj.sendto(b"here", key.fileobj.recvfrom(100)[1])
"""
_ASKS = """
import concurrent.futures, json, socket, sys
target, sources = sys.argv[1], json.loads(sys.argv[2])
family, _, _, _, place = socket.getaddrinfo(target, 0, type=socket.SOCK_DGRAM)[0]
def tcp(port):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(1.5)
        try:
            sock.connect((place[0], port, *place[2:]))
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "silent"
        return "open"
def udp(port):
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1.5)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", sources.get(str(port), 0)))
        try:
            sock.connect((place[0], port, *place[2:]))
            sock.send(b"somebody?")
            sock.recv(100)
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "silent"
        return "open"
with concurrent.futures.ThreadPoolExecutor(64) as many:
    asked = {f"{name}/{port}": many.submit(ask, port)
             for name, ask in (("tcp", tcp), ("udp", udp)) for port in PORTS}
    print(json.dumps({what: answer.result() for what, answer in asked.items()}))
""".replace("PORTS", repr(TRIED))
_AS_DHCP_DOES = {"67": 68, "68": 67, "546": 547}
"""From these ports questions to those are asked: a rule for DHCP may look at both."""


def answer_everywhere(box: Container) -> None:
    """Have the box answer at every port of TRIED that nobody else has."""
    box.run(f"cat >/run/answers.py <<'END'\n{_ANSWERS}\nEND")
    box.run("systemd-run --quiet --unit=answers python3 /run/answers.py")
    box.wait_until("journalctl --unit answers --output cat | grep -qx ready")


def heard(namespace: str, target: str) -> dict[str, set[str]]:
    """Ask the box at every port of TRIED, from a network namespace; give what was open, refused, silent."""
    line = ["ip", "netns", "exec", namespace, sys.executable, "-c", _ASKS]
    done = subprocess.run(
        [*line, target, json.dumps(_AS_DHCP_DOES)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    answers: dict[str, set[str]] = {"open": set(), "refused": set(), "silent": set()}
    for what, answer in json.loads(done.stdout).items():
        answers[answer].add(what)
    return answers


def link_local(box: Container, interface: str) -> str:
    """Give the address that IPv6 gives to each interface by itself."""
    told = json.loads(box.run(f"ip -json -6 address show dev {interface} scope link"))
    return str(told[0]["addr_info"][0]["local"])


def by_the_line(box: Container, link: str, address: str) -> str:
    """Give ssh's options by which Ansible comes from the far end of a link, as a technician would."""
    way = ["nsenter", f"--net=/run/netns/{box.links.far(link)}", sys.executable, "-S", "-E"]
    command = shlex.join([*way, str(Path(pipe.__file__)), address, "22"])
    return f"-F {box.ssh_config} -o ControlPath=none -o ProxyCommand={shlex.quote(command)}"
