"""What a rendered page says of the moment: what is gone moves to the end, with the reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notanker.plan.closure import closure
from notanker.plan.live import Gone, Node, arranged

SENTENCES = {"measures": "fehlt: {names}", "contacts": "weg: {names}", "below": "unten"}
PAGE = (
    "<h1>A</h1><!--if lost--><h2>jetzt</h2><!--/if-->"
    "<ul><!--list measures-->"
    "<!--card mobile-voice|hotline--><li>a<!--gone--></li><!--/card-->"
    "<!--card |--><li>b<!--gone--></li><!--/card-->"
    "<!--card lte-data|portal--><li>c<!--gone--></li><!--/card-->"
    "<!--/list--></ul>"
)


def gone(*lost: str, hit: str = "") -> Gone:
    return Gone(frozenset(lost), frozenset(hit.split()), {"lte-data": "LTE"}, SENTENCES)


def test_on_a_calm_day_the_page_is_as_it_was_written() -> None:
    assert arranged(PAGE, gone()) == "<h1>A</h1><ul><li>a</li><li>b</li><li>c</li></ul>"


def test_what_needs_the_lost_goes_last_and_says_why() -> None:
    page = arranged(PAGE, gone("mobile-voice"))
    assert page.endswith(
        '<li>b</li><li>c</li><li>a<p class="gone">fehlt: mobile-voice</p></li></ul>'
    )
    assert "jetzt" in page
    assert "fehlt: LTE" in arranged(PAGE, gone("lte-data"))


def test_what_keeps_a_service_that_is_hit_comes_first() -> None:
    page = arranged(PAGE, gone("site-internet", hit="portal"))
    assert page.endswith("<ul><li>c</li><li>b</li><li>a</li></ul>")


def test_a_short_list_keeps_the_helping_ones() -> None:
    short = PAGE.replace("<!--list measures-->", "<!--list measures 2-->")
    assert arranged(short, gone("mobile-voice")).endswith("<ul><li>b</li><li>c</li></ul>")


def test_what_is_gone_from_several_lists_has_one_place_at_the_end() -> None:
    page = (
        "<!--list contacts--><!--card a|--><i>1<!--gone--></i><!--/card--><!--/list-->"
        "<!--list contacts--><!--card |--><i>2<!--gone--></i><!--/card--><!--/list-->"
        "<!--rest--><b>Rest</b><!--moved--><!--/rest-->"
    )
    assert arranged(page, gone()) == "<i>1</i><i>2</i>"
    assert arranged(page, gone("a")) == (
        '<p class="hint">unten</p><i>2</i><b>Rest</b><i>1<p class="gone">weg: a</p></i>'
    )


def test_a_name_cannot_become_a_tag() -> None:
    told = Gone(frozenset({"lte-data"}), frozenset(), {"lte-data": "<script>"}, SENTENCES)
    assert "<script>" not in arranged(PAGE, told)


NODES = (
    Node("router", ("site-power",)),
    Node("line", ("router",), ("site-internet",)),
    Node("lte", ("ups",), ("lte-data",)),
    Node("fibre2", (), ("vpn-client",)),
    Node("vpn", ("site-internet",), ("vpn-client",)),
)


def test_what_stands_on_the_lost_falls_and_what_has_a_second_leg_stays() -> None:
    assert closure(NODES, ["site-power"]) == {
        "site-power", "router", "line", "site-internet", "vpn",
    }  # fmt: skip


def test_what_answers_has_not_fallen() -> None:
    lost = closure(NODES, ["router"], frozenset({"vpn", "line"}))
    assert lost == {"router"}


@given(st.text(alphabet="<>!-/ listcardgone|ab", max_size=200))
def test_any_page_is_arranged(page: str) -> None:
    assert isinstance(arranged(page, gone("a")), str)
