"""The gateway's rules as text, the names in them, and what is told when they cannot be set."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from notanker.core.names import Uplink
from notanker.errors import Language
from notanker.plan.hosts import Host, host_of
from notanker.plan.load import load as load_plan
from notanker.shell import clock
from notanker.shell.gateway import gateway, names, nft, ruleset
from notanker.shell.gateway.gateway import missing, places_of
from notanker.shell.gateway.names import Names
from notanker.shell.gateway.ruleset import Rules
from notanker.shell.probes import dns
from notanker.shell.tools import ToolError
from tests.unit.config.samples import GOOD, read

EXAMPLE_PLAN = Path(__file__).parents[3] / "examples" / "plan"


def place(text: str) -> Host:
    host = host_of(text)
    assert host is not None
    return host


def rules(*places: Host, nat: str = "masquerade", nat6: str = "none") -> Rules:
    return Rules(("wlan0", "eth1"), "eth0", "wwan0", nat, nat6, places)


# Rules.


def test_the_lan_is_hidden_on_the_primary_as_configured_and_always_on_lte() -> None:
    text = ruleset.ruleset(rules(nat="192.0.2.2"), {})
    assert 'iifname { "wlan0", "eth1" } oifname { "wwan0" } masquerade' in text
    assert "meta nfproto ipv4 snat ip to 192.0.2.2" in text
    assert "meta nfproto ipv6" not in text


def test_without_core_services_nothing_of_the_lan_passes_on_lte() -> None:
    text = ruleset.ruleset(rules(), {})
    assert "@core" not in text
    assert "reject with icmpx admin-prohibited" in text


def test_places_asked_for_in_the_same_way_share_a_set_for_each_family() -> None:
    text = ruleset.ruleset(
        rules(
            place("203.0.113.1:443/tcp"),
            place("[2001:db8::/64]:443/tcp"),
            place("a.example:443/tcp"),
        ),
        {"a.example": frozenset({"203.0.113.7"})},
    )
    assert text.count("  set core") == 2
    assert "elements = { 203.0.113.1/32, 203.0.113.7/32 }" in text
    assert "elements = { 2001:db8::/64 }" in text


def test_ports_and_protocol_are_asked_for_as_the_plan_has_them() -> None:
    text = ruleset.ruleset(rules(place("203.0.113.0/24:10000-20000/udp")), {})
    assert "meta l4proto udp th dport 10000-20000 ip daddr @core4_0 counter" in text


def test_a_refill_touches_the_sets_alone() -> None:
    with_name = rules(place("a.example:443/tcp"))
    text = ruleset.refill(with_name, {"a.example": frozenset({"203.0.113.7"})})
    assert text.splitlines() == [
        "flush set inet notanker core4_0",
        "add element inet notanker core4_0 { 203.0.113.7/32 }",
        "flush set inet notanker core6_0",
    ]


def test_the_example_plans_core_services_are_the_places() -> None:
    plan, problems = load_plan(EXAMPLE_PLAN)
    assert not problems
    found = places_of(plan)
    assert Host("sip.example", None, (5060, 5061), "") in found
    assert len(found) == 4
    assert places_of(None) == ()


# Names.


class Resolver:
    """Answers instead of the network; keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: dict[int, tuple[str, ...]] = {4: ("203.0.113.7",), 6: ()}
        self.ttl_s = 300
        self.asked: list[tuple[str, str]] = []
        self.now_s = 1000.0
        self.silent = False
        monkeypatch.setattr(dns, "ask", self.ask)
        monkeypatch.setattr(clock, "boot_s", lambda: self.now_s)
        resolvers = {Uplink.PRIMARY: ("192.0.2.53",), Uplink.BACKUP: ("198.51.100.53",)}
        interfaces = {Uplink.PRIMARY: "eth0", Uplink.BACKUP: "wwan0"}
        self.names = Names(interfaces, resolvers)

    async def ask(
        self, interface: str, server: str, port: int, name: str, version: int
    ) -> dns.Answer:
        self.asked.append((interface, server))
        if self.silent:
            raise TimeoutError
        return dns.Answer(0, self.told[version], self.ttl_s)

    def refresh(self, over: Uplink = Uplink.PRIMARY) -> frozenset[str]:
        asyncio.run(self.names.refresh(over))
        return self.names.addresses()["a.example"]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver(monkeypatch)
    resolver.names.want(frozenset({"a.example"}))
    return resolver


def test_a_lines_own_resolver_is_asked_over_that_line(resolver: Resolver) -> None:
    resolver.refresh(Uplink.BACKUP)
    assert set(resolver.asked) == {("wwan0", "198.51.100.53")}


def test_a_name_is_asked_for_again_after_its_lifetime_within_bounds(resolver: Resolver) -> None:
    for ttl_s, after_s in ((300, 300.0), (1, names.LEAST_S), (10**6, names.MOST_S)):
        resolver.ttl_s = ttl_s
        resolver.names.again()
        resolver.refresh()
        assert resolver.names.next_s() == resolver.now_s + after_s


def test_where_nobody_answers_the_last_known_addresses_stay(resolver: Resolver) -> None:
    before = resolver.refresh()
    resolver.silent = True
    resolver.now_s += 10 * names.KEPT_S
    assert resolver.refresh() == before
    assert resolver.names.next_s() == resolver.now_s + names.RETRY_S


def test_an_address_of_another_answer_is_kept_for_an_hour(resolver: Resolver) -> None:
    resolver.refresh()
    resolver.told[4] = ("203.0.113.8",)
    resolver.now_s += names.MOST_S
    assert resolver.refresh() == {"203.0.113.7", "203.0.113.8"}
    resolver.now_s += names.KEPT_S
    assert resolver.refresh() == {"203.0.113.8"}


def test_the_addresses_of_one_name_are_bounded(resolver: Resolver) -> None:
    for number in range(100):
        resolver.told[4] = (f"203.0.113.{number}",)
        resolver.names.again()
        resolver.now_s += 1
        found = resolver.refresh()
    assert len(found) == names.MOST_ADDRESSES
    assert "203.0.113.99" in found
    assert "203.0.113.0" not in found


def test_a_name_that_the_plan_names_no_more_is_forgotten(resolver: Resolver) -> None:
    resolver.refresh()
    resolver.names.want(frozenset())
    assert resolver.names.addresses() == {}
    assert resolver.names.next_s() is None


# nft.


@pytest.mark.parametrize(
    ("forward", "german", "english"),
    [
        ("0", "Der Kern leitet nicht weiter", "the kernel does not forward"),
        ("1", "keine Adresse bekannt für a.example", "no address is known for a.example"),
    ],
)
def test_what_keeps_rules_that_stand_from_their_work_is_told(
    forward: str, german: str, english: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = tmp_path / "ip_forward"
    switch.write_text(f"{forward}\n", "ascii")
    monkeypatch.setattr(gateway, "FORWARDING", switch)
    told = missing({"a.example": frozenset(), "b.example": frozenset({"203.0.113.7"})})
    assert told is not None
    assert german in told[0]
    assert english in told[1]


def test_nothing_is_told_where_all_names_have_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = tmp_path / "ip_forward"
    switch.write_text("1\n", "ascii")
    monkeypatch.setattr(gateway, "FORWARDING", switch)
    assert missing({"b.example": frozenset({"203.0.113.7"})}) is None


def test_a_system_without_nft_is_told_which_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="nftables"):
        asyncio.run(nft.load(""))


# Configuration.


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ('mode = "gateway"', "de", "braucht die Schnittstelle"),
        ('mode = "gateway"', "en", "needs the LAN's interface"),
        ('mode = "gateway"\nlan = ["eth1"]', "de", "ist eine Internetanbindung"),
        ('mode = "gateway"\nlan = ["eth1"]', "en", "is an uplink"),
        ('nat = "203.0.113"', "en", "no IPv4 address"),
        ('nat6 = "203.0.113.1"', "de", "keine IPv6-Adresse"),
    ],
)
def test_a_gateway_that_cannot_be_is_a_problem(
    tmp_path: Path, text: str, language: Language, words: str
) -> None:
    config, problems = read(tmp_path, f"{GOOD}\n[gateway]\n{text}\n")
    assert config is None
    assert words in problems[0].sentence(language)
