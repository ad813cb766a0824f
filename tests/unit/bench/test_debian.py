"""The bench's peers: what they run is on the list of what is unpacked."""

import pytest
from bench.peers import PEERS
from bench.peers.debian import Unpacked

from notanker_lab.errors import LabError
from notanker_lab.reach import CHECKOUT

PACKAGES = [kind.package for kind in PEERS.values() if kind.package is not None]


@pytest.mark.parametrize("peer", PACKAGES, ids=lambda peer: peer.package)
def test_each_peer_and_what_it_needs_is_on_the_list_of_packages_to_unpack(peer: Unpacked) -> None:
    lines = (CHECKOUT / "tools" / "packages.txt").read_text(encoding="utf-8").splitlines()
    listed = {line.split()[1] for line in lines if line.startswith("unpack ")}
    assert {peer.package, *(other.package for other in peer.needs)} <= listed


def test_a_package_that_is_not_unpacked_says_what_to_do() -> None:
    with pytest.raises(
        LabError, match=r"no-such-package is not unpacked in .* run tools/setup test"
    ):
        Unpacked("no-such-package", ("usr/bin/true",)).check()
