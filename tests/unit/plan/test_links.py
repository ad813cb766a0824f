"""Links, pictures and the names of forms and texts: what a text points to is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan import links
from notanker.plan.assets import MAX_BYTES, assets
from notanker.plan.files import PlanFile
from notanker.plan.load import load
from notanker.plan.model import Page, PageHead, Plan

CALM = "**Sie haben Zeit.**"
SAMPLE_PLAN, _ = load(SAMPLE)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[x](../measures/heimarbeit.md)", []),
        ("[x](../../../scenarios/strom.md#notbetrieb)", []),
        ("[x](glossar.md)", []),
        ("[x](https://ankerruf.example/)", []),
        ("[x](mailto:presse@ankerruf.example)", []),
        ("`Formular F9` und `[x](y.md)`", []),
        ("[x](../measures/heimarbeid.md)", ["dead-link"]),
        ("[x](../measures/heimarbeit.md) [y](nirgends.md)", ["dead-link"]),
        ("[x](../../etc/passwd)", ["dead-link"]),
        ("![Der Lageplan](../assets/standort.svg)", []),
        ("![](../assets/standort.svg)", ["no-alt"]),
        ("![ ](../assets/fehlt.png)", ["no-alt", "dead-link"]),
        ("![Bild](https://ankerruf.example/x.png)", ["dead-link"]),
        ("Formular F1 oder F9 nehmen, Text T7 und T99", ["form-unknown", "no-such-text"]),
        ("Taste F9 drücken", []),
    ],
)
def test_what_a_text_points_to_is_there(text: str, codes: list[str], edit: Edit) -> None:
    folder = edit("pages/ruhe.md", CALM, text)
    _, problems = load(folder)
    assert [problem.code for problem in problems] == codes
    line = 1 + (folder / "pages/ruhe.md").read_text("utf-8").splitlines().index(
        next(
            row for row in (folder / "pages/ruhe.md").read_text("utf-8").splitlines() if text in row
        )
    )
    assert {problem.place.line for problem in problems} <= {line}


def test_a_picture_that_no_page_shows_is_told(plan_folder: Path) -> None:
    (plan_folder / "assets/alt.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    _, problems = load(plan_folder)
    assert [(p.code, p.place.file) for p in problems] == [("unused-asset", "assets/alt.svg")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.svg", b"<svg><path d='M0 0'/></svg>", None),
        ("a.svg", b"<svg><use href='#a'/></svg>", None),
        ("a.svg", b"<svg><script>alert(1)</script></svg>", "asset-active"),
        ("a.svg", b"<svg onload='x()'></svg>", "asset-active"),
        ("a.svg", b"<svg><image href='https://x.example/a.png'/></svg>", "asset-active"),
        ("a.svg", b"<svg><style>@import 'x'</style></svg>", "asset-active"),
        ("a.svg", b"<svg><rect style='fill:url(https://x.example)'/></svg>", "asset-active"),
        ("a.svg", b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>", "asset-active"),
        ("a.svg", b"<svg><foreignObject/></svg>", "asset-active"),
        ("a.svg", b"<html></html>", "no-picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", None),
        ("a.png", b"GIF89a", "no-picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES, "asset-too-large"),
    ],
)
def test_a_picture_is_small_and_still(
    name: str, content: bytes, code: str | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found, problems = assets([PlanFile(f"assets/{name}", path, len(content))])
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert len(found) == (0 if code else 1)


MARKS = st.text(st.sampled_from("[]()!<>#./\\ \n`FT19Formulartext und, assets.svgmd"), max_size=200)


@settings(max_examples=200, deadline=None)
@given(body=MARKS | st.text(max_size=200))
def test_any_text_is_survived_and_every_finding_has_a_line_of_it(body: str) -> None:
    assert isinstance(SAMPLE_PLAN, Plan)
    page = Page(PageHead(id="x", title="x"), "de", body, "pages/x.md", 5)
    plan = Plan(head=SAMPLE_PLAN.head, pages=(page,))
    for problem in links.check(plan):
        assert problem.place.line is not None
        assert 5 <= problem.place.line <= 5 + body.count("\n")
        assert problem.sentence("de")


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.svg", "a.png"]))
def test_any_bytes_of_a_picture_are_survived(
    content: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    found, problems = assets([PlanFile(f"assets/{name}", path, len(content))])
    assert len(found) + len(problems) == 1
    assert all(problem.sentence("en") for problem in problems)
