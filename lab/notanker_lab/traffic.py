"""Starts the users' own traffic: echoes each 10 ms, connections each 100 ms, recorded; big files."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from notanker_lab import control
from notanker_lab.analysis import Record
from notanker_lab.flows import FLOWS

if TYPE_CHECKING:
    from notanker_lab.lab import Lab

__all__ = ["FLOWS", "USERS_UID", "Recording", "Traffic"]

USERS_UID = 3000


class Recording:
    """Running traffic; ``stop()`` ends it."""

    def __init__(self, lab: "Lab", process: subprocess.Popen[bytes], path: Path) -> None:
        self._lab, self._process, self.path = lab, process, path

    def stop(self) -> Record:
        """End the traffic and give what it met."""
        self._lab.end(self._process)
        return self.record()

    def record(self) -> Record:
        """Give what it met so far (up to 0.2 s late)."""
        return Record.read(self.path)


class Traffic:
    """Starts the users' traffic of one lab."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self._count = 0

    def start(
        self,
        flows: Sequence[str] = ("udp4", "tcp4"),
        udp_interval_s: float = 0.01,
        tcp_interval_s: float = 0.1,
        uid: int = USERS_UID,
        ns: str = "site",
    ) -> Recording:
        """Start traffic as user ``uid``, and wait for the first question.

        Args:
            flows: kinds of flow, see flows.py.
            udp_interval_s: pace of udp, pinned and stream.
            tcp_interval_s: pace of tcp.
            uid: numeric user.
            ns: "site", or "client" where the lab has a LAN.
        """
        self._count += 1
        path = self._lab.scratch(f"traffic{self._count}", uid) / "record.jsonl"
        intervals = str(udp_interval_s * 1000), str(tcp_interval_s * 1000)
        args = (str(path), *intervals, *flows)
        process = self._lab.module(ns, "flows", *args, uid=uid, ambient_caps=())
        recording = Recording(self._lab, process, path)
        control.wait_until(
            lambda: path.exists() and recording.record().echoes,
            10,
            "the users' first question leaves",
        )
        return recording

    def bulk(self, direction: str = "up", ns: str = "site") -> "subprocess.Popen[bytes]":
        """Start to move a big file "up" or "down"; ``lab.end()`` ends it."""
        return self._lab.module(ns, "bulk", direction, uid=USERS_UID, ambient_caps=())
