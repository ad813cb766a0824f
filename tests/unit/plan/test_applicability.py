"""What still helps when something is lost."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan.applicability import hit, judged, lost_with, missing, uncovered
from notanker.plan.load import load
from notanker.plan.model import RESOURCES, Plan


def plan() -> Plan:
    found, _ = load(SAMPLE)
    assert found is not None
    return found


PLAN = plan()


def helping(*gone: str) -> set[str]:
    lost = lost_with(PLAN, gone)
    return {item.measure.head.id for item in judged(PLAN, lost, "de") if item.helps}


def test_a_dead_switch_takes_everything_behind_it_along() -> None:
    lost = lost_with(PLAN, ["core-switch"])
    assert {"site-lan", "site-wifi", "site-internet", "vpn-client", "print"} <= lost
    assert {"lte-data", "mobile-voice", "ups"}.isdisjoint(lost)


def test_a_resource_is_lost_only_with_the_last_who_provides_it() -> None:
    both = [s for s in PLAN.systems if s.id in ("provider", "lte")]
    assert "site-internet" in lost_with(PLAN, ["provider"])
    changed = [msgspec.structs.replace(s, provides=("site-internet",), needs=()) for s in both]
    twice = msgspec.structs.replace(PLAN, systems=tuple(changed))
    assert "site-internet" not in lost_with(twice, ["provider"])
    assert "site-internet" in lost_with(twice, ["provider", "lte"])


@pytest.mark.parametrize(
    ("gone", "helps", "helps_not"),
    [
        (("site-internet",), {"lte-umschaltung", "stoerungsansage", "heimarbeit"}, set()),
        (("client-system",), {"formular-betrieb"}, {"lte-umschaltung", "heimarbeit"}),
        (("mobile-voice",), {"lte-umschaltung", "formular-betrieb"}, {"rufumleitung-mobil"}),
        (("site-power",), {"rufumleitung-mobil", "dauerkonferenz"}, {"lte-umschaltung"}),
        (("staff",), {"partnerstandort"}, {"formular-betrieb", "schicht-verlaengern"}),
    ],
)
def test_what_helps_depends_on_what_is_lost(
    gone: tuple[str, ...], helps: set[str], helps_not: set[str]
) -> None:
    found = helping(*gone)
    assert helps <= found
    assert not helps_not & found


def test_what_helps_stands_first_and_the_quickest_on_top() -> None:
    order = judged(PLAN, lost_with(PLAN, ["mobile-voice"]), "en")
    assert [item.helps for item in order] == sorted((item.helps for item in order), reverse=True)
    efforts = [item.measure.head.effort_min for item in order if item.helps]
    assert efforts == sorted(efforts)
    assert all(item.missing == ("mobile-voice",) for item in order if not item.helps)
    assert {item.measure.language for item in order} == {"en"}


def test_the_services_that_are_hit_are_named() -> None:
    ids = {service.id for service in hit(PLAN, lost_with(PLAN, ["provider"]))}
    assert "mailberatung" in ids
    assert not hit(PLAN, frozenset())


def test_every_scenario_of_the_sample_keeps_its_core_services_alive() -> None:
    assert list(uncovered(PLAN)) == []


def test_a_core_service_without_a_measure_is_a_finding(edit: Edit) -> None:
    folder = edit("measures/lte-umschaltung.md", 'needs = ["lte-data"', 'needs = ["vpn-client"')
    for path in (folder / "measures").glob("*.md"):
        if path.name != "lte-umschaltung.md":
            path.unlink()
    _, problems = load(folder)
    found = [problem for problem in problems if problem.code == "plan-cover"]
    assert {problem.place.file for problem in found} >= {"scenarios/nur-internet-vpn.md"}
    assert all(problem.severity == "warning" for problem in found)
    assert any("Sperrportal" in problem.de.what for problem in found)


@given(st.sets(st.sampled_from(sorted(RESOURCES | {s.id for s in PLAN.systems}))))
def test_more_lost_never_helps_more(gone: set[str]) -> None:
    lost = lost_with(PLAN, gone)
    assert gone <= lost
    assert lost_with(PLAN, lost) == lost
    fewer = {item.measure.head.id for item in judged(PLAN, lost, "de") if item.helps}
    assert fewer <= helping()
    for item in judged(PLAN, lost, "de"):
        assert item.missing == missing(item.measure.head.needs, lost)
