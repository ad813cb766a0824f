"""The rendered pages: what they say, and what they cannot carry."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan.index import decoded
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.render import render

KINDS = {"scenario": "scenarios", "measure": "measures", "page": "pages", "form": "forms"}


def rendered(folder: Path) -> dict[str, str]:
    plan, _ = load(folder)
    assert plan is not None
    files = render(plan).items()
    return {name: content.decode() for name, content in files if not name.endswith(".sqlite")}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return rendered(SAMPLE)


def test_each_page_exists_in_both_languages(pages: dict[str, str]) -> None:
    german = {name.removeprefix("pages/de/") for name in pages if name.startswith("pages/de/")}
    english = {name.removeprefix("pages/en/") for name in pages if name.startswith("pages/en/")}
    assert german == english
    assert german == {
        *(f"{one}.html" for one in ("home", "contacts", "measures", "forms", "print", "wording")),
        *(
            f"{kind}/{path.stem}.html"
            for kind, folder in KINDS.items()
            for path in (SAMPLE / folder).glob("*.md")
        ),
    }


def test_the_home_page_has_five_numbers_the_bridge_and_each_scenario(
    pages: dict[str, str],
) -> None:
    home = pages["pages/de/home.html"]
    numbers = re.findall(r'<li><a href="tel:(\+\d+)">', home)
    assert len(numbers) == 5
    assert numbers[0] == "+493023125110"
    assert "+49 30 23125 110" in home
    assert "<strong>4829</strong>" in home
    assert 'href="/szenario/nur-internet-vpn"' in home
    assert 'href="/en/szenario/nur-internet-vpn"' in pages["pages/en/home.html"]


def test_a_step_is_a_box_with_who_and_until_when(pages: dict[str, str]) -> None:
    german = pages["pages/de/scenario/nur-internet-vpn.html"]
    assert '<input type="checkbox">' in german
    assert "<b>Schichtleitung</b> <i>bis 3 min</i>" in german
    english = pages["pages/en/scenario/nur-internet-vpn.html"]
    assert "<b>Shift lead</b> <i>within 3 min</i>" in english
    assert "{rolle" not in german
    assert "[ ]" not in german


def test_the_printed_plan_holds_every_scenario_contact_and_page(pages: dict[str, str]) -> None:
    whole = pages["pages/de/print.html"]
    for text in (
        "Internet und Telefon sind tot",
        "Nur Internet oder VPN ist weg",
        "Ruhe bewahren",
        "Hausverwaltung Hafenkontor",
        "nach 5 min ohne Quittung",
    ):
        assert text in whole
    assert whole.count("<h1>") == 1


def test_headings_never_skip_a_level(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name


def test_a_page_without_english_version_is_shown_in_german_with_a_notice(
    plan_folder: Path,
) -> None:
    (plan_folder / "i18n/en/pages/ruhe.md").unlink()
    page = rendered(plan_folder)["pages/en/page/ruhe.html"]
    assert "German only" in page
    assert '<div class="text" lang="de">' in page
    assert "Atmen Sie durch" in page


def test_what_the_files_say_in_english_stands_on_the_english_pages(pages: dict[str, str]) -> None:
    german, english = pages["pages/de/contacts.html"], pages["pages/en/contacts.html"]
    assert "Betriebsrat" in german
    assert "Works council" in english
    assert "Betriebsrat" not in english


def test_who_is_for_leads_alone_is_on_no_page_for_all(edit: Edit) -> None:
    text = 'show_to = "all"'
    folder = edit("contacts.toml", text, 'show_to = "leads"')
    pages = rendered(folder)
    assert [name for name, html in pages.items() if "23125 110" in html] == [
        "leads/de.html",
        "leads/en.html",
    ]


HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pages/ruhe.md", "**Sie haben Zeit.**", f"{HOSTILE} <img src=x onerror=y>"),
        ("pages/ruhe.md", "**Sie haben Zeit.**", f"![{HOSTILE}](https://example.example/x.png)"),
        ("pages/ruhe.md", "**Sie haben Zeit.**", "[x](javascript:alert(1))"),
        ("pages/ruhe.md", 'title = "Ruhe bewahren"', f"title = '''{HOSTILE}'''"),
        ("plan.toml", 'site = "Musterhafen"', f"site = '''{HOSTILE}'''"),
        ("plan.toml", 'scope = "', 'scope = "<script>'),
        ("contacts.toml", 'name = "Mara Beispiel"', f"name = '''{HOSTILE}'''"),
        ("contacts.toml", 'email = "mara', "email = \"<script>'"),
        ("roles.toml", 'name.de = "Notfallleitung"', f"name.de = '''{HOSTILE}'''"),
        ("scenarios/nur-internet-vpn.md", "bis: 3 min}", "bis: <script>}"),
    ],
)
def test_no_text_of_a_plan_becomes_a_tag(name: str, old: str, new: str, edit: Edit) -> None:
    for page, html in rendered(edit(name, old, new)).items():
        if page.endswith(".html"):
            assert "<script" not in html
            assert "<img" not in html
            assert 'href="javascript' not in html


def test_links_between_texts_lead_to_their_pages(edit: Edit) -> None:
    folder = edit(
        "pages/ruhe.md", "**Sie haben Zeit.**", "[Hilfe](../scenarios/nur-internet-vpn.md)"
    )
    page = rendered(folder)["pages/de/page/ruhe.html"]
    assert '<a href="/szenario/nur-internet-vpn">Hilfe</a>' in page


def test_a_number_in_a_text_can_be_dialled(edit: Edit) -> None:
    folder = edit("pages/ruhe.md", "**Sie haben Zeit.**", "Rufen Sie +49 30 23125 110 an.")
    page = rendered(folder)["pages/de/page/ruhe.html"]
    assert '<a class="tel" href="tel:+493023125110">+49 30 23125 110</a>' in page


def test_a_tables_head_without_words_is_no_head(pages: dict[str, str]) -> None:
    form = next(html for html in pages.values() if "Wann und wer" in html)
    assert "<th>Wann und wer</th>" in form
    assert "<th></th>" not in form


def test_the_index_tells_titles_and_names(pages: dict[str, str]) -> None:
    index = decoded(pages["index.json"].encode())
    assert index is not None
    assert index.names["tarik-vorlage"] == "Tarik Vorlage"
    assert index.titles["en"]["page/ruhe"] == "Stay calm"


def test_an_index_of_a_newer_form_is_read_as_far_as_it_goes() -> None:
    index = decoded(rendered(SAMPLE)["index.json"].encode())
    raw = msgspec.to_builtins(index) | {"rendered": 99, "novelty": {"a": 1}}
    assert decoded(msgspec.json.encode(raw)) is not None
    assert decoded(b"{") is None
    assert decoded(b"\xff") is None


@settings(max_examples=40, deadline=None)
@given(
    body=st.text(max_size=300) | st.sampled_from(["[" * 3000, "> " * 2000, "- " * 500, "*a " * 900])
)
def test_any_text_is_rendered(body: str) -> None:
    plan, _ = load_sample()
    own = tuple(structs.replace(one, body=body) for one in plan.pages if one.head.id == "ruhe")
    small = structs.replace(plan, pages=own, scenarios=(), measures=(), forms=(), contacts=())
    assert "pages/de/page/ruhe.html" in render(small)


@lru_cache(maxsize=1)
def load_sample() -> tuple[Plan, object]:
    plan, problems = load(SAMPLE)
    assert plan is not None
    return plan, problems
