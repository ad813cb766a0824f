"""Whatever happens in whatever order: nothing is said outside that people have not released."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from notanker.core import announcing, centre_orders, drafts, incident
from notanker.core.cause import NO_DETAIL
from notanker.core.commands import Announce, Command
from notanker.core.events import AnnouncementDone, DraftMade, DrillAsked, ReleaseAsked
from notanker.core.facts import Fact, Opened, Resolved
from notanker.core.heartbeat import CentreOrder
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Uplink
from notanker.core.outside import Drafted, Released, Withdrawn
from tests.unit.core.outside_world import Outside, outage, telling

TEMPLATES = ("T6", "T7", "T9", "T10", "T13")
CONTACTS = ("pia", "mara", "jonas", "lena", drafts.PANEL)
FEW = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def at(seconds: int) -> Moment:
    return Moment(float(seconds), 1_790_000_000.0 + seconds, True, "boot")


facts = st.lists(
    st.one_of(
        st.builds(
            Drafted,
            st.just(at(1)),
            st.just(1),
            st.sampled_from(TEMPLATES),
            st.integers(1, 3),
            st.integers(0, 2),
            st.sampled_from([(), (("de", "a"),), (("de", "b"),)]),
            st.just("basis"),
            drill=st.booleans(),
        ),
        st.builds(
            Released,
            st.just(at(2)),
            st.just(1),
            st.sampled_from(TEMPLATES),
            st.integers(1, 3),
            st.sampled_from(CONTACTS),
            st.just(""),
            st.sampled_from(["sms", "box", "panel"]),
        ),
        st.builds(
            Withdrawn,
            st.just(at(3)),
            st.just(1),
            st.sampled_from(TEMPLATES),
            st.integers(1, 3),
            st.sampled_from(CONTACTS),
            st.just(""),
            st.just("sms"),
        ),
    ),
    max_size=40,
)


@given(facts)
def test_no_record_makes_a_text_released_without_as_many_people_as_its_kind_wants(
    record: list[Fact],
) -> None:
    opened = Opened(at(0), 1, Cause.PROVIDER, "", Line.BACKUP, NO_DETAIL)
    known = incident.fold([opened, *record])
    for draft in known.all[0].drafts:
        if draft.is_released:
            since = _since(record, draft)
            people = {fact.contact for fact in since}
            named = people - {drafts.PANEL} if drafts.PERSONS[draft.template] > 1 else people
            assert len(named) >= drafts.PERSONS[draft.template]
            assert not draft.drill


def _since(record: list[Fact], draft: drafts.Draft) -> list[Released]:
    """Return the releases of that version since it was made or withdrawn last."""
    found: list[Released] = []
    for fact in record:
        if isinstance(fact, Released) and _is_of(fact, draft):
            found.append(fact)
        elif _begins_anew(fact, draft):
            found = []
    return found


def _begins_anew(fact: Fact, draft: drafts.Draft) -> bool:
    if isinstance(fact, Drafted):
        return fact.template == draft.template and bool(fact.words)
    return isinstance(fact, Withdrawn) and _is_of(fact, draft)


def _is_of(fact: Released | Withdrawn, draft: drafts.Draft) -> bool:
    return (fact.template, fact.version) == (draft.template, draft.version)


@given(facts)
def test_nothing_is_shown_of_an_outage_that_is_over(record: list[Fact]) -> None:
    opened = Opened(at(0), 1, Cause.PROVIDER, "", Line.BACKUP, NO_DETAIL)
    known = incident.fold([opened, *record, Resolved(at(9), 1)])
    (over,) = known.all
    assert {draft.template for draft in drafts.shown(known, over, at(10))} <= {"T13"}
    assert drafts.shown(known, over, at(10 + 90_000)) == ()


@dataclass
class Watched(Outside):
    """A world that keeps when callers began to hear something without a release."""

    unheard_of: list[float] = field(default_factory=list)

    def do(self, command: Command) -> None:
        """Look at each order in the moment in which it is given."""
        if isinstance(command, Announce) and command.on and not _released(self):
            self.unheard_of.append(self.now_s)
        super().do(command)


def _released(world: Outside) -> bool:
    return any(
        draft.template == "T7"
        for one in world.state.incidents.open
        for draft in drafts.shown(world.state.incidents, one, world.moment())
    )


class Life(RuleBasedStateMachine):
    """Lives of a site in which anybody does anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Watched(outage().config)
        self.world.run(5)
        self.drill = False
        self.last_order = 1

    @rule(seconds=st.sampled_from([1, 20, 130]))
    def live(self, seconds: int) -> None:
        self.world.run(seconds)

    @rule(uplink=st.sampled_from(list(Uplink)), dies=st.booleans())
    def line(self, uplink: Uplink, dies: bool) -> None:
        (self.world.dead.add if dies else self.world.dead.discard)(uplink)
        self.world.run(20)

    @rule(
        number=st.integers(1, 3),
        template=st.sampled_from(TEMPLATES),
        contact=st.sampled_from(CONTACTS),
        back=st.sampled_from([False, False, True]),
    )
    def sign(self, number: int, template: str, contact: str, back: bool) -> None:
        self.world.happen(ReleaseAsked(number, template, contact, "sms", back))

    @rule(
        number=st.integers(1, 3),
        template=st.sampled_from(TEMPLATES),
        who=st.sampled_from([*CONTACTS, "Mara Beispiel", ""]),
        version=st.integers(1, 3),
        back=st.booleans(),
        again=st.booleans(),
    )
    def order(
        self, number: int, template: str, who: str, version: int, back: bool, again: bool
    ) -> None:
        """The centre orders it, perhaps twice because the answer was lost."""
        self.last_order += not again
        kind = centre_orders.WITHDRAW if back else centre_orders.RELEASE
        now_s = self.world.moment().wall_s
        wanted = CentreOrder(self.last_order, kind, number, who, "centre", now_s, template, version)
        if centre_orders.answer(wanted, self.world.state, self.world.moment()) is None:
            before = len(self.world.of(Released)) + len(self.world.of(Withdrawn))
            self.world.happen(centre_orders.event_of(wanted, self.world.state))
            after = len(self.world.of(Released)) + len(self.world.of(Withdrawn))
            assert after == before + 1, "what was not refused is done, once"
        told = centre_orders.answer(wanted, self.world.state, self.world.moment())
        assert told is not None, "every order has its answer"

    @rule(said=st.sampled_from(["words", "other words"]))
    def rewrite(self, said: str) -> None:
        self.world.said = said

    @rule(template=st.sampled_from(TEMPLATES), text=st.sampled_from(["words", "forged"]))
    def made(self, template: str, text: str) -> None:
        self.world.happen(DraftMade(1, template, "forged", (("de", text),)))

    @rule(on=st.booleans(), ok=st.booleans(), found=st.booleans())
    def told(self, on: bool, ok: bool, found: bool) -> None:
        head = telling().announcements[0].head_number
        self.world.happen(AnnouncementDone(head, on, ok, "said", found))

    @precondition(lambda self: not self.world.state.incidents.open)
    @rule()
    def drill_begins(self) -> None:
        self.world.happen(DrillAsked("panel", "panel"))

    @rule(broken=st.sampled_from(["", "no connection"]))
    def telephones(self, broken: str) -> None:
        self.world.broken = broken

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def power_cut(self) -> None:
        self.world.reboot(20)

    @invariant()
    def nothing_is_on_without_a_release(self) -> None:
        assert self.world.unheard_of == []
        for one in self.world.state.announced:
            assert not one.on or _released(self.world)

    @invariant()
    def no_drill_is_released(self) -> None:
        for one in self.world.state.incidents.all:
            for draft in one.drafts:
                assert not (draft.drill and (draft.is_released or draft.released))

    @invariant()
    def whatever_is_shown_has_its_people(self) -> None:
        known = self.world.state.incidents
        for one in known.all:
            for draft in drafts.shown(known, one, self.world.moment()):
                people = {fact.contact for fact in draft.released}
                assert len(people) >= drafts.PERSONS[draft.template]

    @invariant()
    def a_restart_would_change_nothing(self) -> None:
        assert announcing.recall(self.world.facts) == self.world.state.announced


TestLife = Life.TestCase
TestLife.settings = FEW


def test_the_watched_world_would_notice() -> None:
    world = Watched(outage().config)
    world.do(Announce(telling().announcements[0].head_number, "pbx", True))
    assert world.unheard_of
    assert replace(world.orders[0], on=False) != world.orders[0]
