"""The apprise plugin against a web service and a mail server with bad manners."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notanker.plugin import Link, Message, Permanent, Receipt, Retry, Unknown
from notanker_apprise.plugin import subject_of
from notanker_lab.mail import MailServer
from notanker_lab.webhook import Webhook
from tests.contract.support.runner import Instance, Runner, message

TEXT = "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42. LTE aktiv. Nr 17-1"
Start = Callable[[str], Instance]


@pytest.fixture
def start(runner: Runner, tmp_path: Path) -> Start:
    def begin(url: str) -> Instance:
        secret = tmp_path / "url"
        secret.write_text(url + "\n")
        options = {"url": str(secret), "connect_timeout_s": 1.0, "read_timeout_s": 1.0}
        return runner.start("apprise", options)

    return begin


@pytest.fixture
def service() -> Iterator[Webhook]:
    with Webhook() as service:
        yield service


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def mailto(server: MailServer) -> str:
    return f"mailto://{server.address}/?from=box@ankerruf.example&to={{recipient}}&format=text"


def mail(instance: Instance, recipient: str = "mara@ankerruf.example") -> Receipt:
    sent = message(TEXT, "17-1")
    return instance.call(
        "send", type(sent)(id="m", mark="17-1", recipient=recipient, text=TEXT), answer=Receipt
    )


def test_a_webhook_takes_the_message_once(start: Start, service: Webhook) -> None:
    receipt = start(f"json://{service.address}/hook").send(TEXT)
    assert receipt.proof == "status 200"
    (taken,) = service.taken
    assert taken.json()["message"] == TEXT
    assert taken.json()["title"] == "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42"


@pytest.mark.parametrize("word", ["", "ÜBUNG"])
def test_an_alarm_s_link_comes_after_its_text_and_a_drill_says_so_after_it(
    start: Start, service: Webhook, word: str
) -> None:
    text = f"{word} {TEXT} {word}".strip()
    link = Link("Ich übernehme:", "https://centre.example/a/nord/17/mara/t5k1xc/" + "a" * 20)
    instance = start(f"json://{service.address}/hook")
    instance.call(
        "send",
        Message(id="m", mark="17-1", recipient="", text=text, link=link),
        answer=Receipt,
    )
    (taken,) = service.taken
    said = taken.json()["message"]
    assert said.startswith(f"{text}\n\n{link.words} {link.url}")
    assert said.endswith(word or link.url)
    assert link.url not in taken.json()["title"]


def test_a_link_comes_whole_through_a_mail(start: Start, server: MailServer) -> None:
    path = "/a/musterstadt/17/mara-beispiel/t5k1xc/mfrggzdfmztwq2lknnwg"
    link = Link("Ich übernehme:", f"https://zentrale.ankerruf.example:8443{path}")
    message = Message(id="m", mark="17-1", recipient="mara@ankerruf.example", text=TEXT, link=link)
    start(mailto(server)).call("send", message, answer=Receipt)
    (taken,) = server.taken
    assert taken.text.splitlines()[-1] == f"{link.words} {link.url}"


def test_where_many_read_along_there_is_no_link(
    runner: Runner, service: Webhook, tmp_path: Path
) -> None:
    secret = tmp_path / "url"
    secret.write_text(f"json://{service.address}/hook")
    instance = runner.start("apprise", {"url": str(secret), "links": False})
    message = Message(
        id="m", mark="17-1", recipient="", text=TEXT, link=Link("x:", "https://centre.example/a/x")
    )
    instance.call("send", message, answer=Receipt)
    assert service.taken[0].json()["message"] == TEXT


def test_a_push_service_takes_it(start: Start, service: Webhook) -> None:
    start(f"ntfy://{service.address}/rufbereitschaft").send(TEXT)
    (taken,) = service.taken
    assert TEXT in taken.json()["message"]


def test_a_mail_arrives_with_subject_and_umlauts(start: Start, server: MailServer) -> None:
    assert mail(start(mailto(server))).proof == "status 250"
    (taken,) = server.taken
    assert taken.recipients == ["mara@ankerruf.example"]
    assert taken.subject.startswith("STÖRUNG Musterhafen")
    assert taken.text.strip() == TEXT


@pytest.mark.parametrize(
    ("mode", "status", "answer", "taken"),
    [
        ("refuses", 401, Permanent, 0),
        ("refuses", 404, Permanent, 0),
        ("refuses", 500, Retry, 0),
        ("refuses", 503, Retry, 0),
        ("busy", 0, Retry, 0),
        ("gateway", 0, Unknown, 1),
        ("resets", 0, Unknown, 1),
        ("hang", 0, Unknown, 1),
        ("garbage", 0, Unknown, 1),
        ("resets_before", 0, Unknown, 0),
    ],
)
def test_what_a_web_service_does_is_told_as_it_was(
    start: Start,
    service: Webhook,
    mode: str,
    status: int,
    answer: type[Exception],
    taken: int,
) -> None:
    service.mode, service.status = mode, status
    with pytest.raises(answer):
        start(f"json://{service.address}/").send(TEXT)
    assert len(service.taken) == taken
    assert service.asked == 1


@pytest.mark.parametrize(
    ("mode", "answer", "taken"),
    [
        ("greylisted", Retry, 0),
        ("unknown", Permanent, 0),
        ("full", Permanent, 0),
        ("later", Retry, 0),
        ("resets", Unknown, 1),
        ("hang", Unknown, 1),
        ("silent", Retry, 0),
    ],
)
def test_what_a_mail_server_does_is_told_as_it_was(
    start: Start, server: MailServer, mode: str, answer: type[Exception], taken: int
) -> None:
    server.mode = mode
    with pytest.raises(answer):
        mail(start(mailto(server)))
    assert len(server.taken) == taken


def test_a_service_says_how_long_to_wait(start: Start, service: Webhook) -> None:
    service.mode = "busy"
    with pytest.raises(Retry) as busy:
        start(f"json://{service.address}/").send(TEXT)
    assert busy.value.after_s == 7.0


def test_where_nobody_listens_nothing_was_sent(start: Start) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(Retry):
            start(f"json://127.0.0.1:{port}/").send(TEXT)


@pytest.mark.parametrize("url", ["", "nonsense://x", "http", "json://"])
def test_an_address_that_is_none_is_for_the_next_channel(start: Start, url: str) -> None:
    with pytest.raises((Permanent, Retry)):
        start(url).send(TEXT)


def test_a_person_without_an_address_is_for_the_next_channel(
    start: Start, server: MailServer
) -> None:
    with pytest.raises(Permanent, match="no address of this person"):
        mail(start(mailto(server)), recipient="")
    assert not server.taken


def test_no_password_is_in_the_log_or_in_a_command_line(
    start: Start, service: Webhook, runner: Runner
) -> None:
    service.mode = "refuses"
    instance = start(f"json://box:geheim-wie-das-meer@{service.address}/")
    with pytest.raises(Permanent) as refused:
        instance.send(TEXT)
    assert "geheim" not in str(refused.value)
    assert "geheim" not in runner.output()


def test_a_subject_is_the_first_sentence_and_not_too_long() -> None:
    assert subject_of("STÖRUNG X: aus. Mehr.") == "STÖRUNG X: aus"
    assert len(subject_of("Wort " * 40)) <= 70
