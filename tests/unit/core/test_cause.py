"""One cause out of a closed list, from whatever signs there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import cause, graph
from notanker.core.cause import KINDS, LayerSign, Signs
from notanker.core.checking import LOOK_S
from notanker.core.facts import CauseKnown, Opened, Queued
from notanker.core.graph import INTERNET, Graph, System
from notanker.core.leading import KNOWLEDGE
from notanker.core.names import LINE_LAYERS, Cause, Confidence, Kind, Layer, Uplink, Verdict
from notanker.core.wording import CAUSES, CONFIDENCES, sentence_pair
from tests.unit.core import world as worlds
from tests.unit.core.test_graph import states, systems
from tests.unit.core.world import HOP, World

UP, DOWN = Verdict.UP, Verdict.DOWN
DEAD = LayerSign(DOWN, 0, 3)
WELL = LayerSign(UP, 3, 3)
OLD = LayerSign(UP, 3, 3, heard=False)
EMPTY = graph.make([])
ALL_DEAD = {Layer.ICMP: DEAD, Layer.DNS: DEAD, Layer.TCP: DEAD}


def site() -> Graph:
    return graph.make(
        [
            System("power", Kind.POWER, ("Strom", "power")),
            System("switch", Kind.SWITCH, ("Switch", "switch"), ("power",)),
            System("router", Kind.ROUTER, ("Router", "router"), ("switch",)),
            System("fibre", Kind.ACCESS_LINE, ("Glasfaser", "fibre"), ("router",)),
            System("net", Kind.PROVIDER, ("Musternetz", "Musternetz"), ("fibre",), (INTERNET,)),
            System("pbx", Kind.TELEPHONY, ("Telefon", "phones"), ("switch",)),
        ]
    )


@pytest.mark.parametrize(
    ("signs", "expected", "confidence"),
    [
        (Signs(mains=False, carrier=False), Cause.OWN_POWER, Confidence.CERTAIN),
        (Signs(states={"switch": DOWN, "pbx": DOWN}), Cause.SWITCH, Confidence.CERTAIN),
        (Signs(states={"router": DOWN, "switch": UP}), Cause.ROUTER, Confidence.CERTAIN),
        (Signs(carrier=False, layers=ALL_DEAD), Cause.ACCESS_LINE, Confidence.LIKELY),
        (Signs(addressed=False, layers=ALL_DEAD), Cause.ACCESS_LINE, Confidence.LIKELY),
        (
            Signs(layers=ALL_DEAD, next_hop=DOWN, hop="192.168.1.1"),
            Cause.ROUTER,
            Confidence.CERTAIN,
        ),
        (
            Signs(layers=ALL_DEAD, next_hop=DOWN, hop="100.64.0.1"),
            Cause.ACCESS_LINE,
            Confidence.CERTAIN,
        ),
        (Signs(layers=ALL_DEAD, next_hop=UP, hop="x"), Cause.PROVIDER, Confidence.LIKELY),
        (Signs(layers=ALL_DEAD), Cause.PROVIDER, Confidence.POSSIBLE),
        (Signs(layers={Layer.ICMP: WELL, Layer.DNS: DEAD}), Cause.DNS, Confidence.CERTAIN),
        (Signs(layers={Layer.ICMP: WELL, Layer.TCP: DEAD}), Cause.HALF_DEAD, Confidence.CERTAIN),
        (
            Signs(layers={Layer.HTTP: LayerSign(DOWN, 0, 3, foreign=True)}),
            Cause.CAPTIVE_PORTAL,
            Confidence.CERTAIN,
        ),
        (
            Signs(layers={Layer.ICMP: LayerSign(DOWN, 1, 3, partly=True, loss_pct=61.2)}),
            Cause.BROWN_OUT,
            Confidence.CERTAIN,
        ),
        (Signs(), Cause.UNKNOWN, Confidence.POSSIBLE),
    ],
)
def test_each_cause_has_its_signs(signs: Signs, expected: Cause, confidence: Confidence) -> None:
    found = cause.of_line(signs, site())
    assert (found.cause, found.detail.confidence) == (expected, confidence)


def test_an_old_answer_is_no_evidence() -> None:
    found = cause.of_line(Signs(layers={Layer.ICMP: DEAD, Layer.TCP: OLD}), EMPTY)
    assert found.evidence == "icmp 0/3"


def test_a_brown_out_has_its_figures() -> None:
    sign = LayerSign(DOWN, 1, 3, partly=True, loss_pct=61.2, rtt_ms=24.6)
    found = cause.of_line(Signs(layers={Layer.ICMP: sign}), EMPTY)
    assert found.evidence == "61 % loss, 25 ms"
    assert (found.detail.loss_pct, found.detail.rtt_ms) == (61.2, 24.6)


def test_a_cause_that_the_plan_has_a_name_for_is_called_by_it() -> None:
    found = cause.of_line(Signs(layers=ALL_DEAD, next_hop=UP), site())
    assert (found.detail.system, found.detail.name[0]) == ("net", "Musternetz")


def test_what_works_is_not_counted_among_what_is_lost() -> None:
    (root,) = graph.roots(site(), {"switch": DOWN, "pbx": UP})
    found = cause.of_system(root, Signs(states={"switch": DOWN, "pbx": UP}), site())
    assert found.detail.dependants == ("fibre", "net", "router")
    assert found.detail.needed_by == 3


def test_power_that_nobody_measured_is_only_possible() -> None:
    known = {"switch": DOWN, "other": DOWN}
    made = graph.make([*site().systems, System("other", needs=("power",))])
    (root,) = graph.roots(made, known)
    found = cause.of_system(root, Signs(states=known), made)
    assert (found.cause, found.detail.confidence) == (Cause.OWN_POWER, Confidence.POSSIBLE)


def test_a_site_of_two_hundred_systems_does_not_fill_a_heartbeat() -> None:
    made = graph.make([System("a"), *(System(f"s{n}", needs=("a",)) for n in range(200))])
    (root,) = graph.roots(made, {"a": DOWN})
    found = cause.of_system(root, Signs(states={"a": DOWN}), made)
    assert (len(found.detail.dependants), found.detail.needed_by) == (cause.MOST_NAMED, 200)
    many = {f"s{n}": DOWN for n in range(200)}
    (root,) = graph.roots(made, many)
    assert root.inferred
    assert (
        cause.of_system(root, Signs(states=many), made).evidence == "s0, s1, s10, s100 +196 silent"
    )


def test_the_closed_lists_are_whole() -> None:
    assert set(KINDS) == set(Kind)
    assert set(KNOWLEDGE) == set(Cause)
    assert set(CAUSES) == set(Cause)
    assert set(CONFIDENCES) == set(Confidence)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.168.1.1", True),
        ("10.0.0.1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("100.64.0.1", False),
        ("8.8.8.8", False),
        ("", False),
        ("rubbish", False),
    ],
)
def test_a_next_hop_with_a_private_address_is_at_the_site(address: str, inside: bool) -> None:
    assert cause.on_site(address) is inside


def test_the_sentence_names_the_system_since_when_and_what_hangs_on_it() -> None:
    (root,) = graph.roots(site(), {"switch": DOWN})
    found = cause.of_system(root, Signs(states={"switch": DOWN}), site())
    german, english = sentence_pair(found.cause, found.detail, "10:42:07")
    assert german == "Switch antwortet seit 10:42:07 nicht; 4 Systeme hängen davon ab."
    assert english == "switch has not answered since 10:42:07; 4 systems depend on it."


layer_signs = st.builds(
    LayerSign,
    st.sampled_from(list(Verdict)),
    answering=st.integers(0, 5),
    anchors=st.integers(0, 5),
    heard=st.booleans(),
    partly=st.booleans(),
    foreign=st.booleans(),
    loss_pct=st.none() | st.floats(0, 100),
    rtt_ms=st.none() | st.floats(0, 1e5),
)
any_signs = st.builds(
    Signs,
    carrier=st.booleans(),
    addressed=st.none() | st.booleans(),
    next_hop=st.sampled_from(list(Verdict)),
    hop=st.sampled_from(["", "192.168.1.1", "100.64.0.1", "rubbish", "fe80::1%eth0"]),
    layers=st.dictionaries(st.sampled_from(LINE_LAYERS), layer_signs),
    mains=st.none() | st.booleans(),
    states=states,
)


@given(any_signs, systems)
def test_there_is_one_cause_whatever_the_signs(signs: Signs, listed: list[System]) -> None:
    made = graph.make(listed)
    found = cause.of_line(signs, made)
    assert found.cause in set(Cause)
    assert found == cause.of_line(signs, made)
    for root in graph.roots(made, signs.states):
        assert cause.of_system(root, signs, made).detail.system == root.id


@given(any_signs, systems, st.randoms(use_true_random=False))
def test_the_order_of_the_signs_does_not_matter(
    signs: Signs, listed: list[System], dice: object
) -> None:
    items = list(signs.states.items())
    dice.shuffle(items)  # type: ignore[attr-defined] # a random.Random, which hypothesis hides
    mixed = Signs(
        signs.carrier, signs.addressed, signs.next_hop, signs.hop, signs.layers, signs.mains,
        dict(items),
    )  # fmt: skip
    made = graph.make(listed)
    assert cause.of_line(mixed, made) == cause.of_line(signs, made)


@pytest.mark.parametrize("phase_s", [0.0, 7.0, 19.0, 41.0])
def test_the_first_alarm_names_the_sign_in_page_that_is_asked_for_once_a_minute(
    phase_s: float,
) -> None:
    world = World(replace(worlds.settings(LINE_LAYERS), hop=HOP))
    world.run(20 + phase_s)
    world.captive.add(Uplink.PRIMARY)
    world.dead_layers.add((Uplink.PRIMARY, Layer.TCP))
    world.run(20)
    kinds = [type(fact) for fact in world.facts if isinstance(fact, CauseKnown | Queued)]
    assert kinds[-1] is Queued
    assert world.state.incident is not None
    assert world.state.incident.cause is Cause.CAPTIVE_PORTAL


def test_a_line_that_is_half_dead_is_told_of_within_the_look() -> None:
    world = World(replace(worlds.settings(LINE_LAYERS), hop=HOP))
    world.run(20)
    world.dead_layers |= {(Uplink.PRIMARY, Layer.TCP), (Uplink.PRIMARY, Layer.HTTP)}
    world.run(20)
    (opened,), queued = world.of(Opened), world.of(Queued)
    assert opened.cause is Cause.HALF_DEAD
    assert queued[0].at.boot_s - opened.at.boot_s <= LOOK_S
