"""services.toml: what is kept alive, and where it lives."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import Edit

from notanker.errors import Language
from notanker.plan.hosts import Host, host_of
from notanker.plan.load import load

NET = ipaddress.ip_network


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("sip.example", Host("sip.example", None, None, "")),
        ("SIP.example:5060/udp", Host("sip.example", None, (5060, 5060), "udp")),
        ("sip.example/tcp", Host("sip.example", None, None, "tcp")),
        ("203.0.113.0/24", Host("", NET("203.0.113.0/24"), None, "")),
        ("203.0.113.0/24/udp", Host("", NET("203.0.113.0/24"), None, "udp")),
        ("203.0.113.9:10000-20000/udp", Host("", NET("203.0.113.9"), (10000, 20000), "udp")),
        ("2001:db8::/32", Host("", NET("2001:db8::/32"), None, "")),
        ("[2001:db8::1]:443/tcp", Host("", NET("2001:db8::1"), (443, 443), "tcp")),
    ],
)
def test_a_place_is_a_name_or_a_network_with_ports_and_protocol(text: str, host: Host) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    "text",
    ["", "sip", "sip.example:", "sip.example:0", "sip.example:70000", "sip.example:20-10",
     "sip.example/icmp", "203.0.113.1/24", "203.0.113", "[203.0.113.1]:443", "https://sip.example/",
     "a b.example", "-a.example", "*.example", "sip.example; drop"],
)  # fmt: skip
def test_what_is_no_place_is_none(text: str) -> None:
    assert host_of(text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_place_or_none(text: str) -> None:
    host = host_of(text)
    assert host is None or bool(host.name) != bool(host.network)


@pytest.mark.parametrize(
    ("old", "new", "language", "words"),
    [
        ("sip.example:5060-5061", "sip.example:x", "de", "kein Ort im Internet"),
        ("sip.example:5060-5061", "sip.example:x", "en", "no place on the internet"),
        ('hosts = ["portal.example:443/tcp", "[2001:db8:100::/64]:443/tcp"]', "", "de", "nennt keine hosts"),
        ('hosts = ["portal.example:443/tcp", "[2001:db8:100::/64]:443/tcp"]', "", "en", "names no hosts"),
        ('id = "sperr-portal"', 'id = "sperr-hotline"', "de", "gibt es schon"),
        ("core = false", "", "en", "'core' is missing"),
        ('"cloud-data"', '"cloud-dat"', "en", "none of the known resources"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_service_is_told(
    edit: Edit, old: str, new: str, language: Language, words: str
) -> None:
    _, problems = load(edit("services.toml", old, new))
    (problem,) = (one for one in problems if one.place.file == "services.toml")
    assert words in problem.sentence(language)


def test_a_plan_without_services_is_a_plan(edit: Edit) -> None:
    folder = edit("services.toml", "core = true", "core = true")
    (folder / "services.toml").unlink()
    (folder / "i18n/en/services.toml").unlink()
    plan, problems = load(folder)
    assert plan is not None
    assert plan.services == ()
    assert {problem.code for problem in problems} == {"no-such-service"}  # what measures name
