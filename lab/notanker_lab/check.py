"""Says whether the site's simulated internet is up: run in the namespace site.

Asks each name server and each service once and prints what does not answer.
"""

import secrets
import socket
import sys

from notanker_lab import addresses

_TIMEOUT_S = 1.0


def dns_query(name: str, kind: int = 1) -> bytes:
    """Make a DNS question (RFC 1035) for ``name``; ``kind`` 1 is A, 28 is AAAA."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    head = secrets.token_bytes(2) + b"\x01\x00\x00\x01" + bytes(6)
    return head + labels + b"\x00" + bytes([0, kind, 0, 1])


def dns_answers(server: str, name: str, kind: int = 1, timeout_s: float = _TIMEOUT_S) -> int:
    """Ask ``server`` by UDP and give the number of answers.

    Raises:
        OSError: no answer in time.
    """
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout_s)
        question = dns_query(name, kind)
        sock.sendto(question, (server, 53))
        while (reply := sock.recv(512))[:2] != question[:2]:
            pass
        return int.from_bytes(reply[6:8], "big")


def _tcp(address: str, port: int) -> None:
    socket.create_connection((address, port), _TIMEOUT_S).close()


def main() -> int:
    """Command line of the check: 0 when all answer."""
    missing = []
    for server in (addresses.ANCHORS[0], addresses.ANCHORS6[2], addresses.ROUTER, addresses.STICK):
        try:
            if not dns_answers(server, "anchor1.example"):
                missing.append(f"DNS of {server} gives no answer")
        except OSError as error:
            missing.append(f"DNS of {server}: {error}")
    for address, port in (
        (addresses.ANCHORS[0], 80),
        (addresses.ANCHORS6[0], 443),
        (addresses.ECHO6, addresses.ECHO_PORT),
        (addresses.STICK, 80),
    ):
        try:
            _tcp(address, port)
        except OSError as error:
            missing.append(f"{address} port {port}: {error}")
    print("; ".join(missing), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
