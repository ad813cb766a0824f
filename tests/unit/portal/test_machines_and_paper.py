"""What machines may read, the codes that bring others in, and the numbers of forms."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.portal.world import World, ago, status

from notanker.core.names import Line
from notanker.portal.files import Wifi
from notanker.portal.join import Join, join_of, wifi_text
from notanker.portal.serials import copies
from notanker.portal.serials import given as given_out


def test_the_state_for_machines_has_a_mark_that_lasts_while_nothing_changes(world: World) -> None:
    first = world.client.get("/status.json")
    told = json.loads(first.text)
    assert (told["line"], told["agent"], told["plan"]["seq"]) == ("backup", "fresh", 42)
    world.with_status(replace(status(), written=ago(0)))
    again = world.client.get("/status.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.with_status(status(Line.PRIMARY))
    changed = world.client.get("/status.json", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert json.loads(changed.text)["line"] == "primary"


def test_of_a_dead_agent_machines_learn_since_when(world: World) -> None:
    world.with_status(replace(status(), written=ago(720)))
    told = json.loads(world.text("/status.json"))
    assert (told["agent"], told["written"]) == ("stale", "2026-11-22T09:42:00Z")
    assert json.loads(world.text("/health"))["agent"] == "stale"


def test_without_anything_the_portal_says_that_it_lives(bare: World) -> None:
    assert json.loads(bare.text("/health")) == {"portal": "ok", "agent": "none", "plan": None}
    assert json.loads(bare.text("/status.json")) == {"format": 1, "agent": "none"}


def test_machines_learn_of_no_person(world: World) -> None:
    text = world.text("/status.json")
    for hidden in ("tarik", "ines", "T1", "192.0.2", "wwan0", "+49"):
        assert hidden not in text


def test_the_page_for_others_has_both_codes_and_the_address_in_words(world: World) -> None:
    key = world.files.reports / "key"
    key.write_text("anker;2026\n", "utf-8")
    world.reconfigured(wifi=Wifi("NOTFALL", key), address="10.42.0.1")
    page = world.text("/verbinden")
    assert page.count("<svg") == 3 + 1, "two codes beside mark and symbol"
    assert "<b>NOTFALL</b>" in page
    assert '<p class="address">http://10.42.0.1/</p>' in page
    assert "QR code for the Wi-Fi" in world.text("/en/verbinden")


@pytest.mark.parametrize(
    ("address", "asked", "url"),
    [
        ("", "10.42.0.1", "http://10.42.0.1/"),
        ("", "10.42.0.1:8080", "http://10.42.0.1:8080/"),
        ("", "notfall.lan", "http://notfall.internal/"),
        ("10.42.0.1", "evil.example", "http://10.42.0.1/"),
        ("2001:db8::1", "x", "http://[2001:db8::1]/"),
        ("", "[2001:db8::1]:8080", "http://[2001:db8::1]:8080/"),
    ],
)
def test_the_address_is_a_literal_one_that_works(address: str, asked: str, url: str) -> None:
    assert join_of(None, address, asked).url == url


def test_the_wifis_code_is_what_phones_read() -> None:
    assert wifi_text(Join("x", "NOT;FALL", 'a"b')) == 'WIFI:T:WPA;S:NOT\\;FALL;P:a\\"b;;'
    assert wifi_text(Join("x", "NOTFALL")) == "WIFI:T:nopass;S:NOTFALL;;"


def test_copies_bear_one_number_each(world: World) -> None:
    page = world.text("/formular/F1?ab=7&anzahl=3")
    assert re.findall(r"musterhafen-261122-F1-(\d+)", page) == ["007", "008", "009"]
    assert "Weitere ab Nummer 10" in page
    assert "<!--" not in page
    world.text("/formular/F99", 404)


def test_without_a_sure_clock_the_day_is_a_line_to_write_on(world: World) -> None:
    told = replace(status(), written=ago(2, trusted=False))
    assert "musterhafen-______-F1-001" in world.with_status(told).text("/formular/F1")


def test_what_was_given_out_becomes_a_list_to_tick(world: World) -> None:
    page = world.text("/formulare/nachtragen?F1=1-3&F3=12&tag=261120&F2=nothing&x=1-9")
    assert re.findall(r"<span>musterhafen-261120-(F\d-\d+)", page) == [
        "F1-001", "F1-002", "F1-003", "F3-012",
    ]  # fmt: skip


@given(first=st.text(max_size=8), count=st.text(max_size=8))
def test_any_wish_for_copies_is_bounded(first: str, count: str) -> None:
    assert 1 <= len(copies(first, count)) <= 50


@given(span=st.text(alphabet="0123456789-– ", max_size=12))
def test_any_range_is_bounded(span: str) -> None:
    assert sum(len(one.numbers) for one in given_out(["F1", "F2"], {"F1": span, "F2": span})) <= 500


def test_what_leads_typed_is_not_repeated(world: World, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.write_text("anker-2026", "utf-8")
    world.reconfigured(leads_code=code)
    assert "guess-guess" not in world.client.post("/leitung", data={"code": "guess-guess"}).text
