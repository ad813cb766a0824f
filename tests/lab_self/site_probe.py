"""Run in the namespace site: tries each check and prints one JSON object.

Checks: icmp:ADDRESS, tcp:ADDRESS:PORT, udp:ADDRESS (echo), dns:SERVER, dnstcp:SERVER, http:ADDRESS/PATH; with
"@IFACE" behind it, bound to that interface. IPv6 addresses stand in brackets.
"""

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from notanker_lab.check import dns_query

TIMEOUT_S = 0.5


def _open(kind: socket.SocketKind, address: str, iface: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.settimeout(TIMEOUT_S)
    if iface:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, iface.encode())
    return sock


def _connect(address: str, port: int, iface: str) -> socket.socket:
    sock = _open(socket.SOCK_STREAM, address, iface)
    sock.connect((address, port))
    return sock


def tcp(rest: str, iface: str) -> str:
    address, _, port = rest.rpartition(":")
    with _connect(address.strip("[]"), int(port), iface) as sock:
        return str(sock.getpeername()[0])


def udp(rest: str, iface: str) -> str:
    with _open(socket.SOCK_DGRAM, rest.strip("[]"), iface) as sock:
        sock.sendto(b"1", (rest.strip("[]"), 7000))
        return sock.recv(512).decode().split()[1]


def _first_address(reply: bytes) -> str:
    if int.from_bytes(reply[6:8], "big") == 0:
        return f"rcode {reply[3] & 15}"
    return socket.inet_ntoa(reply[-4:])


def dns(rest: str, iface: str) -> str:
    server, _, name = rest.partition("/")
    with _open(socket.SOCK_DGRAM, server.strip("[]"), iface) as sock:
        sock.sendto(dns_query(name or "centre.example"), (server.strip("[]"), 53))
        return _first_address(sock.recv(512))


def dnstcp(rest: str, iface: str) -> str:
    with _connect(rest.strip("[]"), 53, iface) as sock:
        question = dns_query("centre.example")
        sock.sendall(len(question).to_bytes(2, "big") + question)
        return _first_address(sock.recv(512)[2:])


def http(rest: str, iface: str) -> str:
    address, _, path = rest.partition("/")
    with _connect(address.strip("[]"), 80, iface) as sock:
        sock.sendall(f"GET /{path} HTTP/1.1\r\nHost: anchor1.example\r\n\r\n".encode())
        reply = b""
        while chunk := sock.recv(4096):
            reply += chunk
    return reply.decode().split(" ", 1)[1]


def icmp(rest: str, iface: str) -> str:
    bind = ["-I", iface] if iface else []
    line = ["ping", "-n", "-c", "1", "-W", str(TIMEOUT_S), *bind, rest.strip("[]")]
    return "yes" if subprocess.run(line, capture_output=True, check=False).returncode == 0 else ""


def check(text: str) -> bool | str:
    kind, _, rest = text.partition(":")
    rest, _, iface = rest.partition("@")
    functions = {"tcp": tcp, "udp": udp, "dns": dns, "dnstcp": dnstcp, "http": http, "icmp": icmp}
    try:
        return functions[kind](rest, iface)
    except OSError:
        return False


if __name__ == "__main__":
    with ThreadPoolExecutor(16) as pool:
        found = dict(zip(sys.argv[1:], pool.map(check, sys.argv[1:]), strict=True))
    print(json.dumps(found))
