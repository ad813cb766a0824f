"""Answers that a gateway hands in: who may, who is heard, and what is understood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from tests.unit.central.conftest import Hands

from notanker_central import tables as t
from notanker_central.alarm.answers import add_answers
from notanker_central.alarm.settings import Alarm, Person
from notanker_central.store import Store

ANNA, CARLA = "+49 171 39200-11", "Carla@firma.example"


def opened(store: Store, number: int) -> None:
    with store.write() as connection:
        connection.execute(
            insert(t.alarm_incident).values(
                number=number, kind="silent", dimension="site", value="nord", since_s=0.0,
                opened_s=0.0, acknowledged_by="", sites=1, of=1, most=1,
            )
        )  # fmt: skip


def holder(store: Store, number: int) -> str:
    with store.read() as connection:
        query = select(t.alarm_incident.c.acknowledged_by)
        return str(connection.execute(query.where(t.alarm_incident.c.number == number)).scalar())


Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(store: Store, hands: Hands, tmp_path: Path) -> Ask:
    key = tmp_path / "key"
    key.write_text("geheim\n")
    people = (
        Person("anna", "Anna Beispiel", ("sms:+491713920011",)),
        Person("carla", "Carla Probe", ("mail:carla@firma.example",)),
    )
    app = Flask("gateway")
    add_answers(app, store, Alarm(person=people, replies=key), hands.clock)
    client: FlaskClient = app.test_client()

    def asked(sender: str, text: str, key: str = "geheim") -> tuple[int, str]:
        answer = client.post(
            "/api/1/alarm/answer",
            json={"from": sender, "text": text},
            headers={"authorization": f"Bearer {key}"},
        )
        return answer.status_code, (answer.get_json(silent=True) or {}).get("answer", "")

    return asked


def test_an_answer_acknowledges_the_incident_that_it_names(store: Store, ask: Ask) -> None:
    opened(store, 17)
    opened(store, 18)
    assert ask(ANNA, "ok 17, mache ich") == (200, "taken")
    assert (holder(store, 17), holder(store, 18)) == ("anna", "")
    assert ask(CARLA, "OK 17") == (409, "not-open")
    assert holder(store, 17) == "anna"


def test_a_plain_ok_means_the_one_that_is_open(store: Store, ask: Ask) -> None:
    assert ask(ANNA, "OK") == (422, "which-incident")
    opened(store, 17)
    assert ask(CARLA, "Okay!") == (200, "taken")
    opened(store, 18)
    opened(store, 19)
    assert ask(ANNA, "ok") == (422, "which-incident")


def test_strangers_and_other_words_change_nothing(store: Store, ask: Ask) -> None:
    opened(store, 17)
    assert ask(ANNA, "OK 17", key="falsch")[0] == 401
    assert ask("+491713920019", "OK 17") == (403, "unknown-sender")
    assert ask("", "OK 17") == (403, "unknown-sender")
    assert ask(ANNA, "TUNNEL 123456") == (422, "not-understood")
    assert ask(ANNA, "OK 17 und 18") == (422, "not-understood")
    assert holder(store, 17) == ""


def test_without_a_key_there_is_no_such_address(store: Store, hands: Hands) -> None:
    app = Flask("gateway")
    add_answers(app, store, Alarm(), hands.clock)
    assert app.test_client().post("/api/1/alarm/answer", json={}).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"from": 1}', b"\xff\xfe", b"x" * 20_000])
def test_rubbish_is_refused_in_a_word(
    store: Store, hands: Hands, tmp_path: Path, body: bytes
) -> None:
    key = tmp_path / "key"
    key.write_text("geheim")
    app = Flask("gateway")
    add_answers(app, store, Alarm(replies=key), hands.clock)
    headers = {"authorization": "Bearer geheim"}
    answer = app.test_client().post("/api/1/alarm/answer", data=body, headers=headers)
    assert (answer.status_code, answer.get_json()) == (400, {"answer": "malformed"})
