"""How old the portal's knowledge is, and what it shows when there is little or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.portal.world import NOW, World, ago, report, status

from notanker.core.moment import Moment
from notanker.portal import clock
from notanker.portal.times import Times, zone_of


def test_without_plan_and_agent_there_are_still_state_and_emergency_numbers(bare: World) -> None:
    page = bare.text("/de/")
    assert "Kein Stand bekannt" in page
    assert "noch kein Notfallplan" in page
    assert 'href="tel:112"' in page
    assert 'href="tel:110"' in page
    assert "State not known" in bare.text("/en/")


def test_without_a_plan_the_state_is_shown(bare: World) -> None:
    page = bare.with_status(status()).text("/de/")
    assert "Internet läuft über LTE" in page
    assert "Störung 17" in page
    assert "eine Person aus dem Plan" in page
    assert "tarik-vorlage" not in page, "nobody knows whether he may be named"


def test_without_an_agent_the_plan_is_shown(bare: World) -> None:
    page = bare.with_plan().text("/de/")
    assert "Kein Stand bekannt" in page
    assert "+49 30 23125 110" in page


@pytest.mark.parametrize("age_s", [0, 2, 14.9])
def test_fresh_knowledge_has_no_banner(age_s: float, world: World) -> None:
    world.with_status(replace(status(), written=ago(age_s)))
    page = world.text("/de/")
    assert "Internet läuft über LTE</h1>" in page
    assert "meldet sich nicht" not in page


@pytest.mark.parametrize(
    ("age_s", "german", "english"),
    [
        (16, "Stand von vor 16 Sekunden", "State of 16 seconds ago"),
        (60, "Stand von vor 1 Minute", "State of 1 minute ago"),
        (725, "Stand von vor 12 Minuten", "State of 12 minutes ago"),
        (3 * 3600, "Stand von vor 3 Stunden", "State of 3 hours ago"),
        (2 * 86400, "Stand von vor 2 Tagen", "State of 2 days ago"),
    ],
)
def test_old_knowledge_is_told_with_its_age(
    age_s: float, german: str, english: str, world: World
) -> None:
    world.with_status(replace(status(), written=ago(age_s)))
    page = world.text("/de/")
    assert f"{german} – der Standortwächter meldet sich nicht" in page
    assert "Zuletzt bekannt: Internet läuft über LTE" in page
    assert '<body class="s-unknown">' in page
    assert "Das hilft jetzt" not in page, "of old knowledge nothing is concluded"
    assert f"{english} – the site&#39;s agent does not report" in world.text("/en/")
    assert german in world.text("/kontakte")


def test_a_step_of_the_wall_clock_does_not_make_knowledge_old(world: World) -> None:
    world.now = replace(NOW, wall_s=NOW.wall_s + 86400)
    assert "meldet sich nicht" not in world.text("/de/")


def test_knowledge_from_before_a_restart_is_aged_by_the_wall_clock(world: World) -> None:
    written = replace(ago(720), boot="another-boot", boot_s=NOW.boot_s + 5)
    world.with_status(replace(status(), written=written))
    assert "Stand von vor 12 Minuten" in world.text("/de/")


def test_knowledge_of_another_boot_without_a_trusted_clock_is_old_and_no_age_is_made_up(
    world: World,
) -> None:
    written = replace(ago(720), boot="another-boot", trusted=False)
    world.with_status(replace(status(), written=written))
    assert "Alter Stand – der Standortwächter meldet sich nicht" in world.text("/de/")


def test_knowledge_from_the_future_is_not_fresh(world: World) -> None:
    written = replace(ago(-3600), boot="another-boot")
    world.with_status(replace(status(), written=written))
    assert "meldet sich nicht" in world.text("/de/")


def test_an_unsure_clock_gives_spans_instead_of_times(world: World) -> None:
    told = replace(
        status(),
        written=ago(2, trusted=False),
        line_since=ago(720, trusted=False),
        incident=None,
    )
    page = world.with_status(told).text("/de/")
    assert "Seit 12 Minuten · Stand gerade eben" in page
    assert "10:42" not in page


def test_times_are_those_of_the_site() -> None:
    times = Times("de", NOW, zone_of("Europe/Berlin"), sure=True)
    assert times.at(ago(0)) == "10:54 Uhr"
    assert times.at(ago(86400)) == "21.11. 10:54 Uhr"
    assert times.at(ago(200 * 86400)) == "6.5. 11:54 Uhr"  # summer time
    assert times.at(ago(400 * 86400)) == "18.10.2025 11:54 Uhr"
    english = Times("en", NOW, zone_of("Asia/Tokyo"), sure=True)
    assert english.at(ago(0)) == "18:54"
    assert english.at(ago(86400)) == "21 Nov 18:54"


def test_an_unknown_zone_is_utc() -> None:
    assert Times("en", NOW, zone_of("Mars/Base"), sure=True).at(ago(0)) == "09:54"


def test_an_overdue_review_is_told(world: World) -> None:
    later = 400 * 86400
    world.now = Moment(NOW.boot_s + later, NOW.wall_s + later, False, NOW.boot)
    world.with_status(replace(status(), written=world.now.__class__(
        world.now.boot_s, world.now.wall_s, True, NOW.boot)))  # fmt: skip
    assert "Prüfung überfällig seit 29.10.2027" in world.text("/de/")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b"{}",
        b'{"format": 99}',
        b"[" * 100_000,
        b'{"site": "x"' + b" " * 3_000_000 + b"}",
        msgspec.json.encode(status())[:200],
        msgspec.json.encode(status()).replace(b'"backup"', b'"teleport"'),
        msgspec.json.encode(status()).replace(b"99998.0", b"1e999"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_no_state_and_no_fault(raw: bytes, world: World) -> None:
    page = world.with_status(raw).text("/de/")
    assert "Kein Stand bekannt" in page
    assert "+49 30 23125 110" in page


def test_a_snapshot_of_a_newer_form_is_read_as_far_as_it_goes(world: World) -> None:
    told = msgspec.json.decode(msgspec.json.encode(status()))
    told |= {"format": 2, "mood": "fine", "line_quality": {"jitter_ms": 3}}
    assert "Internet läuft über LTE" in world.with_status(msgspec.json.encode(told)).text("/de/")


def test_a_snapshot_of_an_older_form_is_read_as_far_as_it_goes(world: World) -> None:
    told = msgspec.json.decode(msgspec.json.encode(status()))
    for key in ("modem", "recent", "plugins", "heartbeat", "plan", "findings", "format"):
        del told[key]
    assert "Internet läuft über LTE" in world.with_status(msgspec.json.encode(told)).text("/de/")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_anywhere_in_the_snapshot_is_survived(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(tmp_path_factory.mktemp("portal"))
    raw = bytearray(msgspec.json.encode(status()))
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    raw[start:end] = data.draw(st.binary(max_size=12))
    page = world.with_status(bytes(raw)).text("/de/")
    assert 'href="tel:112"' in page


@settings(max_examples=40, deadline=None)
@given(
    seconds=st.floats() | st.sampled_from([1e300, -1e300, 1e12, -1e12]),
    boot_s=st.floats(allow_nan=True),
)
def test_impossible_moments_are_survived(
    seconds: float, boot_s: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(tmp_path_factory.mktemp("portal"))
    odd = Moment(boot_s, seconds, True, "this-boot")
    world.with_status(replace(status(), line_since=odd, written=odd))
    assert 'href="tel:112"' in world.text("/de/")


@pytest.mark.parametrize("raw", [b"", b"{", b"{}", b"[]", msgspec.json.encode(report())[:99]])
def test_a_report_that_cannot_be_read_is_not_there(raw: bytes, world: World) -> None:
    (world.files.reports / "16.json").write_bytes(raw)
    world.text("/bericht/16", 404)


def test_a_store_with_damage_still_gives_the_state(world: World) -> None:
    (world.files.plan_store / "current" / "index.json").write_bytes(b"{")
    page = world.text("/de/")
    assert "Internet läuft über LTE" in page
    world.text("/kontakte", 404)


def test_a_lost_page_is_not_there_and_the_rest_is(world: World) -> None:
    (world.files.plan_store / "current/pages/de/contacts.html").unlink()
    world.text("/kontakte", 404)
    assert "Shift lead" in world.text("/en/kontakte")


def test_a_folder_in_place_of_the_snapshot_is_no_fault(bare: World) -> None:
    bare.files.status_file.mkdir()
    assert "Kein Stand bekannt" in bare.text("/de/")


def test_nothing_is_written_by_reading(world: World, tmp_path: Path) -> None:
    def files() -> dict[str, int]:
        return {str(p): p.lstat().st_mtime_ns for p in tmp_path.rglob("*")}

    before = files()
    for path in ("/", "/kontakte", "/druck", "/bericht/16", "/none"):
        world.client.get(path)
    assert files() == before


def test_the_kernels_clocks_are_read() -> None:
    first, second = clock.now(), clock.now()
    assert second.boot_s >= first.boot_s > 0
    assert first.boot
    assert first.boot == second.boot
