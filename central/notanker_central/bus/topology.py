"""What the cluster has to have for us, declared by everyone who connects, and always the same.

The queue is a quorum queue: a beat in it is on the disks of most nodes. It is bounded, and what is too much
is refused to the publisher; an event in such a beat stays in the site's journal and comes again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import pika

from notanker.certificates import trusting

EXCHANGE: Final = "amq.topic"
"""Where RabbitMQ's MQTT plugin puts what sites publish; a slash of MQTT is a dot here."""
QUEUE: Final = "notanker.beats"
BEATS: Final = "notanker.1.#.beat"
"""A site's id may have dots in it, so it may be several words."""
ARGUMENTS: Final[dict[str, Any]] = {
    "x-queue-type": "quorum",
    # A minute of 100,000 sites, several times over; without workers the disk must not fill up.
    "x-max-length-bytes": 512 * 1024 * 1024,
    "x-overflow": "reject-publish",
    # After ten minutes a site has told everything anew.
    "x-message-ttl": 600_000,
}
SOCKET_S: Final = 5.0
HEARTBEAT_S: Final = 10
"""A node that is gone without a word is left after two of them."""
_BEAT: Final = re.compile(r"(notanker\.1\.[a-z0-9][a-z0-9._-]{0,62})\.beat")


def nodes(urls: Sequence[str], ca: str = "") -> list[pika.URLParameters]:
    """Return how to reach each node, bounded in time.

    Args:
        urls: Of the nodes.
        ca: File with the certificate of the authority that signed theirs; else the system's authorities.

    Raises:
        ValueError: an address is none.
        OSError: the certificate cannot be read.
    """
    found = [pika.URLParameters(url) for url in urls]
    for node in found:
        if ca and node.ssl_options is not None:
            node.ssl_options = pika.SSLOptions(trusting(ca), node.host)
        node.heartbeat = HEARTBEAT_S
        node.socket_timeout = node.stack_timeout = SOCKET_S
        node.blocked_connection_timeout = SOCKET_S
        node.connection_attempts, node.retry_delay = 1, 0.0
    return found


def beat_key(site: str) -> str:
    """Return under which key a receiver publishes; the site is in the seal, so it may be any."""
    return f"notanker.1.{site}.beat"


def answer_key(beat: str) -> str | None:
    """Return where the answer to a beat with that key goes, None if it is no beat's."""
    known = _BEAT.fullmatch(beat)
    return f"{known[1]}.answer" if known else None
