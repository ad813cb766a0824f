"""What the suites of the ModemManager plugin share: how they ask it, and what comes in."""

from __future__ import annotations

import contextlib

from notanker.plugin import Collected, Retry, UplinkState
from notanker_lab import mm_pdu
from notanker_lab.modemmanager import ModemManager
from tests.contract.support.runner import Instance, Runner, eventually

BURST = [f"OK {number}" for number in range(17, 23)]
SENDER = "+4917604069011"
SPLIT = "Störung: " + "x" * 57 + "😀 im Serverraum"
"""The emoji's first half is the last character of the first part."""


def start(runner: Runner, manager: ModemManager, **options: object) -> Instance:
    values = {"bus": manager.address, "answer_within_s": 5.0, **options}
    return runner.start("modemmanager", values, path=())


def collect(lte: Instance) -> Collected:
    return lte.call("collect", answer=Collected)


def discard(lte: Instance, *names: str) -> None:
    lte.call("discard", names, answer=type(None))


def gather(lte: Instance, count: int) -> dict[str, str]:
    """Collect until so many SMS are there; give the raw or the read text of each, by name."""
    found: dict[str, str] = {}

    def enough() -> bool:
        for one in collect(lte).inbound:
            found[one.name] = one.pdu or one.text
        return len(found) >= count

    eventually(enough, f"{count} SMS")
    return found


def heard(lte: Instance, count: int) -> dict[str, str]:
    """The same, but look only when the agent is told to, as it does; a notice unanswered is the last."""
    found: dict[str, str] = {}

    def enough() -> bool:
        if lte.process.news.is_set():
            lte.process.news.clear()
            for one in collect(lte).inbound:
                found[one.name] = one.pdu or one.text
        return len(found) >= count

    eventually(enough, f"{count} SMS are told of")
    return found


def say(texts: list[str]) -> list[str]:
    return [mm_pdu.deliver(SENDER, text) for text in texts]


def state(lte: Instance) -> UplinkState:
    return lte.call("state", answer=UplinkState)


def happened(lte: Instance, *wanted: str) -> list[str]:
    """Collect until all of these happened; give all that did."""
    found: list[str] = []

    def enough() -> bool:
        with contextlib.suppress(Retry):
            found.extend(one.what for one in collect(lte).happenings)
        return set(wanted) <= set(found)

    eventually(enough, f"{wanted}, last {found}")
    return found
