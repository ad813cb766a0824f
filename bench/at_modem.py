"""The AT plugin in its child against the lab's modem: how quick, how safe, how heavy.

    python bench/at_modem.py [--sms 100] [--storm 500]

Rows: hand-over of an SMS, restart of the modem, a storm of inbound SMS through a store of 20 slots, memory,
and a modem that has gone deaf. The modem's radio takes no time here, and the agent's disk is no part of it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("agent", "lab", "plugins/at_modem", "")]

from tests.contract.support.runner import Instance, Runner  # noqa: E402

from notanker.plugin import Collected, Message, PluginError, Receipt, Signal  # noqa: E402 - after the path
from notanker.plugin.sms.decoding import decode  # noqa: E402
from notanker.plugin.sms.model import Deliver  # noqa: E402
from notanker_lab.at_modem import AtModem  # noqa: E402

RECIPIENT: Final = "+491713920017"
SENDER: Final = "+491713920018"
SLOTS: Final = 20
KIB: Final = 1024
LONGEST_S: Final = 120.0
Row = tuple[str, str, str, bool]


def started(runner: Runner, modem: AtModem, **options: object) -> Instance:
    lte = runner.start("at_modem", {"port": str(modem.port), **options}, path=())
    lte.call("collect", answer=Collected)
    return lte


def resident_kib(pid: int, what: str = "Rss") -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{what}:"))


def sending(count: int) -> Iterator[Row]:
    """From the call to the PDU on the wire."""
    with Runner() as runner, AtModem() as modem:
        modem.set(radio_s=0.0, report_s=0.5)
        lte = started(runner, modem)
        taken_s, confirmed_s = [], []
        for number in range(count):
            text = Message(
                id=f"{number}", mark=f"17-{number}", recipient=RECIPIENT, text=f"Alarm 17-{number}"
            )
            start_s = time.monotonic()
            lte.call("send", text, answer=Receipt)
            confirmed_s.append(time.monotonic() - start_s)
            taken_s.append(modem.sent[-1].at_s - start_s)
        for name, values, goal_s in (
            ("SMS handed over until it is on the air, p95", taken_s, 0.5),
            ("SMS handed over until +CMGS is told, p95", confirmed_s, 0.7),
        ):
            p95_s = statistics.quantiles(values, n=20)[-1]
            yield name, f"< {goal_s:g} s", f"{p95_s:.3f} s", p95_s < goal_s


def restarting() -> Iterator[Row]:
    """From the modem's RDY to settings that let it receive; with and without RDY."""
    for silent in (False, True):
        with Runner() as runner, AtModem() as modem:
            lte = started(runner, modem)
            lte.process.news.clear()
            modem.reboot(1.0, silent=silent)
            start_s, ready_s = time.monotonic() + 1.0, 0.0
            while time.monotonic() - start_s < LONGEST_S and not ready_s:
                # As the agent does: at once when there is news, else every 5 s.
                if lte.process.news.is_set() or time.monotonic() - start_s > 5.0:
                    lte.process.news.clear()
                    _collected(lte)
                state = modem.state()
                ready_s = time.monotonic() - start_s if state["up"] and state["cnmi"][1] else 0.0
                time.sleep(0.02)
            name = "restart without a word" if silent else "restart"
            yield f"{name}, until it receives again", "< 15 s", f"{ready_s:.1f} s", 0 < ready_s < 15


def storm(count: int) -> Iterator[Row]:
    """All SMS come as fast as the store has room."""
    with Runner() as runner, AtModem() as modem:
        modem.set(ME=SLOTS, SM=SLOTS)
        lte = started(runner, modem)
        full = _Full(modem)
        texts: Counter[str] = Counter()
        start_s = time.monotonic()
        for number in range(count):
            modem.receive(SENDER, f"Antwort {number}")
        while len(texts) < count and time.monotonic() - start_s < LONGEST_S:
            _take(lte, texts)
        took_s = time.monotonic() - start_s
        full.end()
        lost, twice = count - len(texts), sum(texts.values()) - len(texts)
        yield f"{count} SMS through {SLOTS} slots: lost", "0", str(lost), lost == 0
        yield "... handed over twice", "0", str(twice), twice == 0
        yield (
            "... longest time the store was full",
            "< 5 s",
            f"{full.longest_s:.2f} s",
            full.longest_s < 5,
        )
        yield "... all of it", "", f"{took_s:.1f} s", True


class _Full:
    """Watches for how long the store is full without a break."""

    def __init__(self, modem: AtModem) -> None:
        self.longest_s = 0.0
        self._modem = modem
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        since_s: float | None = None
        while not self._ended.wait(0.005):
            counts = self._modem.state()["counts"]
            full = any(used >= total for used, total in (counts["ME"], counts["SM"]) if total)
            now_s = time.monotonic()
            since_s = (since_s or now_s) if full else None
            if since_s is not None:
                self.longest_s = max(self.longest_s, now_s - since_s)


def _collected(lte: Instance) -> Collected:
    try:
        return lte.call("collect", answer=Collected)
    except PluginError:
        return Collected()


def _take(lte: Instance, texts: Counter[str]) -> None:
    found = _collected(lte)
    for one in found.inbound:
        read = decode(one.pdu)
        texts[read.text if isinstance(read, Deliver) else one.pdu] += 1
    names = tuple(one.name for one in found.inbound)
    if names:
        lte.call("discard", names, answer=type(None))


@contextlib.contextmanager
def bare_child() -> Iterator[subprocess.Popen[bytes]]:
    """Run the program of a child as far as it gets before it is told which plugin to be."""
    near, far = socket.socketpair()
    with near, far:
        argv = [sys.executable, "-m", "notanker.plugin.child", str(far.fileno()), str(os.getpid())]
        child = subprocess.Popen(argv, pass_fds=[far.fileno()])
        time.sleep(1.0)
        yield child
    child.wait(5)


def weight() -> Iterator[Row]:
    """What a child is before it has a plugin, and one with this plugin after an SMS each way."""
    with bare_child() as bare, Runner() as runner, AtModem() as modem:
        lte = started(runner, modem)
        text = Message(id="1", mark="17-1", recipient=RECIPIENT, text="Alarm 17-1")
        lte.call("send", text, answer=Receipt)
        modem.receive(SENDER, "OK 17")
        time.sleep(1.0)
        _take(lte, Counter())
        lte.call("signal", answer=Signal)
        more = resident_kib(lte.pid()) - resident_kib(bare.pid)
        own = resident_kib(lte.pid(), "Private_Dirty") - resident_kib(bare.pid, "Private_Dirty")
        yield (
            "memory over a bare child (RSS)",
            "<= 2.0 MiB",
            f"{more / KIB:.1f} MiB",
            more <= 2 * KIB,
        )
        yield "... of it private", "", f"{own / KIB:.1f} MiB", True
    with Runner() as runner, AtModem() as modem:
        lte = started(runner, modem)
        modem.fault("deaf")
        start_s = time.monotonic()
        _collected(lte)
        longest_s = time.monotonic() - start_s
        yield "a modem gone deaf: longest call", "< 20 s", f"{longest_s:.1f} s", longest_s < 20


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    reader.add_argument("--sms", type=int, default=100)
    reader.add_argument("--storm", type=int, default=500)
    options = reader.parse_args()
    print("| what | goal | measured | met |\n|---|---|---|---|")
    missed = False
    for rows in (sending(options.sms), restarting(), storm(options.storm), weight()):
        for what, goal, measured, met in rows:
            print(
                f"| {what} | {goal} | {measured} | {('yes' if met else 'NO') if goal else ''} |",
                flush=True,
            )
            missed = missed or not met
    sys.exit(missed)


if __name__ == "__main__":
    main()
