"""What helps now comes first, by what the agent tells; and what the portal says of its own knowledge."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
from tests.unit.portal.world import World, ago, incident, status

from notanker.core.names import Line, Stage, Verdict
from notanker.core.status import BoxStatus, SystemStatus


def headings(page: str) -> list[str]:
    return re.findall(r"<li><a[^>]*><b>([^<]*)", page.split("<main")[1])


def test_measures_that_need_what_is_gone_come_last_with_the_reason(world: World) -> None:
    calm = headings(world.with_status(status(Line.PRIMARY)).text("/massnahmen"))
    assert "Hilft jetzt nicht" not in world.text("/massnahmen")
    page = world.with_status(status(Line.ISOLATED)).text("/massnahmen")
    assert sorted(headings(page)) == sorted(calm)
    assert headings(page).index("Umschaltung auf LTE") >= len(calm) - 4
    assert re.search(
        r"<b>Umschaltung auf LTE</b>.*?Hilft jetzt nicht, weil ausgefallen ist: LTE-Daten",
        page,
        re.DOTALL,
    )
    assert "No help right now, because this is down: LTE data" in world.text("/en/massnahmen")


def test_the_home_page_shows_what_helps_only_while_something_is_gone(world: World) -> None:
    assert "Das hilft jetzt" in world.text("/de/")
    assert "Das hilft jetzt" not in world.with_status(status(Line.PRIMARY)).text("/de/")


def test_the_home_page_says_what_the_outage_means_for_the_services(world: World) -> None:
    page = world.text("/de/")
    assert re.search(r"<dt>Betroffen</dt> <dd>[^<]*Beratung per E-Mail", page)
    assert "<dt>Running</dt> <dd>Card blocking hotline" in world.text("/en/")


def test_a_contact_that_needs_what_is_gone_comes_last(world: World) -> None:
    down = SystemStatus("pbx", ("Telefonanlage", "Telephone system"), Verdict.DOWN)
    calm = world.text("/kontakte")
    assert "Vermutlich nicht erreichbar" not in calm
    dark = replace(status(Line.ISOLATED), systems=(down,), box=BoxStatus(mains=False))
    page = world.with_status(dark).text("/kontakte")
    assert set(re.findall(r'href="tel:([^"]+)"', page)) == set(
        re.findall(r'href="tel:([^"]+)"', calm)
    )


def test_what_answers_is_not_called_gone(world: World) -> None:
    crm = SystemStatus("crm", ("Kundenakte", "Customer file"), Verdict.UP)
    page = world.with_status(replace(status(), systems=(crm,))).text("/de/")
    assert "Betroffen" in page
    down = replace(crm, verdict=Verdict.DOWN)
    assert "Kundenakte" not in world.with_status(replace(status(), systems=(down,))).text(
        "/massnahme/dauerkonferenz"
    )


def test_the_banner_has_the_released_words_and_the_next_news(world: World) -> None:
    page = world.text("/de/")
    assert '<p class="banner">Liebes Team, die Leitung ist gestört.' in page
    assert "Nächste Info 11:12 Uhr. Danke!" in page
    assert "Nächste Info: <b>11:12 Uhr</b>" in page
    assert "Next update" in world.text("/en/")


@pytest.mark.parametrize(
    "spoilt",
    [
        replace(incident(), messages=()),
        replace(incident(), stage=Stage.RESOLVED),
        replace(incident(), messages=tuple(
            replace(one, at=ago(7200)) for one in incident().messages)),
    ],
)  # fmt: skip
def test_without_a_promise_that_is_open_there_is_no_banner(spoilt: object, world: World) -> None:
    told = msgspec.to_builtins(status()) | {"incident": msgspec.to_builtins(spoilt)}
    page = world.with_status(msgspec.json.encode(told)).text("/de/")
    assert 'class="banner"' not in page
    assert "Nächste Info" not in page


def test_words_that_a_person_has_to_release_are_no_banner(world: World) -> None:
    file = world.files.plan_store / "current" / "index.json"
    index = msgspec.json.decode(file.read_bytes())
    assert set(index["banner"]) == {"de", "en"}
    file.write_bytes(msgspec.json.encode(index | {"banner": {}}))
    assert 'class="banner"' not in world.text("/de/")


def test_what_callers_are_told_names_the_next_news(world: World) -> None:
    assert "Nächste Info für die Hotline: 11:12 Uhr" in world.text("/sprachregelung")
    calm = world.with_status(status(Line.PRIMARY)).text("/sprachregelung")
    assert "{next_update}" not in calm


def test_a_lost_file_costs_the_order_and_not_the_page(world: World) -> None:
    (world.files.plan_store / "current" / "live.json").write_bytes(b"{")
    page = world.text("/massnahmen")
    assert "Umschaltung auf LTE" in page
    assert "<!--" not in page
