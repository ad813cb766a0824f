"""Sockets that leave by one interface and no other."""

from __future__ import annotations

import ipaddress
import socket


def family_of(address: str) -> socket.AddressFamily:
    """Return the family of an IP address in text form."""
    version = ipaddress.ip_address(address).version
    return socket.AF_INET6 if version == 6 else socket.AF_INET


def bind_to(sock: socket.socket, interface: str) -> None:
    """Bind the socket to the interface (SO_BINDTODEVICE); to none if the name is empty.

    Raises:
        OSError: there is no such interface.
    """
    if not interface:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")


def open_on(interface: str, address: str, kind: socket.SocketKind) -> socket.socket:
    """Open a non-blocking socket towards the address, bound to the interface.

    Raises:
        OSError: there is no such interface, or no socket is to be had.
    """
    sock = socket.socket(family_of(address), kind)
    try:
        sock.setblocking(False)
        bind_to(sock, interface)
    except OSError:
        sock.close()
        raise
    return sock
