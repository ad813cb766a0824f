"""The kernel's counters of the backup: what went over LTE, and what of it was forwarded for users.

A table of the packet filter of our own (`inet notanker_meter`) counts IP packets over the interface. It
leaves out what stays between us and the modem: a HiLink stick is asked over the very interface that it
serves, each half minute, and that costs no data. Named counters outlive the agent. The interface's own
counters stand in where there is no nftables; they include what the modem is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from pathlib import Path
from typing import Any, Final

import msgspec

from notanker.core.budget import OWN, Reading
from notanker.errors import NotankerError
from notanker.shell import clock, tools
from notanker.shell.tools import ToolError

TABLE: Final = "notanker_meter"
NEAR: Final = ("224.0.0.0/4", "255.255.255.255")
NEAR6: Final = ("fe80::/10", "ff00::/8")
_ETHERNET: Final = 1  # ARPHRD_ETHER
_ETHERNET_HEADER_BYTES: Final = 14


class CountersError(NotankerError):
    """The packet filter cannot count, or does not tell."""


class Counters:
    """The counters of one interface.

    Args:
        interface: The backup's.
        root: Where the kernel's files are; another folder in tests.
    """

    def __init__(self, interface: str, root: Path = Path("/")) -> None:
        self._interface = interface
        self._statistics = root / "sys/class/net" / interface
        self._routes = root / "proc/net/route"
        self._near: tuple[str, ...] | None = None
        self._filter: bool | None = None
        self.trouble = ""

    def moved_bytes(self) -> int:
        """Return the interface's own count: cheap, and good enough to see that something happens."""
        return sum(self._statistic(f"{way}_bytes") for way in ("rx", "tx"))

    async def read(self) -> Reading | None:
        """Return what was counted, None if it cannot be told now; never raises but when cancelled.

        Which counters are used is decided once: two kinds cannot be taken for one another.
        """
        if self._filter is False:
            return self._read_interface()
        try:
            reading = await asyncio.to_thread(self._read_filter)
        except (CountersError, ToolError) as error:
            self.trouble = str(error)
            if self._filter:
                return None
            self._filter = False
            return self._read_interface()
        self._filter, self.trouble = True, ""
        return reading

    def _read_filter(self) -> Reading:
        near = near_networks(self._text(self._routes), self._interface)
        if near != self._near:
            tools.run(["nft", "-f", "-"], meter_script(self._interface, near))
        try:
            listed = tools.run(["nft", "-j", "list", "table", "inet", TABLE])
        except ToolError:
            self._near = None  # somebody took the table away: it is made anew next time
            raise
        self._near = near
        return reading_of(listed, clock.boot_id())

    def _read_interface(self) -> Reading:
        packets = sum(self._statistic(f"{way}_packets") for way in ("rx", "tx"))
        framed = self._text(self._statistics / "type").strip() == str(_ETHERNET)
        headers = packets * _ETHERNET_HEADER_BYTES if framed else 0
        return Reading("interface", clock.boot_id(), max(0, self.moved_bytes() - headers))

    def _statistic(self, name: str) -> int:
        text = self._text(self._statistics / "statistics" / name).strip()
        return int(text) if text.isdigit() else 0

    @staticmethod
    def _text(path: Path) -> str:
        try:
            return path.read_text(encoding="ascii", errors="replace")
        except OSError:  # the modem is unplugged: nothing is counted
            return ""


def near_networks(routes: str, interface: str) -> tuple[str, ...]:
    """Return the networks that the interface is on, out of /proc/net/route (proc(5))."""
    found = set(NEAR)
    for line in routes.splitlines()[1:]:
        part = line.split()
        if len(part) < 8 or part[0] != interface or int(part[2], 16):
            continue
        net, mask = (int.from_bytes(bytes.fromhex(text), "little") for text in (part[1], part[7]))
        if mask:
            found.add(str(ipaddress.IPv4Network((net & mask, mask.bit_count()))))
    return tuple(sorted(found))


def meter_script(interface: str, near: tuple[str, ...]) -> str:
    """Return what makes the table, or makes it anew without touching the counters."""
    chains = {
        "out": ("postrouting", "oifname", "daddr", 300),
        "in": ("prerouting", "iifname", "saddr", -310),
    }
    lines = [f"add table inet {TABLE}"]
    lines += [f"add counter inet {TABLE} {name}" for name in ("total", "users")]
    for chain, (hook, way, end, priority) in chains.items():
        lines += _chain(chain, hook, priority)
        lines += _rules(chain, f'{way} "{interface}"', end, near, "total")
    lines += _chain("through", "forward", 300)
    for _, way, end, _ in chains.values():
        lines += _rules("through", f'{way} "{interface}"', end, near, "users")
    return "\n".join(lines) + "\n"


def clear_away() -> None:
    """Take the table away, with what it has counted, where there is any."""
    with contextlib.suppress(ToolError):  # without nft there is none
        # Made first, so that it is there to be deleted.
        tools.run(["nft", "-f", "-"], f"table inet {TABLE} {{}}\ndelete table inet {TABLE}\n")


def _chain(name: str, hook: str, priority: int) -> list[str]:
    return [
        f"add chain inet {TABLE} {name} {{ type filter hook {hook} priority {priority}; policy accept; }}",
        f"flush chain inet {TABLE} {name}",
    ]


def _rules(chain: str, match: str, end: str, near: tuple[str, ...], counter: str) -> list[str]:
    rule = f"add rule inet {TABLE} {chain} {match}"
    return [
        f"{rule} ip {end} {{ {', '.join(near)} }} return",
        f"{rule} ip6 {end} {{ {', '.join(NEAR6)} }} return",
        f"{rule} counter name {counter}",
    ]


def reading_of(listed: bytes | str, boot: str) -> Reading:
    """Read what `nft -j list table` says.

    Raises:
        CountersError: it is not what it should be.
    """
    try:
        items: list[dict[str, Any]] = msgspec.json.decode(listed)["nftables"]
        handle = next(int(item["table"]["handle"]) for item in items if "table" in item)
        found = {c["name"]: int(c["bytes"]) for item in items if (c := item.get("counter"))}
        return Reading(OWN, f"{boot}/{handle}", found["total"], found["users"])
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        raise CountersError("nft says something that is no list of counters") from None
