"""The board on PostgreSQL: each page as on SQLite, and what people do there is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from notanker_central import tables as t
from notanker_lab.postgresql import postgresql
from tests.browser.fleet import ADMIN, PASSWORD, Fleet
from tests.unit.central.conftest import START_S

PAGES = (
    "/", "/en/", "/?q=bergz", "/?q=100%25_", "/?state=silent", "/?region=Mitte&sort=name",
    "/?operator=Funk+Eins", "/?lte=1&sort=lte", "/?plan=90&sort=plan", "/?held=no",
    "/?page=99", "/regions", "/incidents", "/alarms",
    "/site/s00", "/site/s00?days=90", "/site/s01", "/site/s11", "/site/s01/ack/5", "/site/s00/report/1",
    "/site/s00/month/2026-12", "/month/2026-12", "/month/2026-12?region=Mitte", "/month/2026-12.csv",
    "/site/s00/month/2026-12.json", "/account", "/audit", "/api/1/sites", "/api/1/alarms", "/none",
)  # fmt: skip
TOKEN = re.compile(r'name="form" value="([0-9a-f]{64})"')


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The fleet on PostgreSQL."""
    with postgresql("fsync=off") as server:
        fleet = Fleet(tmp_path_factory.mktemp("postgresql"), server.url)
        yield fleet
        fleet.store.close()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The same fleet on SQLite."""
    fleet = Fleet(tmp_path_factory.mktemp("sqlite"))
    yield fleet
    fleet.store.close()


def signed_in(fleet: Fleet) -> FlaskClient:
    client = fleet.app.test_client()
    answer = post(client, "/sign-in", "/sign-in", name=ADMIN, password=PASSWORD, then="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client


def post(client: FlaskClient, path: str, page: str, **form: str) -> TestResponse:
    token = TOKEN.search(client.get(page).text)
    assert token is not None
    return client.post(path, data={"form": token[1], **form})


def test_every_page_is_the_same_as_on_sqlite(here: Fleet, there: Fleet) -> None:
    clients = [signed_in(fleet) for fleet in (here, there)]
    for path in PAGES:
        answers = [client.get(path) for client in clients]
        told = [TOKEN.sub("", answer.text) for answer in answers]
        assert answers[0].status_code == answers[1].status_code, path
        assert told[0] == told[1], path


def test_a_stranger_sees_nothing_and_wrong_words_are_on_record(here: Fleet) -> None:
    stranger = here.app.test_client()
    assert stranger.get("/site/s00").status_code == 303
    refused = post(stranger, "/sign-in", "/sign-in", name=ADMIN, password="wrong-wrong-wrong")
    assert "Name oder Passwort stimmt nicht." in refused.text
    assert "abgewiesen" in signed_in(here).get("/audit").text


def test_an_incident_is_taken_on_under_ones_own_name(here: Fleet) -> None:
    client = signed_in(here)
    assert post(client, "/site/s00/ack/17", "/site/s00/ack/17").status_code == 303
    assert f"{ADMIN} übernimmt Störung 17" in client.get("/site/s00").text
    assert "Störung übernommen" in client.get("/audit").text


def test_silent_sites_are_one_storm_and_each_is_an_alarm(here: Fleet) -> None:
    many = [
        {**t.NEW_SITE, "id": f"m{n:03}", "name": f"Massen {n}", "region": "Moor", "interval_s": 60.0,
         "grace_s": 80.0, "listed": True, "declared": False, "state": "silent", "rank": 1,
         "search": f"massen {n} m{n:03} moor"}
        for n in range(130)
    ]  # fmt: skip
    alarms = [{"site": row["id"], "kind": "silent", "opened_s": START_S} for row in many]
    with here.store.write() as connection:
        connection.execute(insert(t.site), many)
        connection.execute(insert(t.alarm), alarms)
    client = signed_in(here)
    page = client.get("/").text
    assert "130 von 130 Standorten in Moor sind stumm" in page
    assert "Seite 1 von 3" in page
    assert client.get("/?page=3&region=Moor").text.count('class="name"') == 10
    assert client.get("/alarms").text.count("Massen") == 100


def test_signing_out_everywhere_ends_the_session(here: Fleet) -> None:
    client = signed_in(here)
    assert post(client, "/sign-out", "/account").status_code == 303
    assert client.get("/account").status_code == 303
