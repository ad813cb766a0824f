"""Voice comes first on LTE: the box holds the queue of the upload, and lets voice pass it.

The queue of an LTE stick is deep and knows one order only, so it must stay empty: we send a little less than
the line carries, and what has to wait waits here. The gateway's rules give voice its class
(`skb->priority`), which cake and htb heed without a filter (tc-cake(8), tc-htb(8)).

Best first: cake; htb with fq_codel; htb alone. What the kernel has is found out by asking for it, as most
have these as modules that come when they are wanted. `prio` is not among them: without a bound it orders a
queue that is empty, while the stick's is full.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from notanker.config.model import Config
from notanker.shell import clock
from notanker.shell.gateway import tc
from notanker.shell.logs import Log
from notanker.shell.tools import ToolError

HANDLE: Final = "1742:"
"""Our mark on queues (tc(8) reads it as hexadecimal)."""
VOICE: Final = f"{HANDLE}4"
"""Voice's class; in cake's diffserv4 the fourth tin is voice as well (sch_cake.c, `bulk_order`)."""
SHARE: Final = 0.9
"""So much of the line is used; the rest keeps the stick's queue empty (bufferbloat.net: 85 to 95 %)."""
VOICE_SHARE: Final = 0.8
"""Of that, htb promises voice so much; the rest keeps a fifth, whatever is marked as voice."""
FRAME_BYTES: Final = 1514
QUEUE_S, VOICE_QUEUE_S = 0.2, 0.1
"""What waits longer is dropped, which tells TCP to slow down; late voice is worth nothing."""
LEAST_QUEUE_BYTES: Final = 10 * FRAME_BYTES
LOOK_S: Final = 60.0
"""So often somebody else's hand on the queue is noticed at the latest."""
SOON_S: Final = 5.0
"""So often an interface that came back (a stick plugged in again) is noticed."""

Pair = tuple[str, str]
"""A sentence in German and in English."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to put voice first.

    Attributes:
        name: How it is called in the log.
        kind: The kind of its root.
        root: Gives the command that makes the root, of interface and kbit/s.
        inside: Gives those that fill it, or fill it anew.
    """

    name: str
    kind: str
    root: Callable[[str, int], str]
    inside: Callable[[str, int], str]

    def fresh(self, interface: str, up_kbps: int) -> str:
        """Return tc's commands where nothing stands; `add` leaves somebody else's root alone."""
        return f"qdisc add {self.root(interface, up_kbps)}{self.inside(interface, up_kbps)}"

    def anew(self, interface: str, up_kbps: int) -> str:
        """Return those that set it anew where its root stands: no packet is lost."""
        change = f"qdisc change {self.root(interface, up_kbps)}" if self.kind == "cake" else ""
        return change + self.inside(interface, up_kbps)


def _cake_root(interface: str, up_kbps: int) -> str:
    return f"dev {interface} root handle {HANDLE} cake bandwidth {up_kbps}kbit diffserv4 nat\n"


def _htb_root(interface: str, _up_kbps: int) -> str:
    return f"dev {interface} root handle {HANDLE} htb default 2\n"


def _htb(interface: str, up_kbps: int) -> str:
    """Return the classes and their bounded queues.

    The rest passes a tbf far faster than the line for one thing it does: it cuts what the kernel has joined
    (GSO, up to 64 KiB: a quarter of a second at 2 Mbit/s) into frames again, between which voice fits.
    """
    voice_kbps = int(up_kbps * VOICE_SHARE)
    rest_kbps = up_kbps - voice_kbps
    parent = f"class replace dev {interface} parent {HANDLE}"
    queue = f"qdisc replace dev {interface} parent {HANDLE}"
    bound = f"ceil {up_kbps}kbit quantum {FRAME_BYTES}"
    return (
        f"{parent} classid {HANDLE}1 htb rate {up_kbps}kbit {bound}\n"
        f"{parent}1 classid {VOICE} htb rate {voice_kbps}kbit {bound} prio 0\n"
        f"{parent}1 classid {HANDLE}2 htb rate {rest_kbps}kbit {bound} prio 1\n"
        f"{queue}4 handle 1744: bfifo limit {_bytes(up_kbps, VOICE_QUEUE_S)}\n"
        f"{queue}2 handle 1743: tbf rate 10gbit burst 2000 limit {_bytes(up_kbps, QUEUE_S)}\n"
    )


def _htb_codel(interface: str, up_kbps: int) -> str:
    """Return the same with a queue for each flow; its aim is no less than a frame's own time."""
    aim_ms = max(5, math.ceil(1.5 * FRAME_BYTES * 8 / up_kbps))
    inner = f"qdisc replace dev {interface} parent 1743:1 handle 1745: fq_codel"
    return f"{_htb(interface, up_kbps)}{inner} target {aim_ms}ms interval {100 + aim_ms}ms\n"


def _bytes(up_kbps: int, wait_s: float) -> int:
    return max(LEAST_QUEUE_BYTES, int(up_kbps * 1000 / 8 * wait_s))


def _nothing(_interface: str, _up_kbps: int) -> str:
    return ""


SCHEMES: Final = (
    Scheme("cake", "cake", _cake_root, _nothing),
    Scheme("htb with fq_codel", "htb", _htb_root, _htb_codel),
    Scheme("htb", "htb", _htb_root, _htb),
)
"""Best first."""


def is_ours(root: tc.Root) -> bool:
    """Tell whether notanker made it."""
    return root.handle == HANDLE and root.kind in {scheme.kind for scheme in SCHEMES}


def is_foreign(root: tc.Root) -> bool:
    """Tell whether an administrator made it: what the kernel chooses by itself has no number."""
    return root.handle != "0:" and not is_ours(root)


def removal(interface: str) -> str:
    """Return what takes ours away, and nothing else."""
    return f"qdisc del dev {interface} root handle {HANDLE}\n"


class Shaper:
    """Keeps the queue of the backup's upload.

    Args:
        interface: The backup's.
        line_kbps: What its upload carries.
        log: Where changes are logged.

    Attributes:
        trouble: Why voice does not come first, None while it does.
    """

    def __init__(self, interface: str, line_kbps: int, log: Log) -> None:
        self._interface = interface
        self._up_kbps = int(line_kbps * SHARE)
        self._log = log
        self._index: int | None = None
        self._look_s = 0.0
        self.trouble: Pair | None = None

    async def run(self) -> None:
        """Keep it right until cancelled."""
        await clear_away(but=self._interface)
        while True:
            index, now_s = _index(self._interface), clock.boot_s()
            if index is not None and (index != self._index or now_s >= self._look_s):
                await self.look(index, now_s)
            await asyncio.sleep(SOON_S)

    async def look(self, index: int, now_s: float) -> None:
        """See to it that ours is there; one that an earlier run left is set anew.

        Args:
            index: The interface's number now: another one is another interface.
            now_s: Boot seconds.
        """
        self._look_s = now_s + LOOK_S
        try:
            root = next((r for r in await tc.roots() if r.interface == self._interface), None)
            if root is not None and is_foreign(root):
                self._index = None
                self._tell(_foreign(root))
                return
            if root is None or not is_ours(root) or index != self._index:
                self._index = index  # what the kernel refuses now, it does in five seconds too
                await self._set(root)
            self._tell(None)
        except ToolError as error:
            if _index(self._interface) is not None:  # else it has just been pulled out
                self._tell(_refused(self._interface, str(error)))

    async def _set(self, root: tc.Root | None) -> None:
        """Set the best that the kernel has.

        Raises:
            ToolError: it has none of them, or refuses all.
        """
        standing = root.kind if root is not None and is_ours(root) else ""
        for scheme in SCHEMES:
            if scheme.kind == standing and not await self._refusal(scheme.name, scheme.anew):
                return
        refusal = ""
        for scheme in SCHEMES:
            await _remove(self._interface)
            refusal = await self._refusal(scheme.name, scheme.fresh)
            if not refusal:
                return
        await _remove(self._interface)
        raise ToolError(refusal)

    async def _refusal(self, name: str, commands: Callable[[str, int], str]) -> str:
        """Try a scheme; return why it cannot be, empty where it stands."""
        try:
            await tc.load(commands(self._interface, self._up_kbps))
        except ToolError as error:
            return str(error)
        self._log.info("shaping_set", kind=name, kbps=self._up_kbps)
        return ""

    def _tell(self, trouble: Pair | None) -> None:
        if trouble is not None and trouble != self.trouble:
            self._log.error("shaping_trouble", reason=trouble[1])
        self.trouble = trouble


async def clear_away(*, but: str = "") -> None:
    """Take ours away from every interface but one, where there is any."""
    with contextlib.suppress(ToolError):  # without tc there is none
        for root in await tc.roots():
            if is_ours(root) and root.interface != but:
                await tc.load(removal(root.interface))


async def _remove(interface: str) -> None:
    with contextlib.suppress(ToolError):  # nothing of ours was there
        await tc.load(removal(interface))


def _index(interface: str) -> int | None:
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        return None


def _foreign(root: tc.Root) -> Pair:
    name, what = root.interface, f"{root.kind} {root.handle}"
    german = (
        f"gateway: An {name} steht eine fremde Warteschlange ({what}); sie bleibt, und Sprache hat auf LTE "
        f"keinen Vorrang. Sie entfernen (tc qdisc del dev {name} root) oder lte_up_kbps streichen."
    )
    english = (
        f"gateway: somebody else's queue stands on {name} ({what}); it stays, and voice does not come first "
        f"on LTE. Remove it (tc qdisc del dev {name} root), or take lte_up_kbps out."
    )
    return german, english


def _refused(interface: str, reason: str) -> Pair:
    german = (
        f"gateway: Sprache hat auf LTE keinen Vorrang ({interface}: {reason}). Der Kern braucht sch_cake, "
        "oder sch_htb und sch_tbf; tc ist im Paket iproute2."
    )
    english = (
        f"gateway: voice does not come first on LTE ({interface}: {reason}). The kernel needs sch_cake, "
        "or sch_htb and sch_tbf; tc is in the package iproute2."
    )
    return german, english


def shaper_of(config: Config, log: Log) -> Shaper | None:
    """Return the site's shaper; None where nobody is to be shaped."""
    up_kbps = config.gateway.lte_up_kbps
    if config.gateway.mode == "solo" or up_kbps is None:
        return None
    return Shaper(config.backup.interface, up_kbps, log)
