"""Who is measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.peers import frr, keepalived, networkmanager
from bench.peers.debian import Unpacked
from bench.peers.frr import Frr
from bench.peers.keepalived import Keepalived
from bench.peers.networkmanager import HELPED, STOCK, NetworkManager
from bench.peers.notanker import Notanker
from bench.peers.peer import Peer

PRODUCT = "notanker"


@dataclass(frozen=True, slots=True)
class Kind:
    """One peer.

    Attributes:
        make: Makes it for one lab, given notanker's wait to restore in seconds, whether that grows
            with flapping, and how a LAN is hidden ("" without one).
        package: Where it comes from; None for the product.
        in_short: Whether it belongs to the quick form.
    """

    make: Callable[[float, bool, str], Peer]
    package: Unpacked | None = None
    in_short: bool = False


PEERS: Mapping[str, Kind] = {
    PRODUCT: Kind(Notanker, in_short=True),
    "keepalived": Kind(
        lambda *_: Keepalived(keepalived.DEFAULT), keepalived.PACKAGE, in_short=True
    ),
    "keepalived-2x3": Kind(lambda *_: Keepalived(keepalived.USUAL), keepalived.PACKAGE),
    "nm": Kind(lambda *_: NetworkManager("nm", STOCK, 20.0), networkmanager.PACKAGE),
    "nm-20s": Kind(lambda *_: NetworkManager("nm-20s", HELPED, 50.0), networkmanager.PACKAGE),
    "frr-bfd": Kind(lambda *_: Frr(), frr.PACKAGE),
}
