"""Who reaches an address, and with which TLS it is served."""

from __future__ import annotations

import ipaddress
import ssl


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    """Return the server's TLS settings: version 1.2 or newer, HTTP/1.1.

    Raises:
        OSError: certificate or key cannot be read or don't belong together (`ssl.SSLError` is one).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = (
        1  # each further one costs a site 250 bytes of its data plan per connection
    )
    # An empty password makes an encrypted key an error; without it OpenSSL would ask at the terminal.
    context.load_cert_chain(certificate, key, password="")
    return context
