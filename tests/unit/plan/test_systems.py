"""systems.toml: what needs what, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.core import graph
from notanker.core.names import Verdict
from notanker.errors import Problem
from notanker.plan.load import load
from notanker.plan.model import Plan


def loaded(folder: Path) -> tuple[Plan, list[Problem]]:
    plan, problems = load(folder)
    assert plan is not None
    return plan, problems


def test_the_sample_plan_has_sixteen_systems_and_one_picture_of_them() -> None:
    plan, problems = loaded(SAMPLE)
    assert problems == []
    assert len(plan.systems) == 16
    made = graph.make(plan.graph())
    assert graph.roots(made, {"core-switch": Verdict.DOWN, "pbx": Verdict.DOWN}) == (
        graph.Root("core-switch"),
    )
    gone = graph.lost(made, frozenset({"ups"}))
    assert len(gone) == 14  # all but the building's power and what stands at the bank


def test_a_name_may_be_one_for_both_languages() -> None:
    plan, _ = loaded(SAMPLE)
    names = {system.id: system.name for system in plan.graph()}
    assert names["core-switch"] == ("Core-Switch", "Core-Switch")
    assert names["pbx"] == ("Telefonanlage", "Telephone system")


def test_a_plan_without_systems_is_a_plan(plan_folder: Path) -> None:
    (plan_folder / "systems.toml").unlink()
    (plan_folder / "i18n/en/systems.toml").unlink()
    plan, problems = loaded(plan_folder)
    assert (plan.systems, problems) == ((), [])


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ('needs = ["ups"]\nprovides = ["site-lan"]', 'needs = ["usv"]\nprovides = ["site-lan"]',
         "no-such-need", "system[3].needs"),
        ('needs = []', 'needs = ["core-switch"]', "needs-itself", "system[3].needs"),
        ('kind = "switch"', 'kind = "Switch"', "wrong-value", "system[3].kind"),
        ('owner_contact = "musternetz"', 'owner_contact = "nobody"', "no-such-contact",
         "system[7].owner_contact"),
        ('provides = ["site-lan"]', 'provides = ["lan"]', "no-such-resource", "system[3].provides"),
        ('id = "ups"', 'id = "site-power"', "twice", "system[2].id"),
        ('name = "Core-Switch"', f'name = "{"x" * 41}"', "wrong-value", "system[3].name"),
        ('location = "Technikraum, Schrank 1"\n', "", "missing-key", "system[2].location"),
        ('id = "ups"', 'id = "ups"\ncolour = "red"', "unknown-key", "system[2].colour"),
        ("[[system]]\n", "[[sistem]]\n", "unknown-key", "sistem"),
        ('provides = ["site-internet"]', "provides = []", "no-line", "system[1].provides"),
    ],
)  # fmt: skip
def test_every_fault_has_its_place_and_its_cure(
    edit: Edit, old: str, new: str, code: str, field: str
) -> None:
    plan, problems = loaded(edit("systems.toml", old, new))
    found = [problem for problem in problems if problem.code == code]
    assert field in [problem.place.field for problem in found]
    for problem in found:
        assert problem.place.file == "systems.toml"
        assert problem.place.line is not None
        assert problem.de.cure
        assert problem.en.cure
    graph.make(plan.graph())


def test_a_circle_is_told_with_its_whole_way(edit: Edit) -> None:
    folder = edit("systems.toml", "needs = []", 'needs = ["core-switch"]')
    _, problems = loaded(folder)
    (fault,) = [problem for problem in problems if problem.code == "needs-itself"]
    assert "core-switch → ups → site-power → core-switch" in fault.en.what


def test_too_many_systems_are_cut_and_told(plan_folder: Path) -> None:
    path = plan_folder / "systems.toml"
    row = (
        '\n[[system]]\nid = "s{}"\nname = "x"\nkind = "other"\nlocation = "x"\n'
        'owner_contact = "tarik-vorlage"\nneeds = []\nprovides = []\n'
    )
    path.write_text(path.read_text("utf-8") + "".join(row.format(n) for n in range(200)), "utf-8")
    plan, problems = loaded(plan_folder)
    assert len(plan.systems) == 200
    assert [problem.code for problem in problems] == ["too-many-systems"]
