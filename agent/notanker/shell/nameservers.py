"""Whom names are asked of over each line, also where the configuration names nobody.

Then the primary's are the machine's own, which whoever gave the address has written into resolv.conf; behind
them, and over the backup, it is the next hop: routers and sticks answer names for those behind them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from notanker.core.names import Uplink

RESOLV_CONF: Final = Path("/etc/resolv.conf")
MOST: Final = 3
"""So many of a file are asked (MAXNS, resolv.conf(5))."""
_MOST_BYTES: Final = 4096


Servers = Mapping[Uplink, tuple[str, ...]]
"""Whom names are asked of over each uplink."""


class NameServers(Mapping[Uplink, tuple[str, ...]]):
    """The name servers of each uplink, as they are at this moment.

    Args:
        named: Those of the configuration; where it has any of an uplink, these alone are asked.
        next_hop: Gives the next hop of an uplink, empty while there is none.
        file: The machine's own.
    """

    def __init__(
        self,
        named: Servers,
        next_hop: Callable[[Uplink], str],
        file: Path = RESOLV_CONF,
    ) -> None:
        self._named: Final = named
        self._next_hop: Final = next_hop
        self._file: Final = file

    def __getitem__(self, uplink: Uplink) -> tuple[str, ...]:
        """Return them, the first one first."""
        if named := self._named[uplink]:
            return named
        own = _own(self._file) if uplink is Uplink.PRIMARY else ()
        return tuple(dict.fromkeys(filter(None, (*own, self._hop(uplink)))))

    def __iter__(self) -> Iterator[Uplink]:
        """Name the uplinks."""
        return iter(self._named)

    def __len__(self) -> int:
        """Count the uplinks."""
        return len(self._named)

    def _hop(self, uplink: Uplink) -> str:
        try:
            return self._next_hop(uplink)
        except OSError:  # the kernel does not answer: others may
            return ""


def _own(file: Path) -> tuple[str, ...]:
    """Return the servers that stand in the file, but for one on this machine, which belongs to no line."""
    try:
        with file.open("rb") as stream:
            lines = stream.read(_MOST_BYTES).decode("ascii", "replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    given = (found[1] for found in words if len(found) > 1 and found[0] == "nameserver")
    return tuple(server for server in given if _is_elsewhere(server))[:MOST]


def _is_elsewhere(server: str) -> bool:
    try:
        address = ipaddress.ip_address(server)
    except ValueError:
        return False
    # An address of a link holds on that link alone, and the file may mean another one.
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
