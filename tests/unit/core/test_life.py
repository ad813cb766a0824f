"""Any life of a site: cuts, cables, loss, anchors, changed plans, kills and power cuts in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from notanker.core import escalation, facts, incident
from notanker.core.events import Acknowledged, PeopleKnown
from notanker.core.facts import Fact, Opened, Queued, Reopened, Resolved
from notanker.core.failover import ROUTE
from notanker.core.names import Line, Stage, Uplink, Verdict
from notanker.core.settings import Notice, Step, Telling
from tests.unit.core import world
from tests.unit.core.world import JONAS, MARA, World, to

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
uplinks = st.sampled_from(Uplink)
CHAIN = Telling(
    (Step(1, "it", (MARA, JONAS), 60.0, on_no_ack="deputy"), Step(2, "lead", (JONAS,), 30.0)),
    (Notice("T3", (JONAS,)),),
    every_s=120.0,
)
PLANS = (to(), to(MARA), to(JONAS), to(JONAS, MARA), CHAIN)
Outage = tuple[int, int]
"""An incident, and how often it had been reopened."""
AGAIN = (escalation.ASK, escalation.UPDATE)


class Life(RuleBasedStateMachine):
    """One site's life."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(world.settings(wait_to_restore_s=5.0, most_wait_s=40.0))
        self.world.run(5)

    @rule(uplink=uplinks)
    def a_line_dies(self, uplink: Uplink) -> None:
        self.world.dead.add(uplink)

    @rule(uplink=uplinks)
    def a_line_heals(self, uplink: Uplink) -> None:
        self.world.dead.discard(uplink)

    @rule(uplink=uplinks)
    def a_cable_is_pulled(self, uplink: Uplink) -> None:
        self.world.pull(uplink)

    @rule(uplink=uplinks)
    def a_cable_is_plugged_in(self, uplink: Uplink) -> None:
        self.world.plug(uplink)

    @rule(uplink=uplinks, share=st.sampled_from([0.0, 0.1, 0.5]))
    def packets_get_lost(self, uplink: Uplink, share: float) -> None:
        self.world.loss[uplink] = share

    @rule(address=st.sampled_from(world.ADDRESSES))
    def an_anchor_dies(self, address: str) -> None:
        self.world.dead_anchors = {address}

    @rule()
    def all_anchors_are_well(self) -> None:
        self.world.dead_anchors.clear()

    @rule(telling=st.sampled_from(PLANS))
    def the_plan_changes(self, telling: Telling) -> None:
        self.world.happen(PeopleKnown(telling))

    @rule(contact=st.sampled_from(["mara", "jonas", "panel"]))
    def somebody_has_it(self, contact: str) -> None:
        self.world.happen(Acknowledged(0, contact, "sms"))

    @rule(reason=st.sampled_from(["", "", "Operation not permitted"]))
    def the_kernel_changes_its_mind(self, reason: str) -> None:
        self.world.refused = reason

    @rule(uplink=uplinks)
    def somebody_meddles_with_the_rule(self, uplink: Uplink) -> None:
        self.world.meddle(uplink)

    @rule()
    def the_agent_is_killed(self) -> None:
        self.world.restart()

    @rule(uplink=uplinks)
    def the_agent_is_killed_before_its_facts_are_on_disk(self, uplink: Uplink) -> None:
        known = len(self.world.facts)
        self.world.pull(uplink)
        del self.world.facts[known:]
        self.world.restart()

    @rule(seconds=st.sampled_from([1.0, 600.0, 100_000.0]))
    def the_power_is_away(self, seconds: float) -> None:
        self.world.reboot(seconds)

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.0, 3.0, 12.0, 30.0, 70.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.world.run(seconds)

    @precondition(lambda self: self.only_the_primary_can_fail())
    @rule()
    def an_outage_of_three_seconds_ends_on_the_backup(self) -> None:
        self.world.dead.add(PRIMARY)
        self.world.run(3)
        assert self.world.route is BACKUP

    def only_the_primary_can_fail(self) -> bool:
        it = self.world
        backup_works = BACKUP not in it.dead | it.unplugged and not it.loss.get(BACKUP)
        return not it.refused and backup_works and it.verdict(BACKUP) is Verdict.UP

    def by_outage(self) -> Iterator[tuple[int, Fact]]:
        """Yield each fact with how often its incident had been reopened by then."""
        again = Counter[int]()
        for fact in self.world.facts:
            number = getattr(fact, "incident", None) or 0
            again[number] += isinstance(fact, Reopened)
            yield again[number], fact

    @invariant()
    def an_incident_is_reopened_only_after_its_end(self) -> None:
        ended = set[int]()
        for fact in self.world.facts:
            if isinstance(fact, Resolved):
                ended.add(fact.incident)
            if isinstance(fact, Reopened):
                assert fact.incident in ended
                ended.remove(fact.incident)

    @invariant()
    def numbers_grow(self) -> None:
        numbers = [fact.incident for fact in self.world.of(Opened)]
        assert numbers == sorted(set(numbers))

    @invariant()
    def nobody_gets_the_same_news_twice(self) -> None:
        said = (
            (f.incident, outage, f.contact, f.template)
            for outage, f in self.by_outage()
            if isinstance(f, Queued) and f.template not in AGAIN
        )
        news = Counter(said)
        assert not [item for item, count in news.items() if count > 1]
        marks = Counter(fact.mark for fact in self.world.of(Queued))
        assert not [mark for mark, count in marks.items() if count > 1]

    @invariant()
    def an_all_clear_goes_to_those_who_were_alarmed_and_to_all_of_them(self) -> None:
        ended, alarmed, cleared = (
            set[Outage](),
            set[tuple[Outage, str]](),
            set[tuple[Outage, str]](),
        )
        for outage, fact in self.by_outage():
            if isinstance(fact, Resolved):
                ended.add((fact.incident, outage))
            elif isinstance(fact, Queued):
                clear = fact.template == escalation.ALL_CLEAR
                (cleared if clear else alarmed).add(((fact.incident, outage), fact.contact))
        assert cleared == {(outage, who) for outage, who in alarmed if outage in ended}

    @invariant()
    def nobody_is_alarmed_of_what_somebody_has(self) -> None:
        has, gloomy = set[int](), set[tuple[int, str]]()
        for fact in self.world.facts:
            if isinstance(fact, facts.Acknowledged):
                has.add(fact.incident)
            if isinstance(fact, Reopened):  # what has broken again nobody has
                has.discard(fact.incident)
            if not isinstance(fact, Queued):
                continue
            if fact.template == escalation.ISOLATED:
                gloomy.add((fact.incident, fact.contact))
            elif fact.template in escalation.ALARMS and fact.incident in has:
                # That the backup has come after all is news for who was told that there is none.
                assert (fact.incident, fact.contact) in gloomy

    @invariant()
    def whoever_is_left_out_is_left_out_for_a_reason(self) -> None:
        for one in self.world.state.incidents.open:
            told = {t.queued.contact for t in one.told} | {contact for _, contact in one.unsaid}
            if one.acknowledged is not None and one.stage is Stage.OPEN:
                steps = self.world.state.settings.telling.steps
                assert {person.contact for step in steps for person in step.people} <= told

    @invariant()
    def the_live_incident_is_the_fold_of_the_facts(self) -> None:
        known = incident.fold(self.world.facts)
        assert known.open == self.world.state.incidents.open
        assert known.done[-10:] == self.world.state.recent

    @invariant()
    def the_kernel_does_what_the_machine_wants(self) -> None:
        state = self.world.state
        waiting = self.world.now_s < self.world.booted_s + state.retry_s
        assert waiting or self.world.refused or ROUTE[state.failover.line] is state.route

    def teardown(self) -> None:
        """After long calm all is as it was: on the primary, nothing open, nobody left uninformed."""
        it = self.world
        it.dead.clear()
        it.loss.clear()
        it.dead_anchors.clear()
        it.refused = ""
        for uplink in Uplink:
            it.plug(uplink)
        it.run(120)
        assert it.state.failover.line is Line.PRIMARY
        assert it.route is PRIMARY
        assert it.state.incident is None
        self.an_all_clear_goes_to_those_who_were_alarmed_and_to_all_of_them()
        self.the_live_incident_is_the_fold_of_the_facts()


Life.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class TestLife(Life.TestCase):  # type: ignore[misc,valid-type]
    """Any life at all keeps what is promised to people."""
