"""A modem and its network: what is in its memory, what it answers, what left; it outlives the box."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, Literal

from notanker.core.names import PluginHealth
from notanker.core.status import PluginStatus
from notanker.plugin import Collected, Inbound, Message, Receipt, Retry, SendReport, Unknown

Proof = Literal["list", "reports", "none"]
PROOFS: Final[tuple[Proof, ...]] = ("list", "reports", "none")
"""How a modem proves that an SMS left: by its list of sent ones, by the network's report, not at all."""


@dataclass(frozen=True, slots=True)
class OnAir:
    """An SMS left; the box may have been told so."""

    mark: str
    text: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Swallowed:
    """The modem took an SMS, never answered, and never sent it."""

    mark: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The modem has something for the box."""

    what: Inbound | SendReport


@dataclass(frozen=True, slots=True)
class Discarded:
    """The box told the modem to forget it."""

    name: str


class Radio:
    """A modem and its network.

    Args:
        script: What becomes of the next hand-overs: "sent"; "lost" leaves, but no answer comes; "gone"
            neither; "busy". At its end everything is sent.
        log: Where is noted what happens.
        air: What left in an earlier life.
        memory: What the modem has for the box.
    """

    def __init__(
        self,
        proof: Proof,
        script: Sequence[str],
        log: list[Any],
        air: Sequence[OnAir] = (),
        memory: Sequence[Inbound | SendReport] = (),
    ) -> None:
        self.spec = SimpleNamespace(name="lte1")
        self.status = PluginStatus("lte1", "radio", PluginHealth.OK)
        self.pid = 1
        self.kinds = ("sms",)
        self.news = asyncio.Event()
        self.air = list(air)
        self._proof = proof
        self._script = list(script)
        self._log = log
        self._memory = {one.name: one for one in memory}
        self._names = itertools.count(len(log))
        self.news.set()

    @property
    def holds_something(self) -> bool:
        """Whether there is something that the box has not told it to forget."""
        return bool(self._memory)

    def hear(self, number: str, text: str) -> None:
        """Have an SMS come in."""
        name = f"sms {next(self._names)}"
        self._keep(Inbound(name=name, sender=number, text=text, sent=name))

    async def call(self, method: str, argument: Any = None, **_: Any) -> Any:
        """Do what the box asks; the box's other parts go on meanwhile."""
        await asyncio.sleep(0)
        return getattr(self, f"_{method}")(argument)

    def _send(self, message: Message) -> Receipt:
        step = self._script.pop(0) if self._script else "sent"
        if step in ("sent", "lost"):
            self._leave(message, answered=step == "sent")
        if step == "gone":
            self._log.append(Swallowed(message.mark))
        if step == "busy":
            raise Retry(0.0, "busy")
        if step in ("lost", "gone"):
            raise Unknown("no answer")
        return Receipt(references=(message.reference,), report=self._proof == "reports")

    def _leave(self, message: Message, *, answered: bool) -> None:
        one = OnAir(message.mark, message.text, answered)
        self._log.append(one)
        self.air.append(one)
        if self._proof == "reports":
            name = f"report {next(self._names)}"
            self._keep(
                SendReport(
                    name=name,
                    recipient=message.recipient,
                    reference=message.reference,
                    fate="delivered",
                    done=name,
                )
            )

    def _find_sent(self, message: Message) -> bool | None:
        if self._proof != "list":
            return None
        return any((one.mark, one.text) == (message.mark, message.text) for one in self.air)

    def _collect(self, _: None) -> Collected:
        kept = tuple(self._memory.values())
        return Collected(
            inbound=tuple(one for one in kept if isinstance(one, Inbound)),
            reports=tuple(one for one in kept if isinstance(one, SendReport)),
        )

    def _discard(self, names: tuple[str, ...]) -> None:
        for name in names:
            if self._memory.pop(name, None) is not None:
                self._log.append(Discarded(name))

    def _keep(self, what: Inbound | SendReport) -> None:
        self._log.append(Arrived(what))
        self._memory[what.name] = what
        self.news.set()
