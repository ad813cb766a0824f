"""Configurations to try: a good one, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

from notanker.config.load import load
from notanker.config.model import Config
from notanker.errors import Problem

GOOD = """\
[site]
id = "musterhafen"

[primary]
interface = "eth0"
resolvers = ["192.0.2.53"]

[backup]
interface = "eth1"
modem = "lte1"

[[anchor]]
kind = "icmp"
address = "192.0.2.1"

[[anchor]]
kind = "icmp"
address = "198.51.100.1"

[[anchor]]
kind = "icmp"
address = "203.0.113.1"

[alerts]
sms = ["lte1"]

[[plugin]]
name = "lte1"
kind = "huawei_lte"
"""


def read(tmp_path: Path, text: str) -> tuple[Config | None, list[Problem]]:
    """Write the text into a file and load it."""
    path = tmp_path / "notanker.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def without(line: str, text: str = GOOD) -> str:
    """Return the text without a line that must be in it."""
    assert line in text
    return text.replace(line + "\n", "", 1)


def instead(line: str, other: str, text: str = GOOD) -> str:
    """Return the text with a line replaced that must be in it."""
    assert line in text
    return text.replace(line, other, 1)
