"""Behind a proxy: who really asks, and how. Believed from named addresses alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_TOLD: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


def networks_of(names: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of addresses such as `127.0.0.1` or `10.0.0.0/8`.

    Raises:
        ValueError: one is none.
    """
    return tuple(ipaddress.ip_network(name) for name in names)


def asker(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the address of whoever asks: the last one that no trusted proxy has.

    Args:
        peer: Who holds the connection.
        forwarded_for: The X-Forwarded-For header; each proxy adds whom it heard at the end, so only what
            stands right of a trusted proxy is true.
        trusted: The proxies.
    """
    found = peer
    for told in reversed(forwarded_for.split(",")[-20:]):
        if not _is_of(found, trusted):
            return found
        if not _is_address(told.strip()):
            return found
        found = told.strip()
    return found


class Behind:
    """Wraps an application: what a trusted proxy says takes the place of what the connection says."""

    def __init__(self, application: WSGIApplication, trusted: Sequence[Network]) -> None:
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer a request (PEP 3333)."""
        told = [str(environ.pop(name, "")) for name in _TOLD]
        peer = str(environ.get("REMOTE_ADDR", ""))
        if _is_of(peer, self._trusted):
            forwarded_for, scheme, host = told
            environ["REMOTE_ADDR"] = asker(peer, forwarded_for, self._trusted)
            if (last := scheme.rpartition(",")[2].strip().lower()) in ("http", "https"):
                environ["wsgi.url_scheme"] = last
            if last := host.rpartition(",")[2].strip():
                environ["HTTP_HOST"] = last
        return self._application(environ, start_response)


def _is_of(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped  # a socket for both families names IPv4 peers so
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
