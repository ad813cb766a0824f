"""Who is let in at the board, as what, for how long; and what is written down of it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from tests.unit.central.conftest import Hands, Makers

from notanker.core.heartbeat import BeatIncident
from notanker_central.board import accounts, audit, sessions
from notanker_central.board.app import board_app
from notanker_central.board.behind import Behind, asker, networks_of
from notanker_central.board.roles import Role
from notanker_central.board.signin import safe
from notanker_central.board.throttle import MOST_KEYS, OF_PAIR, Throttle, network_of
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.people_tables import account, session
from notanker_central.people_tables import audit as log
from notanker_central.store import Store
from notanker_central.watcher import Watcher

PASSWORD = "correct-horse-battery"
TOKEN = re.compile(r'name="form" value="([0-9a-f]{64})"')


@dataclass
class Visitor:
    """A browser, and who sits at it."""

    client: FlaskClient
    base: str = "http://localhost"

    def get(self, path: str) -> tuple[int, str]:
        answer = self.client.get(path, base_url=self.base)
        return answer.status_code, answer.text

    def post(self, path: str, page: str, **form: str) -> tuple[int, str]:
        found = TOKEN.search(self.get(page)[1])
        form = {"form": found[1] if found else "", **form}
        answer = self.client.post(path, data=form, base_url=self.base)
        return answer.status_code, answer.headers.get("location", answer.text)

    def sign_in(self, name: str, password: str = PASSWORD, then: str = "/") -> tuple[int, str]:
        return self.post("/sign-in", "/sign-in", name=name, password=password, then=then)


@pytest.fixture(scope="module")
def known() -> str:
    return accounts._hash(PASSWORD, "")


@pytest.fixture
def people(store: Store, hands: Hands, known: str) -> None:
    rows = [
        {"name": role, "role": role, "password": known, "created_s": hands.wall_s} for role in Role
    ]
    with store.write() as connection:
        connection.execute(insert(account), rows)


@pytest.fixture
def visit(store: Store, ingest: Ingest, hands: Hands) -> Callable[[], Visitor]:
    watcher = Watcher(store, hands.clock)
    watcher.look()
    health = Health(store, watcher, ingest)
    app = board_app(store, Board(), hands.clock, health)
    return lambda: Visitor(app.test_client())


PAGES = (
    "/", "/regions", "/incidents", "/alarms", "/site/nord", "/site/nord/month/2026-10", "/month/2026-10",
    "/month/2026-10.csv", "/account", "/audit", "/site/nord/ack/17", "/site/nord/report/1.pdf",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_who_he_is_and_then_comes_to_the_page(
    path: str, visit: Callable[[], Visitor], people: None
) -> None:
    visitor = visit()
    for root in ("", "/en"):
        answer = visitor.client.get(root + path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{root}/sign-in")
    status, place = visitor.sign_in("admin", then=path)
    assert (status, place) == (303, path)


def test_programs_are_told_by_a_status_and_read_with_a_token(
    visit: Callable[[], Visitor], people: None, store: Store
) -> None:
    client = visit().client
    assert client.get("/api/1/sites").status_code == 401
    with store.write() as connection:
        token = accounts.make_token(connection, "admin")
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/api/1/sites", headers=bearer).status_code == 200
    assert client.get("/", headers=bearer).status_code == 303, "a token opens no page"
    assert client.get("/audit", headers=bearer).status_code == 303
    with store.write() as connection:
        accounts.make_token(connection, "admin")
    assert client.get("/api/1/sites", headers=bearer).status_code == 401


def test_strangers_learn_from_health_no_more_than_well_or_not(
    visit: Callable[[], Visitor], people: None
) -> None:
    assert visit().client.get("/healthz").json == {"ok": True}


@pytest.mark.parametrize(
    ("name", "seen", "taken", "logged"),
    [("viewer", 200, 403, 403), ("operator", 200, 303, 403), ("admin", 200, 303, 200)],
)
def test_each_role_may_all_that_the_one_before_may(
    visit: Callable[[], Visitor], people: None, store: Store, make: Makers,
    name: str, seen: int, taken: int, logged: int,
) -> None:  # fmt: skip
    store.take(make.beat(1, incident=17, open=(BeatIncident(17),)), 1.0)
    visitor = visit()
    visitor.sign_in(name)
    assert visitor.get("/site/nord")[0] == seen
    assert visitor.post("/site/nord/ack/17", "/account")[0] == taken
    assert visitor.get("/audit")[0] == logged


def test_who_acknowledges_is_who_is_signed_in_whatever_the_form_says(
    visit: Callable[[], Visitor], people: None, store: Store, make: Makers
) -> None:
    visitor = visit()
    visitor.sign_in("operator")
    assert visitor.post("/site/nord/ack/17", "/site/nord/ack/17", who="Chef")[0] == 303
    (order,) = store.take(make.beat(1), 1.0)[0].orders
    assert order.contact == "operator"
    with store.read() as connection:
        rows = [(row.who, row.what, row.about) for row in audit.page(connection)]
    assert rows[0] == ("operator", "acknowledged", "nord 17")


def test_a_changed_role_and_a_removed_account_hold_at_once(
    visit: Callable[[], Visitor], people: None, store: Store
) -> None:
    visitor, other = visit(), visit()
    visitor.sign_in("operator")
    other.sign_in("viewer")
    with store.write() as connection:
        accounts.set_role(connection, "operator", Role.VIEWER)
        accounts.remove(connection, "viewer")
    assert visitor.get("/site/nord/ack/17")[0] == 403
    assert other.get("/")[0] == 303


@pytest.mark.parametrize("name", ["admin", "nobody", "", "x" * 500, "'; --", "Ä"])
def test_a_wrong_password_and_an_unknown_name_look_alike(
    visit: Callable[[], Visitor], people: None, name: str
) -> None:
    status, page = visit().sign_in(name, "not-the-password")
    assert status == 403
    assert "Name oder Passwort stimmt nicht" in page


def test_an_unknown_name_takes_as_long_as_a_known_one(
    store: Store, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: as many hashes of the same cost are computed."""
    costs: list[str] = []
    verify = accounts._HASHER.verify

    class Counting:
        def verify(self, known: str, password: str) -> bool:
            costs.append(known.split("$")[3])
            return verify(known, password)

    accounts._nobody()
    monkeypatch.setattr(accounts, "_HASHER", Counting())
    with store.read() as connection:
        known = accounts.password_hash(connection, "admin")
    assert not accounts.matches(known, "wrong")
    assert not accounts.matches("", "wrong")
    assert costs[0] == costs[1] == "m=65536,t=3,p=4"
    assert statistics.mode(costs) == costs[0]


def test_guessing_is_slowed_and_the_person_is_not_locked_out(
    visit: Callable[[], Visitor], people: None, hands: Hands
) -> None:
    thief = visit()
    for _ in range(OF_PAIR.burst):
        assert thief.sign_in("admin", "guess-guess-guess")[0] == 403
    status, page = thief.sign_in("admin", PASSWORD)
    assert status == 429
    assert "Nächster Versuch in 10 s" in page
    hands.move(10.0)
    assert thief.sign_in("admin", PASSWORD)[0] == 303


def test_a_flood_from_everywhere_keeps_out_strangers_and_not_who_was_here_before() -> None:
    throttle = Throttle()
    for n in range(200):
        throttle.failed("ida", f"192.0.2.{n}", 0.0)
    assert throttle.wait_s("ida", "198.51.100.7", 0.0, known=False) > 0
    assert throttle.wait_s("ida", "198.51.100.7", 0.0, known=True) == 0
    assert throttle.wait_s("ben", "198.51.100.7", 0.0, known=False) == 0
    assert throttle.wait_s("ida", "198.51.100.7", 86400.0, known=False) == 0


def test_the_memory_of_failures_is_bounded() -> None:
    throttle = Throttle()
    for n in range(MOST_KEYS):
        throttle.failed(f"name-{n}", "2001:db8::1", float(n))
    assert len(throttle._levels) == MOST_KEYS


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_one_person_has_is_one_place(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_session_ends_when_nobody_uses_it_and_after_a_week_in_any_case(
    visit: Callable[[], Visitor], people: None, hands: Hands
) -> None:
    visitor = visit()
    visitor.sign_in("viewer")
    hands.move(sessions.IDLE_S)
    assert visitor.get("/")[0] == 303
    visitor.sign_in("viewer")
    for _ in range(int(sessions.ABSOLUTE_S / 3600) - 1):
        hands.move(3600.0)
        assert visitor.get("/account")[0] == 200
    hands.move(3600.0)
    assert visitor.get("/account")[0] == 303


def test_signing_out_ends_this_session_and_everywhere_all_of_them(
    visit: Callable[[], Visitor], people: None
) -> None:
    first, second, third = visit(), visit(), visit()
    for visitor in (first, second, third):
        visitor.sign_in("viewer")
    assert first.post("/sign-out", "/")[0] == 303
    assert [one.get("/")[0] for one in (first, second, third)] == [303, 200, 200]
    assert second.post("/sign-out-everywhere", "/account")[0] == 303
    assert [one.get("/")[0] for one in (first, second, third)] == [303, 303, 303]


def test_a_new_password_ends_the_other_sessions_and_the_old_one_is_void(
    visit: Callable[[], Visitor], people: None
) -> None:
    visitor, other = visit(), visit()
    visitor.sign_in("viewer")
    other.sign_in("viewer")
    change = ("/account/password", "/account")
    assert visitor.post(*change, password="wrong", new="another-good-one")[0] == 403
    assert visitor.post(*change, password=PASSWORD, new="short")[0] == 400
    assert visitor.post(*change, password=PASSWORD, new="another-good-one")[0] == 303
    assert (visitor.get("/")[0], other.get("/")[0]) == (200, 303)
    assert other.sign_in("viewer", "another-good-one")[0] == 303
    assert visit().sign_in("viewer")[0] == 403


def test_the_database_holds_nothing_to_sign_in_with(
    visit: Callable[[], Visitor], people: None, store: Store
) -> None:
    visitor = visit()
    visitor.sign_in("admin")
    cookie = visitor.client.get_cookie("notanker-session")
    assert cookie is not None
    with store.read() as connection:
        held = connection.execute(select(session.c.id_sha256)).scalars().all()
        known = accounts.password_hash(connection, "admin")
    assert cookie.value not in held
    assert held == [sessions.hashed(cookie.value)]
    assert known.startswith("$argon2id$")
    assert PASSWORD not in known


def test_with_tls_the_cookie_belongs_to_this_host_alone(
    visit: Callable[[], Visitor], people: None
) -> None:
    visitor = visit()
    visitor.base = "https://board.example"
    form = TOKEN.search(visitor.get("/sign-in")[1])
    assert form is not None
    answer = visitor.client.post(
        "/sign-in",
        base_url=visitor.base,
        data={"form": form[1], "name": "admin", "password": PASSWORD},
    )
    cookie = next(one for one in answer.headers.getlist("set-cookie") if "session" in one)
    assert cookie.startswith("__Host-notanker-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_form_without_its_token_does_nothing(
    visit: Callable[[], Visitor], people: None, store: Store, make: Makers
) -> None:
    visitor = visit()
    assert (
        visitor.client.post("/sign-in", data={"name": "admin", "password": PASSWORD}).status_code
        == 403
    )
    visitor.sign_in("operator")
    for form in ("", "0" * 64, "Ä"):
        answer = visitor.client.post("/site/nord/ack/17", data={"form": form})
        assert answer.status_code == 403
    foreign = {"sec-fetch-site": "cross-site"}
    found = TOKEN.search(visitor.get("/account")[1])
    assert found is not None
    answer = visitor.client.post("/site/nord/ack/17", data={"form": found[1]}, headers=foreign)
    assert answer.status_code == 403
    assert store.take(make.beat(1), 1.0)[0].orders == ()


def test_a_session_is_new_after_signing_in(visit: Callable[[], Visitor], people: None) -> None:
    visitor = visit()
    visitor.client.set_cookie("notanker-session", "planted")
    visitor.sign_in("viewer")
    cookie = visitor.client.get_cookie("notanker-session")
    assert cookie is not None
    assert cookie.value != "planted"


@given(
    st.text(max_size=30) | st.sampled_from(["//evil.example", "/\\evil.example", "/site/a", "/"])
)
def test_signing_in_leads_nowhere_else(then: str) -> None:
    place = safe(then)
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))


def test_without_an_account_the_page_says_how_to_make_one(visit: Callable[[], Visitor]) -> None:
    page = visit().get("/en/sign-in")[1]
    assert "notanker central user add" in page
    assert "<input id=" not in page


def test_without_a_login_no_name_from_outside_leads_here(
    store: Store, ingest: Ingest, hands: Hands
) -> None:
    health = Health(store, Watcher(store, hands.clock), ingest)
    client = board_app(store, Board(login=False), hands.clock, health).test_client()
    for base, status in (
        ("http://127.0.0.1:8444", 200),
        ("http://[::1]:8444", 200),
        ("http://localhost", 200),
        ("http://rebound.example:8444", 421),
    ):
        assert client.get("/", base_url=base).status_code == status


@pytest.mark.parametrize(
    ("peer", "told", "found"),
    [
        ("198.51.100.9", "192.0.2.1", "198.51.100.9"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.5, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
    ],
)
def test_a_proxy_is_believed_and_nobody_else(peer: str, told: str, found: str) -> None:
    assert asker(peer, told, networks_of(["10.0.0.0/8"])) == found


@pytest.mark.parametrize(
    ("peer", "scheme", "host"),
    [("10.0.0.1", "https", "board.example"), ("192.0.2.1", "http", "inside")],
)
def test_what_a_stranger_says_of_a_proxy_is_dropped(peer: str, scheme: str, host: str) -> None:
    seen: dict[str, object] = {}

    def application(environ: dict[str, object], _start: object) -> list[bytes]:
        seen.update(environ)
        return []

    told = {
        "REMOTE_ADDR": peer,
        "HTTP_HOST": "inside",
        "wsgi.url_scheme": "http",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "board.example",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    }
    Behind(application, networks_of(["10.0.0.0/8"]))(told, lambda *_: lambda _: None)
    assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == (scheme, host)
    assert not [name for name in seen if name.startswith("HTTP_X_FORWARDED")]


@pytest.mark.parametrize("password", ["short", "x" * 257, "long-enough-name"])
def test_a_weak_password_makes_no_account(store: Store, password: str) -> None:
    with store.write() as connection, pytest.raises(accounts.AccountError):
        accounts.add(connection, "long-enough-name", Role.VIEWER, password, 1.0)


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "a/b", "x" * 65, "a\nb"])
def test_what_is_no_name_makes_no_account(store: Store, name: str) -> None:
    with store.write() as connection, pytest.raises(accounts.AccountError):
        accounts.add(connection, name, Role.VIEWER, PASSWORD, 1.0)


def test_there_is_always_an_admin(store: Store, people: None) -> None:
    with store.write() as connection:
        with pytest.raises(accounts.AccountError, match="last-admin"):
            accounts.remove(connection, "admin")
        with pytest.raises(accounts.AccountError, match="last-admin"):
            accounts.set_role(connection, "admin", Role.VIEWER)


def test_what_was_done_stands_in_the_log_when_the_account_is_gone(
    visit: Callable[[], Visitor], people: None, store: Store
) -> None:
    visitor = visit()
    visitor.sign_in("viewer", "wrong-wrong-wrong")
    visitor.sign_in("viewer")
    with store.write() as connection:
        accounts.remove(connection, "viewer")
    admin = visit()
    admin.sign_in("admin")
    page = admin.get("/en/audit")[1]
    assert "sign-in refused" in page
    with store.read() as connection:
        rows = connection.execute(select(log.c.who, log.c.what, log.c.address)).all()
    assert ("viewer", "signed-in", "127.0.0.1") in [tuple(row) for row in rows]
