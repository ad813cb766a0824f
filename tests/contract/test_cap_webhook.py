"""The CAP plugin against a service with bad manners, over TLS with the lab's own authority."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from notanker.plugin import Message, MessageKind, Permanent, Receipt, Retry, Unknown
from notanker.plugin.options import read_options
from notanker_cap_webhook.config import CapWebhookConfig
from notanker_lab.cap_sink import MODES, CapSink
from notanker_lab.stage import make_certificate
from tests.contract.support.runner import Instance, Runner

TEXT = "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42. LTE aktiv. Nr 17-1"
TOKEN = "geheim-wie-das-meer"
KEY = "schluessel-zum-hafen"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
Start = Callable[..., Instance]

TAKEN = {"resets", "hang", "gateway", "truncated", "cut_body", "flood", "drips", "garbage", "well"}
"""After these the service has the alert, whatever it said."""


def alert(mark: str = "17-1", **fields: object) -> Message:
    known = {
        "id": mark, "mark": mark, "recipient": "cap", "text": TEXT, "at_s": 1_795_426_920.0,
        "kind": MessageKind.ALARM,
    }  # fmt: skip
    return Message(**(known | fields))  # type: ignore[arg-type]  # fields of several types


def send(instance: Instance, message: Message) -> Receipt:
    return instance.call("send", message, answer=Receipt)


def find_sent(instance: Instance, message: Message) -> bool | None:
    found: bool | None = instance.call("find_sent", message, answer=bool | None)  # type: ignore[arg-type]
    return found


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cap-tls")
    make_certificate(folder, "localhost")
    return folder


@pytest.fixture
def sink(tls: Path) -> Iterator[CapSink]:
    with CapSink(tls / "centre.pem", tls / "centre.key") as sink:
        yield sink


@pytest.fixture
def start(runner: Runner, tls: Path) -> Start:
    def begin(url: str, **options: object) -> Instance:
        known: dict[str, object] = {
            "url": url,
            "site": "musterhafen",
            "sender": "box@ankerruf.example",
            "ca": str(tls / "ca.pem"),
            "connect_timeout_s": 2.0,
            "answer_timeout_s": 0.5,
        }
        return runner.start("cap_webhook", known | options)

    return begin


def secret(folder: Path, name: str, value: str) -> str:
    path = folder / name
    path.write_text(f"{value}\n")
    return str(path)


def test_a_service_takes_the_alert_signed_and_with_its_token(
    start: Start, sink: CapSink, tmp_path: Path, runner: Runner
) -> None:
    token, key = secret(tmp_path, "token", TOKEN), secret(tmp_path, "key", KEY)
    receipt = send(start(sink.url, token=token, hmac_key=key), alert())
    assert (receipt.reference, receipt.proof) == ("musterhafen-17-1", "status 200")
    taken = sink.alerts["musterhafen-17-1"]
    root = ET.fromstring(taken.body)  # noqa: S314 - what the plugin wrote
    assert root.findtext(f"{CAP}msgType") == "Alert"
    assert taken.headers["Content-Type"] == "application/cap+xml; charset=utf-8"
    assert taken.headers["Authorization"] == f"Bearer {TOKEN}"
    digest = hmac.digest(KEY.encode(), taken.body, "sha256").hex()
    assert taken.headers["X-Notanker-Signature"] == f"sha256={digest}"
    assert TOKEN not in runner.output()


def test_a_message_that_says_nothing_of_itself_is_an_alert_by_its_words(
    start: Start, sink: CapSink
) -> None:
    start(sink.url).send("ÜBUNG: ENTWARNUNG Musterhafen. Nr 17-2", "17-2")
    root = ET.fromstring(sink.alerts["musterhafen-17-2"].body)  # noqa: S314 - what the plugin wrote
    found = [root.findtext(f"{CAP}{name}") for name in ("status", "msgType", "references")]
    assert found == ["Exercise", "Alert", None]
    assert root.findtext(f"{CAP}info/{CAP}responseType") == "AllClear"


@pytest.mark.parametrize(
    ("mode", "status", "answer"),
    [
        ("refuses", 500, Retry),
        ("refuses", 429, Retry),
        ("refuses", 401, Permanent),
        ("refuses", 404, Permanent),
        ("busy", 0, Retry),
        ("moved", 0, Permanent),
        ("page", 0, Permanent),
        ("resets", 0, Unknown),
        ("resets_before", 0, Unknown),
        ("hang", 0, Unknown),
        ("hang_before", 0, Unknown),
        ("gateway", 0, Unknown),
        ("truncated", 0, Unknown),
        ("garbage", 0, Unknown),
    ],
)
def test_what_the_service_does_is_told_as_it_was(
    start: Start, sink: CapSink, mode: str, status: int, answer: type[Exception]
) -> None:
    sink.mode, sink.status = mode, status
    with pytest.raises(answer):
        send(start(sink.url), alert())
    assert sink.asked == 1
    assert bool(sink.alerts) == (mode in TAKEN)


@pytest.mark.parametrize("mode", ["flood", "drips", "cut_body"])
def test_the_status_is_the_proof_whatever_follows_it(
    start: Start, sink: CapSink, mode: str
) -> None:
    sink.mode = mode
    assert send(start(sink.url), alert()).proof == "status 200"


def test_a_service_says_how_long_to_wait(start: Start, sink: CapSink) -> None:
    sink.mode = "busy"
    with pytest.raises(Retry) as busy:
        send(start(sink.url), alert())
    assert busy.value.after_s == 7.0


@pytest.mark.parametrize("again", [200, 409])
def test_over_all_faults_the_service_has_each_alert_exactly_once(
    start: Start, sink: CapSink, again: int
) -> None:
    sink.again = again
    instance = start(sink.url)
    for number, mode in enumerate(sorted(MODES), 1):
        sink.mode = mode
        with suppress(Retry, Permanent, Unknown):
            send(instance, alert(f"17-{number}"))
        sink.mode = "well"
        assert find_sent(instance, alert(f"17-{number}")) is True, mode
    assert set(sink.alerts) == {f"musterhafen-17-{number}" for number in range(1, len(MODES) + 1)}
    assert sink.amiss == []


def test_a_marked_repeat_is_the_same_alert(start: Start, sink: CapSink) -> None:
    instance = start(sink.url)
    send(instance, alert())
    repeat = alert(text=TEXT.replace("Nr 17-1", "17-1r"), attempt=2, repeat=True)
    assert send(instance, repeat).proof == "status 409"
    assert sink.alerts["musterhafen-17-1"].copies == 2
    assert sink.amiss == []


def test_what_was_lost_is_in_doubt_until_the_service_answers(start: Start, sink: CapSink) -> None:
    instance = start(sink.url)
    sink.mode = "hang"
    with pytest.raises(Unknown):
        send(instance, alert())
    assert find_sent(instance, alert()) is None
    sink.mode = "busy"
    with pytest.raises(Retry):
        find_sent(instance, alert())


def test_a_service_that_knows_no_keys_is_not_asked(start: Start, sink: CapSink) -> None:
    assert find_sent(start(sink.url, idempotent=False), alert()) is None
    assert sink.asked == 0


def test_a_certificate_for_another_name_gets_nothing(start: Start, sink: CapSink) -> None:
    with pytest.raises(Retry, match="certificate does not fit"):
        send(start(sink.url.replace("localhost", "127.0.0.1")), alert())
    assert sink.asked == 0


def test_a_certificate_of_nobody_known_gets_nothing(start: Start, sink: CapSink) -> None:
    with pytest.raises(Retry, match="certificate does not fit"):
        send(start(sink.url, ca=""), alert())
    assert sink.asked == 0


def test_where_nobody_listens_nothing_was_sent(start: Start) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Retry, match="no connection"):
            send(start(f"https://localhost:{nobody.getsockname()[1]}/"), alert())


def test_without_an_address_the_next_channel_follows(start: Start) -> None:
    with pytest.raises(Permanent, match="url is missing"):
        send(start(""), alert())


def test_an_answer_to_a_person_is_no_alert(start: Start, sink: CapSink) -> None:
    with pytest.raises(Permanent):
        send(start(sink.url), alert(kind=MessageKind.ANSWER))
    assert sink.asked == 0


def test_a_secret_that_no_header_can_hold_is_not_repeated_in_the_error(
    start: Start, sink: CapSink, tmp_path: Path, runner: Runner
) -> None:
    instance = start(sink.url, token=secret(tmp_path, "token", f"{TOKEN}\nX: y"))
    with pytest.raises(Permanent) as refused:
        send(instance, alert())
    assert "geheim" not in str(refused.value)
    assert "geheim" not in runner.output()
    assert sink.asked == 0


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://alerts.example/"},
        {"url": "https://box:geheim@alerts.example/"},
        {"url": "https://"},
        {"url": "https://alerts.example:99999/"},
        {"site": "Muster Hafen"},
        {"sender": "a,b"},
        {"time_zone": "Europe/Musterhafen"},
        {"time_zone": "../../etc/passwd"},
        {"languages": ["de-DE", "de-DE"]},
        {"languages": []},
        {"ca": "ca.pem"},
        {"token": TOKEN},
    ],
)
def test_options_that_cannot_work_are_told_without_what_they_hold(
    options: dict[str, object],
) -> None:
    config, problems = read_options(options, CapWebhookConfig)
    assert config is None
    for language in ("de", "en"):
        sentences = " ".join(problem.sentence(language) for problem in problems)
        assert sentences
        assert "geheim" not in sentences
