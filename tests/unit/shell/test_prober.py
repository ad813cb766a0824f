"""The prober over loopback: each layer's answer, refusal and silence as the core gets them."""

from __future__ import annotations

import asyncio
import socket

import pytest

from notanker.core.commands import Probe
from notanker.core.names import Layer, Uplink
from notanker.core.settings import Anchor
from notanker.core.uplinks import CAPTIVE
from notanker.shell.probes import dns, prober
from notanker.shell.probes.prober import Prober
from tests.unit.shell.loopback import listening, says

Result = dict[int, str]


def probe(*anchors: Anchor, interface: str = "lo", answers: int | None = None) -> Result:
    """Probe the anchors and return the answers by number."""

    async def work() -> Result:
        result: Result = {}
        complete = asyncio.Event()

        def answered(number: int, refusal: str) -> None:
            result[number] = refusal
            if len(result) == (len(anchors) if answers is None else answers):
                complete.set()

        one = Prober({Uplink.PRIMARY: interface, Uplink.BACKUP: interface}, answered)
        for number, anchor in enumerate(anchors):
            one.send(Probe(number, Uplink.PRIMARY, anchor))
        await asyncio.wait_for(complete.wait(), 30)
        await one.close()
        return result

    return asyncio.run(work())


@pytest.fixture
def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_a_tcp_anchor_answers_when_it_takes_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert probe(Anchor(Layer.TCP, "127.0.0.1", port)) == {0: ""}


def test_a_closed_port_is_a_refusal(free_port: int) -> None:
    assert probe(Anchor(Layer.TCP, "127.0.0.1", free_port)) == {0: "Connection refused"}


def test_an_icmp_anchor_answers() -> None:
    assert probe(Anchor(Layer.ICMP, "127.0.0.1"), Anchor(Layer.ICMP, "127.0.0.2")) == {0: "", 1: ""}


@pytest.mark.parametrize("layer", list(Layer))
def test_an_interface_that_is_gone_is_a_refusal_in_every_layer(layer: Layer) -> None:
    anchor = Anchor(layer, "127.0.0.1", 9, query="example", host="x")
    assert probe(anchor, interface="notthere0") == {0: "No such device"}


def http_page(head: bytes) -> Result:
    """Probe an HTTP anchor that answers with this."""

    async def work() -> Result:
        result: Result = {}
        complete = asyncio.Event()

        def answered(number: int, refusal: str) -> None:
            result[number] = refusal
            complete.set()

        async with listening(says(head)) as port:
            one = Prober(dict.fromkeys(Uplink, "lo"), answered)
            anchor = Anchor(Layer.HTTP, "127.0.0.1", port, query="/generate_204", host="x.example")
            one.send(Probe(1, Uplink.PRIMARY, anchor))
            await asyncio.wait_for(complete.wait(), 30)
            await one.close()
        return result

    return asyncio.run(work())


def test_an_empty_page_is_the_anchor_itself() -> None:
    assert http_page(b"HTTP/1.1 204 No Content\r\n\r\n") == {1: ""}


@pytest.mark.parametrize(
    "page",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlogin",
        b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_any_other_page_is_somebody_else_s(page: bytes) -> None:
    assert http_page(page) == {1: CAPTIVE}


def test_rubbish_is_a_refusal_with_its_reason() -> None:
    (refusal,) = http_page(b"rubbish\r\n\r\n").values()
    assert refusal not in ("", CAPTIVE)


@pytest.mark.parametrize(
    ("code", "refusal"), [(0, ""), (3, ""), (2, "DNS error 2"), (5, "DNS error 5")]
)
def test_a_name_server_that_fails_is_a_refusal_and_one_that_knows_no_such_name_is_none(
    code: int, refusal: str
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        async def work() -> Result:
            loop = asyncio.get_running_loop()
            server.setblocking(False)
            result: Result = {}
            complete = asyncio.Event()

            def answered(number: int, said: str) -> None:
                result[number] = said
                complete.set()

            def reply() -> None:
                query, client = server.recvfrom(4096)
                server.sendto(query[:2] + bytes([0x81, 0x80 | code]) + query[4:], client)

            loop.add_reader(server, reply)
            one = Prober(dict.fromkeys(Uplink, "lo"), answered)
            port = server.getsockname()[1]
            one.send(Probe(1, Uplink.PRIMARY, Anchor(Layer.DNS, "127.0.0.1", port, "example")))
            await asyncio.wait_for(complete.wait(), 30)
            loop.remove_reader(server)
            await one.close()
            return result

        assert asyncio.run(work()) == {1: refusal}


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor(Layer.DNS, "127.0.0.1", 53, query="a..b"),
        Anchor(Layer.HTTP, "127.0.0.1", 80, query="/a path", host="x"),
        Anchor(Layer.HTTP, "127.0.0.1", 80, query="/störung", host="x"),
        Anchor(Layer.HTTP, "127.0.0.1", 80, query="/", host="x\r\ny"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_refusal(anchor: Anchor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (refusal,) = probe(
            Anchor(anchor.layer, anchor.address, port, anchor.query, anchor.host)
        ).values()
    assert refusal not in ("", CAPTIVE)


def test_more_probes_than_the_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prober, "MOST_AT_ONCE", 3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        anchor = Anchor(Layer.TCP, "127.0.0.1", server.getsockname()[1])
        result = probe(*[anchor] * 5)
    assert list(result.values()).count("too many probes under way") == 2
    assert list(result.values()).count("") == 3


# Systems: on the site itself, by name, and with a certificate.


def watch(anchor: Anchor, uplink: Uplink | None, resolver: str = "") -> Result:
    """Ask a system once; `resolver` is whom the primary asks for names."""

    async def work() -> Result:
        result: Result = {}
        complete = asyncio.Event()

        def answered(number: int, refusal: str) -> None:
            result[number] = refusal
            complete.set()

        resolvers = {Uplink.PRIMARY: (resolver,) if resolver else ()}
        one = Prober(dict.fromkeys(Uplink, "lo"), answered, resolvers=resolvers)
        one.send(Probe(1, uplink, anchor))
        await asyncio.wait_for(complete.wait(), 30)
        await one.close()
        return result

    return asyncio.run(work())


@pytest.mark.parametrize("interface", ["", "lo"])
def test_a_system_on_the_site_is_asked_without_an_uplink(interface: str) -> None:
    assert watch(Anchor(Layer.ICMP, "127.0.0.1", interface=interface), None) == {1: ""}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert watch(Anchor(Layer.TCP, "127.0.0.1", port, interface=interface), None) == {1: ""}


def test_a_name_without_a_resolver_of_that_uplink_is_a_refusal() -> None:
    for layer in Layer:
        anchor = Anchor(layer, "bank.example", 9, query="example", host="x")
        assert watch(anchor, Uplink.PRIMARY) == {1: "no address for bank.example"}


def test_a_name_is_asked_of_the_uplink_s_own_resolver_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str, int]] = []

    async def ask(interface: str, server: str, _port: int, name: str, version: int) -> dns.Answer:
        asked.append((interface, server, name, version))
        return dns.Answer(0, ("127.0.0.1",) if version == 4 else ())

    monkeypatch.setattr(dns, "ask", ask)

    async def work() -> Result:
        result: Result = {}
        both = asyncio.Event()

        def answered(number: int, refusal: str) -> None:
            result[number] = refusal
            if len(result) == 2:
                both.set()

        one = Prober(
            dict.fromkeys(Uplink, "lo"), answered, resolvers={Uplink.BACKUP: ("192.0.2.53",)}
        )
        for number in (1, 2):
            one.send(Probe(number, Uplink.BACKUP, Anchor(Layer.ICMP, "bank.example")))
            await asyncio.sleep(0)
        await asyncio.wait_for(both.wait(), 30)
        await one.close()
        return result

    assert asyncio.run(work()) == {1: "", 2: ""}
    assert set(asked) == {("lo", "192.0.2.53", "bank.example", 4)}


@pytest.mark.parametrize(("status", "refusal"), [(200, ""), (404, ""), (503, "HTTP status 503")])
def test_a_system_s_page_may_be_anything_but_an_error_of_the_server(
    status: int, refusal: str
) -> None:
    async def work() -> Result:
        result: Result = {}
        complete = asyncio.Event()

        def answered(number: int, said: str) -> None:
            result[number] = said
            complete.set()

        head = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()
        async with listening(says(head)) as port:
            one = Prober(dict.fromkeys(Uplink, "lo"), answered)
            one.send(Probe(1, None, Anchor(Layer.HTTP, "127.0.0.1", port, "/", status=0)))
            await asyncio.wait_for(complete.wait(), 30)
            await one.close()
        return result

    assert asyncio.run(work()) == {1: refusal}
