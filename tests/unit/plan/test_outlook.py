"""The matrix of measures and scenarios: computed from what they need, what is lost and what holds out."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.plan.conftest import SAMPLE

from notanker.plan.load import load
from notanker.plan.model import Plan, Scenario
from notanker.plan.outlook import Outlook, lost_at_first, out_of_reach, outlook

SCENARIOS = (
    "internet-und-telefon-tot", "nur-internet-vpn", "nur-telefonie", "system-auftraggeber", "strom",
)  # fmt: skip
MATRIX = {
    "lte-umschaltung": ("helps", "helps", "idle", "no", "reserve"),
    "rufumleitung-mobil": ("helps", "idle", "helps", "no", "helps"),
    "stoerungsansage": ("helps", "helps", "helps", "helps", "helps"),
    "formular-betrieb": ("later", "helps", "later", "helps", "reserve"),
    "dauerkonferenz": ("helps", "helps", "helps", "helps", "helps"),
    "heimarbeit": ("helps", "helps", "helps", "no", "helps"),
    "partnerstandort": ("helps", "helps", "helps", "no", "helps"),
}
"""The table of the plan format: yes, not needed, no, while the battery lasts, after another measure."""


def plan() -> Plan:
    found, _ = load(SAMPLE)
    assert found is not None
    return found


PLAN = plan()


def scenario(name: str) -> Scenario:
    return next(s for s in PLAN.scenarios if (s.head.id, s.language) == (name, "de"))


def seen(name: str, language: str = "de") -> dict[str, Outlook]:
    return {one.measure.head.id: one for one in outlook(PLAN, scenario(name), language)}


@pytest.mark.parametrize("number", range(len(SCENARIOS)))
def test_the_matrix_of_the_format_comes_out_of_the_sample_plan(number: int) -> None:
    found = seen(SCENARIOS[number])
    assert {name: found[name].help for name in MATRIX} == {
        name: row[number] for name, row in MATRIX.items()
    }


def test_forms_are_of_use_again_once_the_calls_are_diverted() -> None:
    forms = seen("internet-und-telefon-tot")["formular-betrieb"]
    assert forms.missing == ("site-voice",)
    assert forms.after == ("rufumleitung-mobil",)


def test_what_hangs_on_the_battery_says_on_what_and_for_how_long() -> None:
    lte = seen("strom")["lte-umschaltung"]
    assert (lte.holds_min, lte.missing) == (240, ("lte-data", "site-lan", "ups"))


def test_what_a_battery_holds_is_lost_later_and_not_at_once() -> None:
    assert {"site-power", "site-wifi", "site-internet"} <= lost_at_first(PLAN, ["site-power"])
    assert {"ups", "lte-data", "site-voice"}.isdisjoint(lost_at_first(PLAN, ["site-power"]))
    assert {"lte-data", "site-voice"} <= lost_at_first(PLAN, ["ups"])


def test_what_helps_comes_first_and_what_does_not_comes_last_in_both_languages() -> None:
    german = [one.help for one in outlook(PLAN, scenario("strom"))]
    assert german == sorted(german, key=("helps", "reserve", "later", "idle", "no").index)
    english = outlook(PLAN, scenario("strom"), "en")
    assert [one.help for one in english] == german
    assert {one.measure.language for one in english} == {"en"}


def test_nobody_waits_for_a_measure_that_does_not_help_either() -> None:
    gone = msgspec.structs.replace(
        scenario("nur-telefonie").head, loses=("site-voice", "mobile-voice")
    )
    found = {
        one.measure.head.id: one
        for one in outlook(PLAN, msgspec.structs.replace(scenario("nur-telefonie"), head=gone))
    }
    assert (found["formular-betrieb"].help, found["formular-betrieb"].after) == ("no", ())


def test_who_can_be_reached_on_the_site_s_telephone_alone_is_out_of_reach_without_it() -> None:
    gone = {
        getattr(one, "id", "bridge"): needs
        for one, needs in out_of_reach(PLAN, scenario("nur-telefonie"))
    }
    assert gone["betriebsrat"] == ("site-voice",)
    assert {"mara-beispiel", "tarik-vorlage", "musterbank", "bridge"}.isdisjoint(gone)


def test_the_bridge_of_the_sample_is_reached_in_every_scenario() -> None:
    for one in PLAN.scenarios:
        assert all(
            getattr(found, "id", "bridge") != "bridge" for found, _ in out_of_reach(PLAN, one)
        )
