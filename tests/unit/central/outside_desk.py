"""A site's journal on texts for people outside, as the agent would send it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.unit.central.conftest import START_S, make_beat

from notanker.core.facts import Fact, Opened, Reopened, Resolved
from notanker.core.heartbeat import BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line
from notanker.core.outside import Drafted, Released, Withdrawn
from notanker.shell.codec import encode_fact
from notanker_central.store import Store

NAMES = {"pia": "Pia Entwurf", "mara": "Mara Beispiel", "jonas": "Jonas Beispiel"}


@dataclass
class Journal:
    """Writes facts and has the centre take them, one beat for each."""

    store: Store
    site: str = "nord"
    position: int = 0
    now_s: float = START_S
    boot: str = "boot-1"
    facts: list[Fact] = field(default_factory=list)

    def at(self) -> Moment:
        return Moment(self.now_s - START_S + 100.0, self.now_s, trusted=True, boot=self.boot)

    def tell(self, *facts: Fact) -> None:
        for fact in facts:
            self.position += 1
            self.facts.append(fact)
            kind, fields = encode_fact(fact)
            event = BeatEvent(self.position, kind, fact.at, fields)
            self.store.take(make_beat(self.position, self.site, events=(event,)), self.now_s)
            self.now_s += 1.0

    def opened(self, number: int = 17) -> None:
        self.tell(Opened(self.at(), number, Cause.PROVIDER, "", Line.BACKUP))

    def reopened(self, number: int = 17) -> None:
        self.tell(Reopened(self.at(), number, Cause.PROVIDER, "", Line.BACKUP))

    def resolved(self, number: int = 17) -> None:
        self.tell(Resolved(self.at(), number))

    def drafted(
        self,
        template: str = "T9",
        version: int = 1,
        text: str = "Unser Telefon ist gestört.",
        number: int = 17,
        **more: Any,
    ) -> None:
        words = (("de", text), ("en", f"English: {text}"))
        self.tell(Drafted(self.at(), number, template, version, 2, words, "backup", **more))

    def released(self, who: str, template: str = "T9", version: int = 1, number: int = 17) -> None:
        name = NAMES.get(who, "")
        self.tell(Released(self.at(), number, template, version, who, name, "sms"))

    def withdrawn(self, who: str, template: str = "T9", version: int = 1, number: int = 17) -> None:
        name = NAMES.get(who, "")
        self.tell(Withdrawn(self.at(), number, template, version, who, name, "sms"))
