"""The file that tells the box's DNS forwarder whom to ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.core.names import Uplink
from notanker.errors import Language
from notanker.shell.forwarder import Forwarder, of_one_line
from notanker.shell.logs import QUIET
from tests.unit.config.samples import GOOD, instead, read

RESOLVERS = {Uplink.PRIMARY: ("192.0.2.53", "2001:db8::53"), Uplink.BACKUP: ("198.51.100.53",)}


def forwarder(file: Path) -> Forwarder:
    return Forwarder(file, RESOLVERS, QUIET)


def test_the_file_names_the_resolvers_of_the_line_in_use_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    points = forwarder(file)
    points.point(Uplink.BACKUP)
    assert [line for line in file.read_text().splitlines() if line[0] != "#"] == [
        "nameserver 198.51.100.53"
    ]
    points.point(Uplink.PRIMARY)
    assert "nameserver 2001:db8::53\n" in file.read_text()
    assert "198.51.100.53" not in file.read_text()


def test_a_file_that_is_right_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    forwarder(file).point(Uplink.BACKUP)
    before = file.stat().st_ino
    forwarder(file).point(Uplink.BACKUP)
    assert file.stat().st_ino == before


def test_a_file_that_cannot_be_written_is_trouble_until_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "dns"
    points = forwarder(folder / "resolv.conf")
    points.point(Uplink.BACKUP)
    assert points.trouble is not None
    assert all(str(folder) in words for words in points.trouble)
    folder.mkdir()
    points.point(Uplink.BACKUP)
    assert points.trouble is None


def test_a_resolver_that_both_lines_name_belongs_to_neither() -> None:
    shared = "2001:DB8::1"
    found = of_one_line(
        {Uplink.PRIMARY: (shared, "192.0.2.53"), Uplink.BACKUP: ("2001:db8::1", "198.51.100.53")}
    )
    assert found == {Uplink.PRIMARY: ("192.0.2.53",), Uplink.BACKUP: ("198.51.100.53",)}


@pytest.mark.parametrize(("language", "words"), [("de", "braucht die Resolver"), ("en", "needs")])
def test_a_forwarder_without_resolvers_of_a_line_is_a_problem(
    tmp_path: Path, language: Language, words: str
) -> None:
    config, problems = read(tmp_path, GOOD + '\n[dns]\nforwarder = "dnsmasq"\n')
    assert config is None
    (problem,) = problems
    assert problem.place.field == "backup"
    assert words in problem.sentence(language)


def test_a_forwarder_with_resolvers_of_both_lines_is_fine(tmp_path: Path) -> None:
    text = instead('interface = "eth1"', 'interface = "eth1"\nresolvers = ["198.51.100.53"]')
    config, problems = read(tmp_path, text + '\n[dns]\nforwarder = "dnsmasq"\n')
    assert not problems
    assert config is not None
    assert config.dns is not None
