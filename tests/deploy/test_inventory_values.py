"""What a technician reads when a value of his inventory is wrong."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

COLLECTION = Path(__file__).parents[2] / "deploy" / "ansible"
SPEC = {
    "notanker_site_id": {"type": "str", "required": True},
    "notanker_mode": {"type": "str", "choices": ["solo", "gateway"]},
    "notanker_lan": {"type": "list", "elements": "str"},
    "notanker_admin_networks": {"type": "list", "elements": "str"},
    "notanker_portal_address": {"type": "str"},
    "notanker_centre_url": {"type": "str"},
    "notanker_time_zone": {"type": "str"},
    "wifi_channel": {"type": "int"},
    "wifi_hidden": {"type": "bool"},
    "wifi_key": {"type": "str", "choices": ["only this"], "no_log": True},
    "wifi_more": {"type": "dict"},
}
WELL = {"notanker_site_id": "musterdorf"}


def _load() -> Any:
    path = COLLECTION / "plugins" / "filter" / "inventory.py"
    spec = importlib.util.spec_from_file_location("inventory", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


inventory = _load()


def said(language: str = "en", /, **given: Any) -> list[str]:
    places = dict.fromkeys({**SPEC, **given}, "host_vars/musterdorf.yml")
    told: list[str] = inventory.wrong_values({**WELL, **given}, SPEC, language, places)
    return told


def test_values_as_they_should_be_are_passed() -> None:
    assert not said(
        notanker_mode="gateway",
        notanker_lan=["eth1", "wlan0"],
        notanker_admin_networks=["192.0.2.0/24", "2001:db8::/32"],
        notanker_portal_address="10.42.0.1",
        notanker_centre_url="https://centre.example:8443",
        notanker_time_zone="Europe/Berlin",
        wifi_channel="11",
        wifi_hidden=True,
        wifi_more={"a": 1},
    )


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("notanker_site_id", "Muster Dorf", "a name of a-z, 0-9, - and _"),
        ("notanker_mode", "router", "one of solo, gateway"),
        ("notanker_lan", "eth1", "a list such as [a, b]"),
        ("notanker_lan", ["eth1", "a/b"], "an interface's name such as eth0"),
        ("notanker_admin_networks", ["192.0.2.1/24"], "a network such as 192.0.2.0/24"),
        ("notanker_portal_address", "10.42.0.256", "an address such as 10.42.0.1"),
        ("notanker_centre_url", "http://centre.example", "https://centre.example:8443"),
        ("notanker_time_zone", "Berlin", "a time zone such as Europe/Berlin"),
        ("wifi_channel", "eleven", "a whole number"),
        ("wifi_channel", True, "a whole number"),
        ("wifi_hidden", "perhaps", "true or false"),
        ("wifi_more", ["a"], "a block of 'name: value'"),
    ],
)
def test_a_wrong_value_is_told_with_its_file_and_what_is_meant(
    name: str, value: object, meant: str
) -> None:
    (sentence,) = said(**{name: value})
    assert sentence.startswith(f"{name} (host_vars/musterdorf.yml): '")
    assert meant in sentence


def test_the_one_of_a_list_that_is_wrong_is_named() -> None:
    (sentence,) = said(notanker_admin_networks=["192.0.2.0/24", "office"])
    assert "'office' does not fit" in sentence
    assert "192.0.2.0/24'" not in sentence


def test_everything_is_told_at_once() -> None:
    assert len(said(notanker_mode="router", notanker_lan="eth1", wifi_channel="eleven")) == 3


def test_what_is_needed_and_missing_or_empty_is_told() -> None:
    for given_id in (None, ""):
        (sentence,) = said(notanker_site_id=given_id)
        assert "is missing" in sentence


def test_what_a_role_needs_may_come_from_what_all_roles_share() -> None:
    assert not inventory.wrong_values({}, SPEC, "en", {}, needed=False)


def test_a_mistyped_name_is_told_with_the_one_that_is_meant() -> None:
    (sentence,) = said(wifi_chanel=11)
    assert "wifi_channel is probably meant" in sentence


def test_a_name_of_ours_that_is_none_is_told_and_somebody_elses_is_left_alone() -> None:
    assert "take it out" in said(notanker_coffee="black")[0]
    assert not said(wifi_survey_of_the_building="2026")


def test_a_secret_is_never_shown() -> None:
    (sentence,) = said(wifi_key="hunter-and-gatherer")
    assert "hunter" not in sentence


def test_german_is_for_technicians() -> None:
    (sentence,) = said("de", notanker_mode="router")
    assert sentence.endswith("„router“ passt nicht; gemeint ist eines von solo, gateway.")


@given(
    name=st.sampled_from(sorted(SPEC)),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_whatever_stands_in_an_inventory_is_told_in_a_line(name: str, value: object) -> None:
    assert len(said(**{name: value})) <= 1


def test_the_file_that_counts_most_is_named(tmp_path: Path) -> None:
    for name, text in {
        "inventory.yml": "notanker_sites: {hosts: {musterdorf: {notanker_lte: lte0}}}\n",
        "group_vars/all.yml": "notanker_mode: solo\nnotanker_language: de\n",
        "group_vars/notanker_sites/wifi.yml": "notanker_mode: gateway\n",
        "host_vars/musterdorf.yml": "---\nnotanker_language: en\n",
        "host_vars/musterstadt.yml": "notanker_lan: []\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    names = ["notanker_language", "notanker_mode", "notanker_lte", "notanker_lan"]
    assert inventory.written_in(names, str(tmp_path), "musterdorf", ["notanker_sites"]) == {
        "notanker_language": "host_vars/musterdorf.yml",
        "notanker_mode": "group_vars/notanker_sites/wifi.yml",
        "notanker_lte": "inventory.yml",
        "notanker_lan": "host_vars/musterdorf.yml",
    }


def test_every_role_says_what_each_of_its_defaults_is() -> None:
    for path in sorted((COLLECTION / "roles").glob("*/meta/argument_specs.yml")):
        role, specs = path.parents[1], yaml.safe_load(path.read_text("utf-8"))
        options = specs["argument_specs"]["main"].get("options") or {}
        file = role / "defaults" / "main.yml"
        defaults = (yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}) or {}
        assert set(defaults) <= set(options), role.name
        assert all(option.get("description") for option in options.values()), role.name
