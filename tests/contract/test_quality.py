"""The plugin quality list: what every plugin has that is installed with notanker."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import msgspec
import pytest

from notanker.plugin import Plugin
from notanker.plugin.contract import GROUP, parts_of
from notanker.plugin.options import read_options

ROOT = Path(__file__).parents[2]
HEADINGS = [
    "What it does",
    "Hardware seen",
    "Configuration",
    "When it fails",
    "In the lab",
    "Quirks",
]
# Codec and web exchange are imported by their modules, so that no plugin carries what it does not use.
CONTRACT = re.compile(r"notanker\.plugin(\.web|\.sms(\.\w+)?)?")
POINTS = sorted(entry_points(group=GROUP), key=lambda point: point.name)


@pytest.fixture(params=POINTS, ids=lambda point: point.name)
def point(request: pytest.FixtureRequest) -> EntryPoint:
    found: EntryPoint = request.param
    return found


@pytest.fixture
def folder(point: EntryPoint) -> Path:
    return ROOT / "plugins" / point.name


def test_there_is_a_plugin() -> None:
    assert "huawei_lte" in [point.name for point in POINTS]


def test_every_folder_of_a_plugin_has_an_entry_point() -> None:
    folders = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    assert folders == {point.name for point in POINTS}


def test_the_entry_point_leads_to_a_plugin_that_plays_a_part(point: EntryPoint) -> None:
    kind = point.load()
    assert issubclass(kind, Plugin)
    assert parts_of(kind)
    assert point.value.startswith(f"notanker_{point.name}:")
    deadlines = {kind.deadline_s, *kind.deadlines_s.values()}
    assert all(0 < deadline_s <= 300 for deadline_s in deadlines)


def test_the_readme_has_its_headings_and_no_others(folder: Path) -> None:
    text = re.sub(r"```.*?```", "", (folder / "README.md").read_text(), flags=re.DOTALL)
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    sections = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    for heading, section in zip(HEADINGS, sections, strict=True):
        assert len(section.split()) > 5 or heading == "Configuration", heading


def test_the_readme_holds_the_sample_as_it_is(folder: Path) -> None:
    sample = (folder / "sample.toml").read_text()
    assert f"```toml\n{sample}```" in (folder / "README.md").read_text()


def test_the_sample_shows_every_option_with_its_default(point: EntryPoint, folder: Path) -> None:
    text = (folder / "sample.toml").read_text()
    (entry,) = tomllib.loads(text)["plugin"]
    kind = point.load().Config
    assert entry["kind"] == point.name
    config, problems = read_options(entry["options"], kind)
    assert not problems
    assert config == kind()
    for field in msgspec.structs.fields(kind):
        assert re.search(rf"^#? ?{field.encode_name} = ", text, flags=re.MULTILINE), field.name


def test_it_is_tested_against_an_emulator_of_the_lab(point: EntryPoint, folder: Path) -> None:
    lab = (folder / "README.md").read_text().partition("## In the lab")[2].partition("\n## ")[0]
    modules = re.findall(r"`(notanker_lab\.\w+)`", lab)
    assert modules
    for module in modules:
        assert importlib.util.find_spec(module), module
    suite = Path(__file__).parent / f"test_{point.name}.py"
    assert suite.name in lab
    assert "notanker_lab" in suite.read_text()


def test_it_imports_nothing_of_notanker_but_the_contract(point: EntryPoint, folder: Path) -> None:
    own = f"notanker_{point.name}"
    for path in (folder / own).rglob("*.py"):
        for name in _imports(path):
            if name.partition(".")[0].startswith("notanker"):
                assert CONTRACT.fullmatch(name) or name.partition(".")[0] == own, (path, name)


def test_hardware_is_claimed_only_with_its_firmware(folder: Path) -> None:
    section = (folder / "README.md").read_text().partition("## Hardware seen")[2]
    first = section.partition("\n## ")[0].split(".")[0].strip().lower()
    assert first == "none yet" or "firmware" in section.partition("\n## ")[0]


def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names
