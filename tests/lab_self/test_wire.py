"""The wire's parts, and what users and counters see of it."""

import itertools
import random
import time

import pytest

from notanker_lab import Lab, LabError, addresses, frames, loss
from notanker_lab.analysis import Echo, Record, analyse, uplink_of
from notanker_lab.smsc import parts
from tests.lab_self.asking import rtts_ms

UDP_DNS = bytes(12) + b"\x08\x00\x45" + bytes(8) + b"\x11" + bytes(2) + bytes([192, 0, 2, 2])
UDP_DNS += bytes([203, 0, 113, 1]) + b"\x80\x00\x00\x35"
ARP = bytes(12) + b"\x08\x06" + bytes(28)


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        ({"what": "all"}, True),
        ({"what": "udp"}, True),
        ({"what": "dns"}, True),
        ({"what": "not_icmp"}, True),
        ({"what": "not_icmp_dns"}, False),
        ({"what": "tcp"}, False),
        ({"what": "icmp"}, False),
        ({"what": "ip", "addr": "203.0.113.1"}, True),
        ({"what": "ip", "addr": "203.0.113.2"}, False),
        ({"what": "all", "addr": "2001:db8::1"}, False),
    ],
)
def test_a_rule_matches_what_it_names(rule: dict[str, object], hits: bool) -> None:
    assert frames.matcher(rule)(UDP_DNS) is hits
    assert frames.matcher(rule)(ARP) is (rule == {"what": "all"})


def test_a_short_frame_is_nothing() -> None:
    for length in range(len(UDP_DNS)):
        frames.matcher({"what": "dns"})(UDP_DNS[:length])


def test_bursts_have_the_length_and_share_they_are_given() -> None:
    model, rng = loss.GilbertElliott(p=0.02, r=0.2), random.Random(1)  # noqa: S311
    lost = [model.lost(rng) for _ in range(100_000)]
    starts = sum(now and not before for before, now in itertools.pairwise(lost))
    assert 0.08 < sum(lost) / len(lost) < 0.10  # p / (p + r) = 0.091
    assert 4.5 < sum(lost) / starts < 5.5  # 1 / r = 5


def test_the_same_seed_loses_the_same_frames(lab: Lab) -> None:
    def run() -> list[str]:
        lab.wires.shape("primary", seed=11, loss={"model": "bernoulli", "pct": 50})
        line = ["ping", "-n", "-c", "20", "-i", "0.01", "-W", "0.3", addresses.ANCHORS[0]]
        said = lab.exec("site", line).stdout
        return [word for word in said.split() if word.startswith("icmp_seq")]

    # The dice count what the kernel asks its neighbours now and then; by chance no two runs would agree.
    assert any(first == then for first, then in itertools.pairwise(run() for _ in range(5)))


def test_a_wrong_shape_is_refused_and_changes_nothing(lab: Lab) -> None:
    for wrong in ({"loss": {"model": "moon"}}, {"loss": {"model": "bernoulli", "pct": 101}}):
        with pytest.raises(LabError, match="refused"):
            lab.wires.shape("primary", **wrong)
    with pytest.raises(LabError, match="refused"):
        lab.wires.cut("primary", "x", [{"what": "some"}])
    assert lab.wires.state()["primary"]["up"]["rules"] == []


def test_one_direction_can_be_cut_alone(lab: Lab) -> None:
    lab.wires.cut("primary", "fault:up", [{"what": "icmp", "dir": "up"}])
    before = lab.wires.counters()["primary"]
    assert not rtts_ms(lab, addresses.ANCHORS[0], count=2)
    after = lab.wires.counters()["primary"]
    assert after["up"]["cut_packets"] - before["up"]["cut_packets"] == 2
    assert after["down"]["cut_packets"] == before["down"]["cut_packets"]


def test_frames_and_bytes_are_counted_by_uplink(lab: Lab) -> None:
    def grown() -> list[tuple[int, int]]:
        before = lab.wires.counters()["lte"]
        assert len(rtts_ms(lab, addresses.ANCHORS[0], via="lte0", count=4)) == 4
        after = lab.wires.counters()["lte"]
        return [
            (
                after[way]["sent_packets"] - before[way]["sent_packets"],
                after[way]["sent_bytes"] - before[way]["sent_bytes"],
            )
            for way in ("up", "down")
        ]

    # What the kernel asks its neighbours now and then is counted too; it does not ask each time.
    assert [(4, 4 * (14 + 84))] * 2 in (grown() for _ in range(5))


def test_large_segments_pass_whole(lab: Lab) -> None:
    size = 300_000
    serve = "import socket;s=socket.create_server(('',9000));c=s.accept()[0];n=0\n"
    serve += "while d:=c.recv(65536): n+=len(d)\nprint(n, flush=True)"
    server = lab.popen("centre", ["python3", "-c", serve])
    send = "import socket,time\n"
    send += (
        "for i in range(100):\n try: s=socket.create_connection(('198.51.100.10',9000)); break\n"
    )
    send += f" except OSError: time.sleep(0.05)\ns.sendall(bytes({size})); s.close()"
    assert lab.exec("site", ["python3", "-c", send]).returncode == 0
    assert server.wait(10) == 0
    assert int(lab.logs(server)[0].read_text()) == size


def test_users_traffic_shows_an_outage_as_users_see_it(lab: Lab) -> None:
    recording = lab.traffic.start(("udp4", "udp6", "tcp4"))
    time.sleep(0.5)
    with lab.faults.silent_cut() as cut:
        time.sleep(0.6)
    lasted_s = time.monotonic() - cut.started_s
    time.sleep(0.5)
    record = recording.stop()
    for flow, interval_s in (("udp4", 0.01), ("udp6", 0.01), ("tcp4", 0.1)):
        found = analyse(record.flow(flow), cut.started_s, settle_s=0.2)
        assert found.outage_s is not None
        # What was on its way when the cut came is lost too: up to one round trip more.
        assert 0.5 < found.outage_s < lasted_s + 0.15 + 2 * interval_s
        assert (found.switches, found.uplink_after) == (0, "primary")
    assert (
        45 <= analyse(record.flow("udp4"), cut.started_s, settle_s=0.2).lost <= 100 * lasted_s + 6
    )


def test_users_traffic_follows_the_routes_and_tells_the_uplink(lab: Lab) -> None:
    recording = lab.traffic.start(("udp4", "udp6"))
    while not all(recording.record().flow(flow).uplinks() for flow in ("udp4", "udp6")):
        time.sleep(0.05)
    cut_s = time.monotonic()
    for family in ("-4", "-6"):
        lab.topology.ip("site", family, "rule", "add", "pref", "50", "lookup", "51")
        via = addresses.STICK if family == "-4" else addresses.STICK6
        route = ["route", "add", "default", "via", via, "dev", "lte0", "table", "51"]
        lab.topology.ip("site", family, *route)
    time.sleep(0.5)
    for family in ("-4", "-6"):
        lab.topology.ip("site", family, "rule", "del", "pref", "50")
        lab.topology.ip("site", family, "route", "flush", "table", "51")
    time.sleep(0.3)
    record = recording.stop()
    for flow in ("udp4", "udp6"):
        names = [name for _, name in record.flow(flow).uplinks()]
        assert names == ["primary", "lte", "primary"]
        assert analyse(record.flow(flow), cut_s, settle_s=0.2).switches == 2


def test_an_outage_is_read_from_a_record() -> None:
    echoes = [Echo("udp4", i, i / 10, i / 10 + 0.02, "primary") for i in range(10)]
    echoes += [Echo("udp4", i, i / 10) for i in range(10, 18)]
    echoes += [Echo("udp4", i, i / 10, i / 10 + 0.06, "lte") for i in range(18, 30)]
    found = analyse(Record(echoes), t_cut=0.95)
    assert found.outage_s == pytest.approx(0.9)
    assert (found.lost, found.sent, found.uplink_after, found.switches) == (8, 20, "lte", 1)
    never = analyse(Record(echoes[:18]), t_cut=0.95)
    assert (never.outage_s, never.lost) == (None, 8)
    with pytest.raises(ValueError, match="before the cut"):
        analyse(Record(echoes), t_cut=0.0)


@pytest.mark.parametrize(
    ("address", "uplink"),
    [
        ("198.18.1.2", "primary"),
        ("198.18.2.2", "lte"),
        ("2001:db8:2::2", "lte"),
        ("192.0.2.2", "primary"),
        ("203.0.113.1", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_source_address_tells_the_uplink(address: str, uplink: str) -> None:
    assert uplink_of(address) == uplink


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ä" * 160, 1),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_sms_are_counted_as_the_network_counts_them(text: str, count: int) -> None:
    assert parts(text) == count
