"""A page carries the rules that it can use, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.portal.test_pages import ENGLISH, PAGES
from tests.unit.portal.world import World

from notanker.portal import clothes, tailoring

STYLE = Path(clothes.__file__).with_name("style.css").read_text("utf-8")


def cut(style: str, html: str) -> str:
    return tailoring.cut(tailoring.sheet(style), html)


@pytest.mark.parametrize(
    ("style", "html"),
    [
        (".a{x:y}", '<p class="a b">'),
        (".a .b{x:y}", '<p class="b"><i class="a">'),
        (".c,.a{x:y}", '<p class="a">'),
        ("p{x:y}", "<p>"),
        ("html,body{x:y}", "<p>"),
        (":root{--x:y}", "<p>"),
        ("*{x:y}", "<p>"),
        ("::placeholder{x:y}", "<p>"),
        (".a:not(.b){x:y}", '<p class="a">'),
        (".a:is(.b,.c){x:y}", '<p class="a c">'),
        (".a:has(>.b:not(.c)){x:y}", '<p class="a">'),
        ("input:not([type=checkbox]){x:y}", "<input>"),
        ("@media print{@page{x:y}}", "<p>"),
        ("@media (min-width:30rem){.a{x:y}}", '<p class="a">'),
    ],
)
def test_a_rule_that_may_match_stays(style: str, html: str) -> None:
    assert cut(style, html) == style


@pytest.mark.parametrize(
    "style",
    [".a{x:y}", ".b .a{x:y}", "table{x:y}", "p.a{x:y}", ".a::before{x:y}", "@media print{.a{x:y}}"],
)
def test_a_rule_that_names_what_is_not_there_goes(style: str) -> None:
    assert cut(style, '<p class="b"><i id="a">') == ""


def test_the_order_of_rules_stays() -> None:
    assert cut(".b{1:1}.a{2:2}@media x{.a{3:3}.c{4:4}}p{5:5}", '<p class="a b">') == (
        ".b{1:1}.a{2:2}@media x{.a{3:3}}p{5:5}"
    )


def test_a_page_that_wears_everything_has_the_whole_sheet() -> None:
    everything = " ".join(set(re.findall(r"\.([a-zA-Z][\w-]*)", STYLE)))
    tags = "".join(f"<{tag}>" for tag in set(re.findall(r"[a-z][a-z0-9]*", STYLE)))
    assert cut(STYLE, f'<p class="{everything}">{tags}') == STYLE.strip().replace("\n", "")


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_no_page_carries_more_than_two_thirds_of_the_sheet(path: str, world: World) -> None:
    found = re.search(r"<style>(.*?)</style>", world.text(path), re.DOTALL)
    assert found is not None
    assert 2_000 < len(found[1]) < len(STYLE) * 2 / 3
