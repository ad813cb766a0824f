"""Whose certificates are believed, by whatever Python.

Since 3.13 Python refuses an authority whose certificate does not keep to the letter of RFC 5280, and one
that was made by `openssl req -x509` does not: it lacks `keyUsage` (4.2.1.3). A company's authority lasts ten
years, and a box that was well with Debian 12 must not lose its centre with Debian 13. What is proven stays
the same: the chain, its dates, the name.
"""

from __future__ import annotations

import ssl
from pathlib import Path


def trusting(ca: str | Path | None = None) -> ssl.SSLContext:
    """Return the settings for a client that trusts an authority.

    Args:
        ca: File with the authority's certificate; else the system's authorities are trusted.

    Raises:
        OSError: the file cannot be read, or holds no certificate (`ssl.SSLError` is one).
    """
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
