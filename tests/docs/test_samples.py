"""What the documents tell people to write can really be read."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

import notanker_central
from notanker.config.load import load
from notanker.errors import errors_of

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def block(document: str, heading: str = "") -> str:
    """Return the first TOML block of a document, after the heading if one is given."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", text[text.index(heading) :], re.DOTALL)
    assert found is not None, document
    return found[1]


def test_the_sample_configuration_has_no_error(tmp_path: Path) -> None:
    file = tmp_path / "notanker.toml"
    file.write_text(block("docs/configuration.md"), encoding="utf-8")
    config, problems = load(file)
    assert config is not None
    assert not errors_of(problems), [problem.sentence("en") for problem in problems]


@pytest.mark.parametrize("document", ["docs/central.md", "docs/de/central.md"])
def test_the_centres_sample_misses_only_the_certificate(document: str, tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    file.write_text(block(document), encoding="utf-8")
    _, problems = notanker_central.load(file)
    fields = {problem.place.field for problem in errors_of(problems)}
    # Certificates, passwords and the file with a provider's secret are the reader's own.
    assert fields <= {"listen", "keys.ca", "mqtt.ca", "mqtt.password", "oidc.issuer"}


DEBIANS = ("/usr/sbin/nft", "/usr/sbin/dnsmasq")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists_and_waits_for_no_network(unit: Path) -> None:
    from notanker.cli.commands import PLACES

    text = unit.read_text(encoding="utf-8")
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    program, command, *_ = parser["Service"]["ExecStart"].split()
    # Two units of ours start Debian's own programs.
    assert command in PLACES if program.endswith("/notanker") else program in DEBIANS
    orders = " ".join(parser["Unit"].get(key, "") for key in ("After", "Wants", "Requires"))
    assert "network-online.target" not in orders
