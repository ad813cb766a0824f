"""/metrics: the text format, who may read it, and figures that are those of the fleet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Hands, Makers

from notanker_central.metrics import (
    CONTENT_TYPE,
    Family,
    Watch,
    metrics_app,
    render,
)
from notanker_central.metrics_settings import Metrics, may_read
from notanker_central.store import Store

WATCH = Watch(1.5, 0.25, {"stored": 10, "old": 2, "malformed": 3}, {"mail": 0, "zbx": 4})
_LINE = re.compile(
    r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? \S+'
)


def read(store: Store, hands: Hands, settings: Metrics, **headers: str) -> tuple[int, str]:
    client = metrics_app(store, settings, hands.clock, lambda: WATCH).test_client()
    answer = client.get("/metrics", headers=headers)
    if answer.status_code == 200:
        assert answer.headers["content-type"] == CONTENT_TYPE
    return answer.status_code, answer.get_data(as_text=True)


def test_the_fleet_is_told_in_aggregates(store: Store, make: Makers, hands: Hands) -> None:
    store.take(make.beat(1), hands.wall_s)
    hands.move(100.0)
    _, text = read(store, hands, Metrics())
    lines = text.splitlines()
    assert 'notanker_sites{state="ok"} 1' in lines
    assert 'notanker_sites{state="never"} 1' in lines
    assert "notanker_lte_proof_oldest_seconds 100" in lines
    assert 'notanker_beats_total{result="stored"} 10' in lines
    assert 'notanker_beats_refused_total{reason="malformed"} 3' in lines
    assert 'notanker_sender_failures{name="zbx"} 4' in lines
    assert "nord" not in text


def test_single_sites_are_told_only_if_asked_for(store: Store, make: Makers, hands: Hands) -> None:
    store.take(make.beat(1), hands.wall_s)
    _, text = read(store, hands, Metrics(per_site=True))
    assert 'notanker_site_up{site="nord",region="Küste"} 1' in text.splitlines()
    assert 'notanker_site_up{site="sued",region=""} 0' in text.splitlines()


def test_every_family_has_help_and_type_before_its_series(store: Store, hands: Hands) -> None:
    _, text = read(store, hands, Metrics(per_site=True))
    named = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            named = line.split()[2]
        elif not line.startswith("#"):
            assert line.startswith(named)
            assert _LINE.fullmatch(line)
    assert text.endswith("\n")


@given(st.text(max_size=40), st.floats())
def test_no_label_and_no_value_breaks_the_format(label: str, value: float) -> None:
    text = render([Family("some_metric", "gauge", label, [({"name": label}, value)])])
    lines = text.split("\n")
    assert len(lines) == 4
    assert _LINE.fullmatch(lines[2])


def test_strangers_read_nothing(store: Store, hands: Hands, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("geheim\n")
    settings = Metrics(allow=(), token=token)
    assert read(store, hands, settings)[0] == 401
    assert read(store, hands, settings, authorization="Bearer falsch")[0] == 401
    assert read(store, hands, settings, authorization="Bearer geheim")[0] == 200


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("192.0.2.7", True),
        ("198.51.100.1", False),
        ("2001:db8::1", False),
        ("", False),
        ("x", False),
    ],
)
def test_a_network_may_read_without_a_token(address: str, may: bool) -> None:
    assert may_read(Metrics(allow=("192.0.2.0/24",)), address, "") is may


def test_what_is_no_network_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="allow"):
        Metrics(allow=("office",))
