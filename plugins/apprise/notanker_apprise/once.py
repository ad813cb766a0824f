"""`python -m notanker_apprise.once`: sends one message and ends.

apprise and all its services take 36 MiB and are needed for some seconds a year (measured with 2.3.0), so they
live in a process that lives as long. The order comes by standard input: an address holds passwords, and a
command line can be read by everybody.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

import msgspec

from notanker_apprise.verdict import Seen, Verdict, judge

MAX_REASON: Final = 200


class Order(msgspec.Struct, frozen=True):
    """One message to one address."""

    url: str
    text: str
    subject: str
    connect_timeout_s: float
    read_timeout_s: float


class _Said(logging.Handler):
    """Keeps the library's last warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def carry_out(order: Order) -> Verdict:
    """Send the message; never raises for what a service or its address does."""
    import apprise

    from notanker_apprise.transport import watch

    said, seen = _Said(), list[Seen]()
    logging.getLogger("apprise").addHandler(said)
    logging.getLogger("apprise").propagate = False
    watch(seen.append)
    asset = apprise.AppriseAsset(
        app_id="notanker",
        app_desc="notanker",
        async_mode=False,
        secure_logging=True,
        plugin_paths=[],
    )
    service = apprise.Apprise.instantiate(order.url, asset=asset, suppress_exceptions=True)
    if service is None:
        return Verdict("permanent", "this is no address of apprise")
    service.socket_connect_timeout = order.connect_timeout_s
    service.socket_read_timeout = order.read_timeout_s
    try:
        notified = bool(service.notify(body=order.text, title=order.subject, body_format="text"))
    except Exception as error:  # noqa: BLE001 - 130 services of others; each may raise what it likes
        seen.append(Seen("exchange", reason=type(error).__name__))
        notified = False
    return judge(notified=notified, seen=tuple(seen), said=said.text[:MAX_REASON])


def main() -> None:
    """Read one order, carry it out, write the verdict."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a service prints is no verdict
    out.write(msgspec.json.encode(carry_out(order)))


if __name__ == "__main__":
    main()
