"""Signing in by OpenID Connect, against a provider that is real: who is vouched for, and who is not."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from tests.unit.central.conftest import Hands
from tests.unit.central.identity import CLIENT, SECRET, Provider, provider

from notanker_central.board import accounts
from notanker_central.board.app import board_app
from notanker_central.board.roles import Role
from notanker_central.config import Board, Oidc
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.store import Store
from notanker_central.watcher import Watcher


@pytest.fixture
def identity(hands: Hands) -> Iterator[Provider]:
    with provider(hands.wall_s) as made:
        made.claims = {"preferred_username": "ida", "groups": ["staff", "ops"]}
        yield made


@pytest.fixture
def board(
    store: Store, ingest: Ingest, hands: Hands, identity: Provider, tmp_path: Path
) -> FlaskClient:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    oidc = Oidc(
        "Firmenkonto", identity.issuer, CLIENT, str(secret),
        viewers=("staff",), operators=("ops",), admins=("root",),
    )  # fmt: skip
    health = Health(store, Watcher(store, hands.clock), ingest)
    return board_app(store, Board(), hands.clock, health, oidc).test_client()


def go(board: FlaskClient) -> str:
    """Go to the provider as a browser does, and return the way back that it was sent."""
    answer = board.get("/elsewhere?then=/alarms")
    assert answer.status_code == 303, answer.text
    place = urlsplit(answer.headers["location"])
    connection = http.client.HTTPConnection(place.netloc, timeout=10)
    connection.request("GET", f"{place.path}?{place.query}")
    back = connection.getresponse().headers["location"]
    connection.close()
    return str(back).removeprefix("http://localhost")


def test_whom_the_provider_vouches_for_is_let_in_with_the_highest_of_his_roles(
    board: FlaskClient, store: Store
) -> None:
    assert "Anmelden mit Firmenkonto" in board.get("/sign-in").text
    answer = board.get(go(board))
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarms")
    assert board.get("/alarms").status_code == 200
    assert board.get("/site/nord/ack/17").status_code == 200
    assert board.get("/audit").status_code == 403
    with store.read() as connection:
        found = accounts.find(connection, "ida")
    assert found is not None
    assert (found.role, found.elsewhere) == (Role.OPERATOR, True)


@pytest.mark.parametrize("wrong", ["signature", "nonce", "audience", "expired", "issuer"])
def test_a_token_that_is_not_for_this_visit_lets_nobody_in(
    board: FlaskClient, identity: Provider, wrong: str
) -> None:
    identity.wrong.add(wrong)
    answer = board.get("/elsewhere") if wrong == "issuer" else board.get(go(board))
    assert answer.status_code == 403
    assert "nicht gelungen" in answer.text
    assert board.get("/").status_code == 303


def test_the_way_back_is_for_the_browser_that_was_sent_and_once(board: FlaskClient) -> None:
    back = go(board)
    assert board.application.test_client().get(back).status_code == 403
    assert board.get(back).status_code == 303
    assert board.get(back).status_code == 403


def test_the_way_back_does_not_wait_for_ever(board: FlaskClient, hands: Hands) -> None:
    back = go(board)
    hands.move(601.0)
    assert board.get(back).status_code == 403


def test_who_is_in_no_group_is_told_so(board: FlaskClient, identity: Provider) -> None:
    identity.claims["groups"] = ["visitors"]
    answer = board.get(go(board))
    assert answer.status_code == 403
    assert "zu keiner Gruppe" in answer.text


def test_a_name_that_a_local_account_has_is_not_given_away(
    board: FlaskClient, store: Store
) -> None:
    with store.write() as connection:
        accounts.add(connection, "ida", Role.ADMIN, "correct-horse-battery", 1.0)
    answer = board.get(go(board))
    assert answer.status_code == 403
    assert "heißt hier schon so" in answer.text
    with store.read() as connection:
        found = accounts.find(connection, "ida")
    assert found is not None
    assert (found.role, found.elsewhere) == (Role.ADMIN, False)


def test_a_role_that_is_taken_away_there_is_gone_with_the_next_visit(
    board: FlaskClient, identity: Provider
) -> None:
    board.get(go(board))
    identity.claims["groups"] = ["staff"]
    board.get(go(board))
    assert board.get("/site/nord/ack/17").status_code == 403


def test_a_provider_that_is_away_is_a_sentence(
    store: Store, ingest: Ingest, hands: Hands, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    oidc = Oidc("x", "http://127.0.0.1:9", CLIENT, str(tmp_path / "secret"), viewers=("staff",))
    health = Health(store, Watcher(store, hands.clock), ingest)
    client = board_app(store, Board(), hands.clock, health, oidc).test_client()
    assert client.get("/elsewhere").status_code == 403
    assert client.get("/sign-in").status_code == 200
