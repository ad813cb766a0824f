"""What the portal shows."""

from __future__ import annotations

import gzip
import re

import pytest
from tests.unit.portal.world import World, status

from notanker.core.names import Line

PAGES = [
    "/",
    "/de/",
    "/kontakte",
    "/druck",
    "/szenario/internet-und-telefon-tot",
    "/szenario/nur-internet-vpn",
    "/seite/ruhe",
    "/massnahmen",
    "/massnahme/rufumleitung-mobil",
    "/sprachregelung",
    "/formulare",
    "/formulare/nachtragen",
    "/suche",
    "/verbinden",
    "/leitung",
    "/bericht/16",
]
ENGLISH = ["/en/", *[f"/en{path}" for path in PAGES[2:]]]


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_every_page_answers(path: str, world: World) -> None:
    page = world.text(path)
    assert f'<html lang="{"en" if path.startswith("/en") else "de"}">' in page
    assert "Musterhafen" in page
    assert 'href="tel:112"' in page
    assert 'href="tel:110"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize(
    ("line", "german", "english", "mood"),
    [
        (Line.PRIMARY, "Die Leitung geht", "The line works", "ok"),
        (Line.HOLD_OFF, "Die Hauptleitung antwortet nicht", "does not answer", "warn"),
        (Line.ISOLATED, "Kein Internet", "No internet", "bad"),
        (Line.BACKUP, "Internet läuft über LTE", "Internet runs over LTE", "warn"),
        (Line.WAIT_TO_RESTORE, "Die Hauptleitung ist wieder da", "The main line is back", "info"),
    ],
)
def test_the_home_page_says_the_state_in_words_and_colour(
    line: Line, german: str, english: str, mood: str, world: World
) -> None:
    world.with_status(status(line))
    page = world.text("/de/")
    assert f"<h1>{german}</h1>" in page
    assert f'<body class="s-{mood} line-{line.value}">' in page
    assert english in world.text("/en/")


def test_the_home_page_says_since_when(world: World) -> None:
    page = world.text("/de/")
    assert "Seit 10:42 Uhr" in page
    assert "Stand 10:53 Uhr" in page


def test_the_home_page_has_numbers_bridge_scenarios_and_plan(world: World) -> None:
    page = world.text("/de/")
    assert '<a href="tel:+493023125110">' in page
    assert "+49 30 23125 500" in page
    assert "<strong>4829</strong>" in page
    assert 'href="/szenario/internet-und-telefon-tot"' in page
    assert "Fassung 2026-11 (Nr. 42) vom 2.11.2026" in page


def test_the_home_page_says_who_was_told_and_who_has_it(world: World) -> None:
    page = world.text("/de/")
    assert "Störung 17" in page
    assert "Störung 17: offen" in " ".join(page.split())
    assert re.search(r"<b>Tarik Vorlage</b>\s*<span>Alarmmeldung gesendet, 10:42 Uhr", page)
    assert re.search(r"<b>Ines Modell</b>\s*<span>Alarmmeldung nicht gesendet", page)


def test_only_an_incident_with_a_report_has_a_link(world: World) -> None:
    page = world.text("/de/")
    assert 'href="/bericht/16"' in page
    assert 'href="/bericht/17"' not in page


def test_the_report_tells_what_happened_and_who_was_told(world: World) -> None:
    page = world.text("/bericht/16")
    assert "1 h 3 min" in page
    assert "Auf LTE umgeschaltet." in page
    assert "Tarik Vorlage" in page
    assert "&lt;schweigt&gt;" in page
    assert "Moved to LTE." in world.text("/en/bericht/16")


def test_the_home_page_fits_one_first_window_of_a_connection(world: World) -> None:
    response = world.client.get("/de/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) + len(str(response.headers)) <= 14_000
    assert "Musterhafen" in gzip.decompress(response.data).decode()


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_pages_stay_small(path: str, world: World) -> None:
    response = world.client.get(path, headers={"Accept-Encoding": "gzip"})
    assert len(response.data) <= (250_000 if "druck" in path else 30_000)


@pytest.mark.parametrize("path", [*PAGES, *ENGLISH, "/none", "/healthz"])
def test_a_page_asks_for_nothing_else_and_leaves_nothing_behind(path: str, world: World) -> None:
    response = world.client.get(path)
    policy = response.headers["Content-Security-Policy"]
    styled = "'none'" if path == "/healthz" else "'sha256-"
    assert policy.startswith(f"default-src 'none'; style-src {styled}")
    assert "Set-Cookie" not in response.headers
    for tag in ("<script", "<img", "<iframe", "<object", " style=", "onclick"):
        assert tag not in response.text
    for form in re.findall(r"<form[^>]*>", response.text):
        assert re.search(r' action="/[^"/]', form)
    links = re.findall(r'<link[^>]*href="([^"]*)"', response.text)
    assert all(link.startswith("data:") for link in links)
    for href in re.findall(r'<a[^>]*href="([^"]*)"', response.text):
        assert href.startswith(("/", "#", "tel:", "mailto:"))


@pytest.mark.parametrize(("path", "still"), [("/de/", "/de/still"), ("/en/", "/en/still")])
def test_who_wants_the_home_page_to_stand_still_can_have_it(
    path: str, still: str, world: World
) -> None:
    moving, standing = world.client.get(path), world.client.get(still)
    assert int(moving.headers["Refresh"]) >= 20, "WCAG 2.2.1"
    assert f'href="{still}"' in moving.text
    assert "Refresh" not in standing.headers
    assert f'href="{path}"' in standing.text
    assert 'http-equiv="refresh"' not in moving.text + standing.text


def test_the_still_page_has_its_twin(world: World) -> None:
    assert 'href="/en/still" lang="en"' in world.text("/de/still")
    assert 'href="/de/still" lang="de"' in world.text("/en/still")


def test_the_style_is_the_one_that_the_policy_allows(world: World) -> None:
    import base64
    import hashlib

    response = world.client.get("/de/")
    found = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert len(found) == 2, "the portal's own, and the plan's line for the foot of each sheet"
    for style in found:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


def test_every_link_of_the_site_leads_to_a_page(world: World) -> None:
    seen: set[str] = set()
    open_paths = ["/", "/de/", "/en/"]
    while open_paths:
        path = open_paths.pop()
        if path in seen:
            continue
        seen.add(path)
        page = world.text(path)
        found = re.findall(r'href="(/[^"#]*)"', page)
        # Copies with other serial numbers are the same page, and there is always a next number.
        open_paths += [one for one in found if "?" not in one]
        anchors = re.findall(r'href="#([^"]+)"', page)
        assert all(f'id="{anchor}"' in page for anchor in anchors)
    typed = ("/suche", "/leitung")  # by a form, and for leads where there are any
    assert seen >= {path for path in PAGES + ENGLISH if not path.endswith(typed)}


def test_only_the_home_page_renews_itself(world: World) -> None:
    for path in [*PAGES, *ENGLISH, "/none"]:
        is_home = path in ("/", "/de/", "/en/")
        assert ("Refresh" in world.client.get(path).headers) == is_home


@pytest.mark.parametrize(
    ("asked", "language"),
    [("en-GB,en;q=0.9", "en"), ("de-DE,de;q=0.9,en;q=0.8", "de"), ("fr", "de"), ("", "de")],
)
def test_the_first_page_speaks_the_browsers_language(
    asked: str, language: str, world: World
) -> None:
    page = world.client.get("/", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize(
    ("path", "twin"),
    [
        ("/", "/en/"),
        ("/de/", "/en/"),
        ("/en/", "/de/"),
        ("/kontakte", "/en/kontakte"),
        ("/en/szenario/nur-internet-vpn", "/szenario/nur-internet-vpn"),
    ],
)
def test_each_page_leads_to_itself_in_the_other_language(
    path: str, twin: str, world: World
) -> None:
    found = re.search(r'<a class="tongue" href="([^"]*)"', world.text(path))
    assert found is not None
    assert found[1] == twin


@pytest.mark.parametrize("path", ["/", "/kontakte", "/none", "/bericht/16"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_allowed(path: str, method: str, world: World) -> None:
    response = world.client.open(path, method=method, data=b"x" * 5000)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert 'href="tel:112"' in response.text


@pytest.mark.parametrize("path", PAGES)
def test_head_answers_like_get_without_body(path: str, world: World) -> None:
    response = world.client.head(path)
    assert response.status_code == 200
    assert response.data == b""


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/szenario/none",
        "/seite/..%2f..%2findex",
        "/szenario/../../index.json",
        "/seite/%00",
        "/bericht/99",
        "/bericht/-1",
        "/bericht/1e3",
        "/bericht/" + "9" * 5000,
        "/de/kontakte",
        "/static/x",
        "/" + "a" * 5000,
    ],
)
def test_what_is_not_there_gets_a_page_with_the_emergency_numbers(path: str, world: World) -> None:
    page = world.text(path, 404)
    assert "Diese Seite gibt es nicht" in page
    assert 'href="tel:112"' in page
    assert 'href="/de/"' in page


def test_a_fault_of_the_portal_itself_gets_a_page_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("notanker.portal.app.view", broken)
    page = world.text("/de/", 500)
    assert "gerade gestört" in page
    assert 'href="tel:112"' in page
    assert "secret detail" not in page


def test_the_scenarios_that_fit_the_state_come_first_and_are_marked_in_words(world: World) -> None:
    def marks() -> list[bool]:
        part = world.text("/de/").split('id="what"')[1].split("</section>")[0]
        return ["passt zur Lage" in one for one in re.findall(r"<li>.*?</li>", part)]

    assert marks()[:2] == [True, True]
    assert False in marks()
    assert marks() == sorted(marks(), reverse=True)
    world.with_status(status(Line.PRIMARY))
    assert True not in marks()


def test_the_portal_says_that_it_lives(world: World) -> None:
    assert world.text("/healthz") == "ok\n"
