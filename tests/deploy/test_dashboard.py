"""The Grafana dashboard: the shape that Grafana's schema wants, and only figures that the centre tells.

No Grafana is at hand here, so what is checked is what its model demands (grafana/kinds/dashboard, schema
version 36 and later): ids that are there once, places that do not overlap, targets with a data source.
"""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/notanker.json").read_text("utf-8"))
SOURCE = (ROOT / "central/notanker_central/metrics.py").read_text("utf-8")
TOLD = set(re.findall(r'"(notanker_[a-z_]+)"', SOURCE))
KINDS = {"stat", "timeseries"}


def expressions() -> list[str]:
    return [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]


def test_what_grafana_cannot_do_without_is_there() -> None:
    assert BOARD["schemaVersion"] >= 36
    assert BOARD["id"] is None
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", BOARD["uid"])
    assert {"from", "to"} <= BOARD["time"].keys()
    assert [one["type"] for one in BOARD["templating"]["list"]] == ["datasource"]


@pytest.mark.parametrize("panel", BOARD["panels"], ids=lambda one: str(one["title"]))
def test_a_panel_has_its_place_and_its_source(panel: dict[str, Any]) -> None:
    place = panel["gridPos"]
    assert 0 <= place["x"] <= place["x"] + place["w"] <= 24
    assert panel["type"] in KINDS
    for target in panel["targets"]:
        assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[0]["value"] is None


def test_no_panel_lies_over_another() -> None:
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    for one, other in itertools.combinations([p["gridPos"] for p in BOARD["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


def test_dashboard_and_rules_ask_only_for_what_the_centre_tells() -> None:
    rules = (ROOT / "deploy/prometheus/notanker.rules.yml").read_text("utf-8")
    asked = set(
        re.findall(
            r"notanker_[a-z_]+", " ".join([*expressions(), *re.findall(r"expr: (.*)", rules)])
        )
    )
    assert asked
    assert asked <= TOLD
