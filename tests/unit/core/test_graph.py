"""The dependency graph: one cascade has one root, whatever the graph looks like."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from notanker.core import graph
from notanker.core.graph import Root, System
from notanker.core.names import Verdict

UP, DOWN = Verdict.UP, Verdict.DOWN
IDS = [f"s{number}" for number in range(8)]
RESOURCES = ["r0", "r1", "r2"]

systems = st.lists(
    st.builds(
        System,
        st.sampled_from(IDS),
        needs=st.lists(st.sampled_from([*IDS, *RESOURCES, "nobody"]), max_size=4).map(tuple),
        provides=st.lists(st.sampled_from(RESOURCES), max_size=2).map(tuple),
    ),
    max_size=12,
)
states = st.dictionaries(st.sampled_from(IDS), st.sampled_from(list(Verdict)))


def site() -> graph.Graph:
    return graph.make(
        [
            System("power"),
            System("switch", needs=("power",), provides=("lan",)),
            System("router", needs=("lan",)),
            System("fibre", needs=("router",), provides=("site-internet",)),
            System("stick", needs=("power",), provides=("site-internet",)),
            System("phones", needs=("lan",)),
            System("vpn", needs=("site-internet", "lan")),
        ]
    )


def test_the_broken_system_whose_needs_are_all_well_is_the_root() -> None:
    found = graph.roots(site(), dict.fromkeys(("switch", "router", "phones", "vpn"), DOWN))
    assert found == (Root("switch"),)


def test_two_systems_that_break_for_reasons_of_their_own_are_two_roots() -> None:
    found = graph.roots(site(), {"router": DOWN, "phones": DOWN, "switch": UP})
    assert found == (Root("phones"), Root("router"))


def test_a_switch_that_answers_no_probe_is_what_silent_systems_have_in_common() -> None:
    found = graph.roots(site(), {"router": DOWN, "phones": DOWN, "stick": UP})
    assert found == (Root("switch", inferred=True),)


def test_nothing_is_inferred_against_a_system_that_works() -> None:
    found = graph.roots(site(), {"router": DOWN, "phones": DOWN, "vpn": UP, "power": UP})
    assert found == (Root("phones"), Root("router"))


def test_a_single_silent_system_accuses_nobody_else() -> None:
    assert graph.roots(site(), {"phones": DOWN}) == (Root("phones"),)


def test_what_two_provide_is_lost_only_with_both() -> None:
    assert "vpn" not in graph.lost(site(), frozenset({"fibre"}))
    assert "vpn" in graph.lost(site(), frozenset({"fibre", "stick"}))


def test_supports_are_all_that_may_stand_under_a_system() -> None:
    assert graph.supports(site(), "vpn") == {"fibre", "stick", "router", "switch", "power"}


def test_a_circle_is_found_once_and_cut_in_the_graph() -> None:
    circle = [System("a", needs=("b",)), System("b", needs=("c",)), System("c", needs=("a",))]
    assert graph.circles(circle) == (("a", "b", "c"),)
    made = graph.make(circle)
    assert graph.roots(made, dict.fromkeys("abc", DOWN)) != ()
    assert graph.circles([System("a", needs=("a",))]) == (("a",),)
    assert graph.circles([System("a"), System("b", needs=("a",))]) == ()


def test_a_system_that_the_plan_does_not_name_is_called_by_its_id() -> None:
    assert graph.make([]).system("x").name == ("x", "x")


@given(systems, states)
def test_a_root_is_broken_and_its_needs_are_all_well(
    listed: list[System], known: dict[str, Verdict]
) -> None:
    made = graph.make(listed)
    needs = dict(made.needs)
    broken = frozenset(one for one, state in known.items() if state is DOWN)
    for root in graph.roots(made, known):
        assert known.get(root.id) is (DOWN if not root.inferred else known.get(root.id))
        assert root.inferred is (root.id not in broken)
        gone = graph.lost(made, broken)
        assert not any(need <= gone for need in needs.get(root.id, ()))


@given(systems, states)
def test_there_are_never_two_causes_for_one_cascade(
    listed: list[System], known: dict[str, Verdict]
) -> None:
    made = graph.make(listed)
    found = [root.id for root in graph.roots(made, known)]
    for one, other in permutations(found, 2):
        assert other not in graph.lost(made, frozenset({one}))


@given(systems, states)
def test_everything_broken_is_explained_by_some_root(
    listed: list[System], known: dict[str, Verdict]
) -> None:
    made = graph.make(listed)
    found = frozenset(root.id for root in graph.roots(made, known))
    broken = {one for one, state in known.items() if state is DOWN}
    assert broken <= graph.lost(made, found)


@given(systems, states, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_known_does_not_matter(
    listed: list[System], known: dict[str, Verdict], dice: object
) -> None:
    unique = list({system.id: system for system in reversed(listed)}.values())
    mixed, items = list(unique), list(known.items())
    dice.shuffle(mixed)  # type: ignore[attr-defined] # a random.Random, which hypothesis hides
    dice.shuffle(items)  # type: ignore[attr-defined] # as above
    assert graph.roots(graph.make(mixed), dict(items)) == graph.roots(graph.make(unique), known)


@given(systems)
def test_a_graph_has_no_circle_and_every_need_comes_before_who_needs_it(
    listed: list[System],
) -> None:
    made = graph.make(listed)
    seen: set[str] = set()
    for system_id, needs in made.needs:
        assert all(need <= seen for need in needs)
        seen.add(system_id)
    assert seen == {system.id for system in made.systems}
