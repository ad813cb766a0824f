"""The portal's configuration: what it refuses, and the address that it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notanker.config.portal import PortalConfig


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"address": "notfall.lan"}, "address"),
        ({"address": "100.64.0.1"}, "address"),
        ({"address": "fd00::1"}, "address"),
        ({"name": "a b"}, "name"),
        ({"name": "notfall.firma.example"}, "name"),
        ({"certificate": Path("a"), "key": Path("b")}, "name"),
        ({"name": "notfall.firma.example", "certificate": Path("a")}, "name"),
    ],
)
def test_what_devices_could_not_use_is_refused_in_both_languages(
    values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValueError, match=field) as refused:
        PortalConfig(**values)
    german, english = refused.value.args
    assert german.startswith(f"{field}: ")
    assert english.startswith(f"{field}: ")
    assert german != english


def test_the_address_that_devices_are_sent_to_needs_no_name() -> None:
    assert PortalConfig(port=80).url == "http://10.42.0.1/"
    assert PortalConfig(port=8080, address="192.168.50.1").url == "http://192.168.50.1:8080/"


def test_a_certificate_comes_with_name_and_key() -> None:
    whole: dict[str, Any] = {"certificate": Path("a"), "key": Path("b")}
    assert PortalConfig(name="notfall.firma.example", **whole).tls_port == 443
