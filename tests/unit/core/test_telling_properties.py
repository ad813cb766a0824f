"""Any life of a site with systems: who is told what, and who is not, whatever happens in whatever order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from notanker.core import escalation
from notanker.core.events import Acknowledged, MessageSettled, PeopleKnown
from notanker.core.facts import Acknowledged as Taken
from notanker.core.facts import Fact, Opened, Queued, Reopened, Resolved, Settled
from notanker.core.names import Outcome, Uplink
from notanker.core.settings import Notice, Recipient, Step, Telling
from tests.unit.core import world
from tests.unit.core.systems import address_of, checks_of, system_of
from tests.unit.core.world import JONAS, MARA, World

LENA = Recipient("lena", "Lena Probe", "+493023125112")
PIA = Recipient("pia", "Pia Entwurf", "+493023125113")
ROWS: list[dict[str, Any]] = [
    {"id": "switch", "kind": "switch", "watch": "lan"},
    {"id": "net", "kind": "provider", "needs": ["switch"], "provides": ["site-internet"]},
    {"id": "pbx", "kind": "telephony", "needs": ["switch"], "watch": "lan"},
    {"id": "vpn", "kind": "vpn", "needs": ["site-internet"], "watch": "either"},
]
ADDRESSES = [address_of(number) for number, row in enumerate(ROWS) if "watch" in row]
PLANS = (
    Telling(
        (Step(1, "it", (MARA, JONAS), 20.0), Step(2, "lead", (LENA,), 20.0)),
        (Notice("T3", (PIA,)),),
        every_s=90.0,
    ),
    Telling((Step(1, "it", (MARA, LENA), 15.0, on_no_ack="deputy"),), (Notice("T3", (MARA, PIA)),)),
    Telling((Step(1, "it", (JONAS,), 10.0, on_no_ack="bridge"), Step(2, "lead", (LENA, PIA)))),
    Telling(),
)
OUTSIDE = {"T6", "T7", "T9", "T10", "T13"}
NEWS = {"T1", "T3", "T11"}
CALLS = {*escalation.ALARMS, escalation.ASK, escalation.BRIDGE}


@dataclass
class Rough(World):
    """A world whose modem fails now and then, for good or until much later."""

    fates: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - a dice

    def carry(self, fact: Queued) -> None:
        fate = self.fates.random()
        wait_s = self.fates.choice([0.5, 3.0, 40.0])
        outcome = Outcome.FAILED if fate < 0.2 else Outcome.SENT
        self.later(wait_s, MessageSettled(fact.mark, fact.incident, outcome, 1))
        if 0.2 <= fate < 0.5:
            later = Outcome.DELIVERED if fate < 0.4 else Outcome.FAILED
            self.later(wait_s + 2.0, MessageSettled(fact.mark, fact.incident, later, 1))


class Telephones(RuleBasedStateMachine):
    """What people's telephones say in one site's life."""

    def __init__(self) -> None:
        super().__init__()
        config = replace(
            world.settings(wait_to_restore_s=5.0, most_wait_s=20.0),
            systems=tuple(system_of(row) for row in ROWS),
            checks=checks_of(ROWS),
        )
        self.world = Rough(replace(config, telling=PLANS[0]))
        self.world.run(15)

    @rule(address=st.sampled_from(ADDRESSES), dies=st.booleans())
    def a_system_changes(self, address: str, dies: bool) -> None:
        (self.world.silent.add if dies else self.world.silent.discard)(address)

    @rule(uplink=st.sampled_from(Uplink), dies=st.booleans())
    def a_line_changes(self, uplink: Uplink, dies: bool) -> None:
        (self.world.dead.add if dies else self.world.dead.discard)(uplink)

    @rule(plugged=st.booleans())
    def the_cable_moves(self, plugged: bool) -> None:
        (self.world.plug if plugged else self.world.pull)(Uplink.PRIMARY)

    @rule(telling=st.sampled_from(PLANS))
    def the_plan_changes(self, telling: Telling) -> None:
        self.world.happen(PeopleKnown(telling))

    @rule(number=st.integers(0, 4), contact=st.sampled_from(["mara", "jonas", "pia", "panel"]))
    def somebody_has_it(self, number: int, contact: str) -> None:
        self.world.happen(Acknowledged(number, contact, "sms"))

    @rule()
    def the_agent_is_killed(self) -> None:
        self.world.restart()

    @rule(seconds=st.sampled_from([0.5, 3.0, 12.0, 45.0, 200.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.world.run(seconds)

    def _of_outages(self) -> Iterator[Fact]:
        """Yield the facts with a number for each outage: what goes on under its number is another one."""
        outages = Counter[int]()
        for fact in self.world.facts:
            number = getattr(fact, "incident", None)
            if isinstance(fact, Reopened):
                outages[fact.incident] += 1
            yield fact if number is None else _numbered(fact, 1000 * number + outages[number])

    @invariant()
    def nobody_hears_the_end_who_has_not_heard_of_it(self) -> None:
        heard, cleared = set[tuple[int, str]](), set[tuple[int, str]]()
        for fact in self._of_outages():
            if not isinstance(fact, Queued):
                continue
            person = (fact.incident, fact.contact)
            if fact.template in escalation.CLEAR:
                assert person in heard
                assert person not in cleared
                cleared.add(person)
            elif fact.template.partition("-")[0] in NEWS:
                heard.add(person)

    @invariant()
    def nobody_hears_the_end_whom_no_message_can_have_reached(self) -> None:
        fates: dict[str, Outcome] = {}
        hopes: dict[tuple[int, str], set[str]] = {}
        for fact in self._of_outages():
            if isinstance(fact, Settled):
                fates[fact.mark] = fact.outcome
            elif isinstance(fact, Queued):
                marks = hopes.setdefault((fact.incident, fact.contact), set())
                if fact.template in escalation.CLEAR:
                    assert any(fates.get(mark) is not Outcome.FAILED for mark in marks)
                marks.add(fact.mark)

    @invariant()
    def everybody_who_may_have_heard_of_it_hears_the_end(self) -> None:
        fates: dict[str, Outcome] = {}
        told: dict[int, list[Queued]] = {}
        for fact in self._of_outages():
            if isinstance(fact, Settled):
                fates[fact.mark] = fact.outcome
            elif isinstance(fact, Queued):
                told.setdefault(fact.incident, []).append(fact)
            elif isinstance(fact, Resolved) and not fact.into:
                _hold_all_cleared(told.get(fact.incident, []), fates)

    @invariant()
    def nobody_is_called_to_what_somebody_has(self) -> None:
        has, gloomy = set[int](), set[tuple[int, str]]()
        for fact in self._of_outages():
            if isinstance(fact, Taken):
                has.add(fact.incident)
            if not isinstance(fact, Queued):
                continue
            # That the backup has come after all is news for who was told that there is none.
            better = (fact.incident, fact.contact) in gloomy and fact.template == escalation.ALARM
            assert fact.incident not in has or fact.template not in CALLS or better or _worse(fact)
            if fact.template == escalation.ISOLATED:
                gloomy.add((fact.incident, fact.contact))

    @invariant()
    def nothing_for_people_outside_leaves_by_itself(self) -> None:
        assert not {fact.template.partition("-")[0] for fact in self.world.of(Queued)} & OUTSIDE

    @invariant()
    def nobody_is_told_of_an_incident_before_it_is_opened_or_after_its_end(self) -> None:
        opened, ended = set[int](), set[int]()
        for fact in self._of_outages():
            match fact:
                case Opened(incident=number) | Reopened(incident=number):
                    assert number not in opened
                    opened.add(number)
                case Resolved(incident=number):
                    ended.add(number)
                case Queued(incident=number, template=template):
                    assert number in opened
                    told = template in CALLS or template.partition("-")[0] in NEWS
                    assert number not in ended or not told

    def teardown(self) -> None:
        """After long calm nothing is open, and nobody is left without the end."""
        self.world.silent.clear()
        self.world.dead.clear()
        self.world.plug(Uplink.PRIMARY)
        self.world.run(400)
        assert self.world.state.incidents.open == ()
        self.everybody_who_may_have_heard_of_it_hears_the_end()
        self.nobody_hears_the_end_who_has_not_heard_of_it()


def _numbered(fact: Any, number: int) -> Fact:
    numbered: Fact = replace(fact, incident=number)
    return numbered


def _worse(fact: Queued) -> bool:
    """Tell whether it says that the backup is gone as well, which is another state than was taken over."""
    return fact.template == escalation.ISOLATED


def _hold_all_cleared(told: list[Queued], fates: dict[str, Outcome]) -> None:
    cleared = {fact.contact for fact in told if fact.template in escalation.CLEAR}
    hopes = {
        fact.contact
        for fact in told
        if fact.template.partition("-")[0] in NEWS and fates.get(fact.mark) is not Outcome.FAILED
    }
    assert hopes <= cleared


Telephones.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class TestTelephones(Telephones.TestCase):  # type: ignore[misc,valid-type]
    """Whatever happens, people hear what concerns them, and nothing else."""
