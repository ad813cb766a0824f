"""Join standard input and output to a TCP socket or a Unix socket: pipe.py ADDRESS PORT or pipe.py PATH.

Run by ssh (ProxyCommand) and by qemu, with the standard library alone and without the package around it.
"""

import os
import socket
import sys
import threading


def _connected() -> socket.socket:
    if len(sys.argv) == 3:
        return socket.create_connection((sys.argv[1], int(sys.argv[2])))
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(sys.argv[1])
    return sock


def _upstream(sock: socket.socket) -> None:
    while data := os.read(0, 1 << 16):
        sock.sendall(data)
    sock.shutdown(socket.SHUT_WR)


def main() -> None:
    """Carry bytes both ways until the socket's side has said all."""
    sock = _connected()
    threading.Thread(target=_upstream, args=(sock,), daemon=True).start()
    while data := sock.recv(1 << 16):
        os.write(1, data)


if __name__ == "__main__":
    main()
