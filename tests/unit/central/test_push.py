"""What other monitoring is told: each receiver's own words, and its bad manners."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.server
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Hands, Makers

from notanker_central.alarm.channels import (
    SIGNATURE,
    TIME,
    ChannelError,
    PermanentError,
    RetryError,
    UnknownError,
)
from notanker_central.alarm.views import IncidentView
from notanker_central.push import icinga, zabbix
from notanker_central.push.alertmanager import AlertmanagerSender, alert
from notanker_central.push.mqtt import MqttSender
from notanker_central.push.picture import Change, Picture
from notanker_central.push.sending import Pusher
from notanker_central.push.settings import Push
from notanker_central.push.webhook import WebhookSender
from notanker_central.store import Store

NOW_S = 1_800_000_000.0


def incident(number: int = 1, **values: object) -> IncidentView:
    usual: dict[str, object] = {
        "kind": "silent", "dimension": "region", "value": "Nord", "name": "", "since_s": NOW_S - 200,
        "opened_s": NOW_S - 50, "resolved_s": None, "acknowledged_s": None, "acknowledged_by": "",
        "sites": 312, "of": 340, "most": 312,
    }  # fmt: skip
    return IncidentView(number, **{**usual, **values})  # type: ignore[arg-type]


CHANGE = Change(7, "musterstadt", "Musterstadt", "Nord", "ok", "silent", NOW_S)
PICTURE = Picture(NOW_S, {"ok": 28, "silent": 312}, (incident(),), (), (CHANGE,))


@dataclass
class Web:
    """A web server that answers as it is told and keeps what it got."""

    answer: Callable[[dict[str, object]], tuple[int, object]]
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web(lambda _body: (200, {}))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append((self.path, dict(self.headers.items()), body))
            status, answer = found.answer(json.loads(body) if body[:1] == b"{" else {})
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    server.server_close()


def test_alertmanager_gets_an_alert_that_ends_by_itself_if_we_fall_silent(web: Web) -> None:
    AlertmanagerSender(Push("am", "alertmanager", web.url)).send(PICTURE)
    path, _, body = web.got[0]
    (told,) = json.loads(body)
    assert path == "/api/v2/alerts"
    assert told["labels"] == {
        "alertname": "NotankerSiteSilent",
        "incident": "1",
        "severity": "critical",
        "region": "Nord",
    }
    assert told["endsAt"] == "2027-01-15T08:03:00.000+00:00"


def test_an_incident_that_ended_is_told_with_its_end() -> None:
    ended = alert(incident(resolved_s=NOW_S), NOW_S)
    assert ended["endsAt"] == "2027-01-15T08:00:00.000+00:00"


def test_a_webhook_is_signed_with_its_time(web: Web, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("geheim\n")
    WebhookSender(Push("hook", "webhook", web.url, secret=key), lambda: NOW_S).send(PICTURE)
    _, headers, body = web.got[0]
    told = {name.lower(): value for name, value in headers.items()}
    wanted = hmac.new(b"geheim", b"1800000000." + body, hashlib.sha256).hexdigest()
    assert told[SIGNATURE] == f"sha256={wanted}"
    assert told[TIME] == "1800000000"
    assert json.loads(body)["counts"] == {"ok": 28, "silent": 312}


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, RetryError), (503, RetryError), (502, UnknownError), (404, PermanentError)],
)
def test_a_webs_answer_is_told_apart(web: Web, status: int, error: type[Exception]) -> None:
    web.answer = lambda _body: (status, {})
    with pytest.raises(error):
        WebhookSender(Push("hook", "webhook", web.url), lambda: NOW_S).send(PICTURE)


def test_icinga_gets_a_result_that_is_good_for_three_rounds(web: Web, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("geheim")
    web.answer = lambda body: (
        200,
        {"results": [{"code": 200.0, "status": f"ok {body['filter_vars']}"}]},
    )
    settings = Push("icinga", "icinga", web.url, user="notanker", secret=password, per_site=True)
    icinga.IcingaSender(settings).send(PICTURE)
    first, second = (json.loads(body) for _, _, body in web.got)
    assert (first["exit_status"], first["ttl"]) == (icinga.CRITICAL, 180)
    assert first["plugin_output"] == "340 sites: 28 ok, 312 silent; 1 incidents open"
    assert (second["filter_vars"]["wanted_host"], second["exit_status"]) == ("musterstadt", 2)
    assert web.got[0][1]["Authorization"] == "Basic bm90YW5rZXI6Z2VoZWlt"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"results": []}',
        b"<html>",
        b'{"results": [{"code": 404, "status": "no"}]}',
        b"\xff",
        b"[]",
    ],
)
def test_what_icinga_did_not_take_is_a_fault_and_not_a_success(raw: bytes) -> None:
    with pytest.raises(ChannelError):
        icinga.judge(raw, "notanker")


@dataclass
class Trapper:
    """A Zabbix trapper by its documented protocol, strict about what it gets, with manners as it is told."""

    answer: Callable[[int], bytes]
    got: list[dict[str, object]] = field(default_factory=list)
    url: str = ""


def zbxd(value: object) -> bytes:
    raw = json.dumps(value).encode()
    return b"ZBXD\x01" + struct.pack("<II", len(raw), 0) + raw


def took(count: int, failed: int = 0) -> bytes:
    info = f"processed: {count - failed}; failed: {failed}; total: {count}; seconds spent: 0.000070"
    return zbxd({"response": "success", "info": info})


@pytest.fixture
def trapper() -> Iterator[Trapper]:
    found = Trapper(took)
    server = socket.create_server(("127.0.0.1", 0))
    found.url = f"tcp://127.0.0.1:{server.getsockname()[1]}"

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                head = stream.read(13)
                if head[:5] != b"ZBXD\x01":
                    continue  # Zabbix closes without a word
                length, reserved = struct.unpack("<II", head[5:])
                assert reserved == 0
                asked = json.loads(stream.read(length))
                assert asked["request"] == "sender data"
                found.got.append(asked)
                connection.sendall(found.answer(len(asked["data"])))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield found
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def test_zabbix_gets_the_figures_and_each_sites_change(trapper: Trapper) -> None:
    zabbix.ZabbixSender(Push("zbx", "zabbix", trapper.url, per_site=True)).send(PICTURE)
    (asked,) = trapper.got
    data = asked["data"]
    assert isinstance(data, list)
    values = {(one["host"], one["key"]): one["value"] for one in data}
    assert values[("notanker", "notanker.sites[silent]")] == "312"
    assert values[("musterstadt", "notanker.state")] == "silent"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda n: took(n, failed=1), PermanentError),
        (lambda n: took(n)[:-5], UnknownError),  # a partial answer
        (lambda n: took(n)[:9], UnknownError),
        (lambda n: b"", UnknownError),
        (lambda n: b"HTTP/1.1 400 Bad\r\n", UnknownError),
        (lambda n: b"ZBXD\x01" + struct.pack("<II", 2**31, 0), UnknownError),
        (lambda n: zbxd({"response": "failed", "info": "encryption required"}), PermanentError),
        (lambda n: zbxd({"response": "success"}), UnknownError),
    ],
)
def test_zabbixs_bad_manners_are_told_apart(
    trapper: Trapper, answer: Callable[[int], bytes], error: type[Exception]
) -> None:
    trapper.answer = answer
    with pytest.raises(error):
        zabbix.ZabbixSender(Push("zbx", "zabbix", trapper.url)).send(PICTURE)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_no_answer_of_a_trapper_is_more_than_an_error(raw: bytes, sent: int) -> None:
    with contextlib.suppress(ChannelError):
        zabbix.judge(raw, sent)


def test_nobody_there_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(RetryError):
        zabbix.ZabbixSender(Push("zbx", "zabbix", f"tcp://127.0.0.1:{port}")).send(PICTURE)
    with pytest.raises(RetryError):
        MqttSender(Push("mq", "mqtt", f"mqtt://127.0.0.1:{port}")).send(PICTURE)


def test_mqtt_takes_away_what_is_over() -> None:
    sender = MqttSender(Push("mq", "mqtt", "mqtt://127.0.0.1", per_site=True))
    told = sender.messages(PICTURE)
    assert json.loads(told["notanker/fleet/sites"]) == PICTURE.counts
    assert json.loads(told["notanker/fleet/site/musterstadt"])["state"] == "silent"
    over = sender.messages(Picture(NOW_S, {}, (), (incident(resolved_s=NOW_S),)))
    assert over["notanker/fleet/incident/1"] == b""


class Deaf:
    """A receiver that takes nothing until it is told to."""

    wants_changes = True

    def __init__(self) -> None:
        self.takes = False
        self.told: list[Picture] = []

    def send(self, told: Picture) -> None:
        if not self.takes:
            raise RetryError("no way")
        self.told.append(told)


def test_a_receiver_that_was_away_hears_of_every_change_once(
    store: Store, make: Makers, hands: Hands
) -> None:
    sender = Deaf()
    pusher = Pusher(store, Push("hook", "webhook", "http://127.0.0.1"), sender, hands.clock)
    sender.takes = True
    pusher.push()
    sender.takes = False
    store.take(make.beat(1), hands.wall_s)
    for _ in range(3):
        pusher.push()
    assert (pusher.health.failures, pusher.health.reason, pusher.health.behind) == (3, "no way", 1)
    sender.takes = True
    pusher.push()
    pusher.push()
    assert [change.after for told in sender.told for change in told.changes] == ["ok"]
    assert pusher.health.failures == 0


def test_a_receiver_is_told_again_in_its_rhythm_and_not_more_often(
    store: Store, hands: Hands
) -> None:
    sender = Deaf()
    sender.takes = True
    pusher = Pusher(store, Push("am", "alertmanager", "http://127.0.0.1"), sender, hands.clock)
    for _ in range(130):
        pusher.push()
        hands.move(1.0)
    assert len(sender.told) == 3


def test_an_address_of_another_kind_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="zabbix") as error:
        Push("zbx", "zabbix", "https://zabbix.example")
    assert "tcp://" in error.value.args[1]
