"""The commands at the desk where a plan is written: begin, look, print, help the editor."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import tomllib
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from notanker.cli.commands import notanker
from notanker.config.fields import Document
from notanker.errors import LANGUAGES, Language, errors_of
from notanker.plan.front import split
from notanker.plan.load import load
from notanker.plan.schema import OF_TABLES, WHOLE, file_name, schemas
from notanker.plan.skeleton import MARKS, skeleton, unfilled
from tests.unit.cli.conftest import EXAMPLE_PLAN


def call(*arguments: str | Path, language: str = "en") -> Result:
    return CliRunner().invoke(
        notanker, ["plan", *map(str, arguments)], env={"NOTANKER_LANG": language}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_plan_passes_its_check_but_for_what_is_to_be_filled_in(
    language: Language, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    assert call("init", folder, "--lang", language).exit_code == 0
    plan, problems = load(folder)
    assert plan is not None
    assert not problems
    assert {problem.code for problem in unfilled(folder)} == {"fill-in"}
    checked = call("check", folder, "--json")
    assert checked.exit_code == 0
    assert {problem["code"] for problem in json.loads(checked.stdout)} == {
        "fill-in", "missing-role", "odd-span", "never-drilled", "pin-too-easy",
    }  # fmt: skip
    words = "".join(path.read_text("utf-8") for path in folder.rglob("*.*"))
    other = next(mark for tongue, mark in MARKS.items() if tongue != language)
    assert MARKS[language] in words
    assert other not in words
    assert "@" not in words
    assert not re.search(r"^(de|en)\|", words, re.MULTILINE)


def test_a_plan_that_is_filled_in_has_nothing_left_to_fill_in(tmp_path: Path) -> None:
    call("init", tmp_path / "plan", "--lang", "de")
    for path in (tmp_path / "plan").rglob("*.*"):
        path.write_text(path.read_text("utf-8").replace(MARKS["de"], "x"), "utf-8")
    assert unfilled(tmp_path / "plan") == []
    assert not load(tmp_path / "plan")[1]


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = call("init", tmp_path)
    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (2, ["mine.txt"])
    assert "is not empty" in done.output


def test_both_languages_begin_with_the_same_files_and_fields() -> None:
    day = dt.date(2026, 11, 26)
    german, english = skeleton("de", day), skeleton("en", day)
    assert german.keys() == english.keys()
    for name, text in german.items():
        if name.endswith(".toml"):
            assert shape(tomllib.loads(text)) == shape(tomllib.loads(english[name]))


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def test_a_plan_fits_eighty_columns() -> None:
    for arguments in ((), ("--page", "ruhe"), ("--page", "nur-internet-vpn")):
        done = call("show", EXAMPLE_PLAN, *arguments, language="de")
        assert done.exit_code == 0
        assert max(map(len, done.stdout.splitlines())) <= 80
    assert "+49 30 23125 110" in call("show", EXAMPLE_PLAN).stdout
    missing = call("show", EXAMPLE_PLAN, "--page", "nix")
    assert missing.exit_code == 2
    assert "nur-internet-vpn" in missing.output


def test_the_pages_lead_to_one_another_without_a_server(tmp_path: Path) -> None:
    assert call("render", EXAMPLE_PLAN, tmp_path).exit_code == 0
    pages = {path.resolve() for path in tmp_path.rglob("*.html")}
    assert len(pages) > 8
    reached = set()
    for path in pages:
        text = path.read_text("utf-8")
        for link in re.findall(r'href="([^":#]+\.html)', text):
            assert (path.parent / link).resolve() in pages, (path, link)
            reached.add((path.parent / link).resolve())
    assert len(pages - reached) <= 1


def streams(paper: bytes) -> bytes:
    """Return all that a PDF holds, unpacked."""
    found = b""
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL):
        try:
            found += zlib.decompress(raw)
        except zlib.error:
            found += raw
    return found + paper


def test_the_paper_is_tagged_and_says_its_language(tmp_path: Path) -> None:
    out = tmp_path / "plan.pdf"
    done = call("pdf", EXAMPLE_PLAN, "-o", out, "--lang", "de")
    assert done.exit_code == 0, done.output
    inside = streams(out.read_bytes())
    assert b"/StructTreeRoot" in inside
    assert b"/Marked true" in inside
    assert b"/Lang (de)" in inside
    assert re.search(rb"pdfuaid:part[^0-9]{1,3}1", inside)


def test_without_weasyprint_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    done = call("pdf", EXAMPLE_PLAN, "-o", tmp_path / "x.pdf")
    assert done.exit_code == 2
    assert "pip install notanker[desk]" in done.output


def resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def faults(value: object, schema: dict[str, Any], root: dict[str, Any], at: str) -> list[str]:
    """Validate as far as the plan's schemas go: types, enums, patterns, bounds, keys."""
    schema = resolved(schema, root)
    if "anyOf" in schema:
        rows = [faults(value, option, root, at) for option in schema["anyOf"]]
        return [] if any(not row for row in rows) else [f"{at}: none fits"]
    found = [] if fits(value, schema) else [f"{at}: {value!r} does not fit"]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{at}: no {key}" for key in schema.get("required", ()) if key not in value]
        for key, item in value.items():
            inner = known.get(key)
            found += faults(item, inner, root, f"{at}.{key}") if inner is not None else [key]
    if isinstance(value, list):
        for item in value:
            found += faults(item, schema.get("items", {}), root, f"{at}[]")
    return found


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str, dt.date),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def fits(value: object, schema: dict[str, Any]) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    if not isinstance(value, KINDS.get(schema.get("type", ""), (object,))):
        return False
    if isinstance(value, str) and "pattern" in schema:
        return bool(re.search(schema["pattern"], value))
    if isinstance(value, int | float):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        return bool(low <= value <= high)
    return not isinstance(value, list) or len(value) >= schema.get("minItems", 0)


def tables(pattern: str) -> list[tuple[str, dict[str, Any]]]:
    """Return each file of the sample plan that a schema is for, as what it holds."""
    found = []
    for path in sorted(EXAMPLE_PLAN.glob(pattern)):
        if pattern == "exercises/*.toml" and path.name == "programme.toml":
            continue
        text = path.read_text("utf-8")
        if path.suffix == ".toml":
            found.append((path.name, tomllib.loads(text)))
        else:
            written, _ = split(text, path.name)
            assert written is not None
            assert isinstance(written.head, Document)
            found.append((path.name, dict(written.head.table)))
    return found


@pytest.mark.parametrize("pattern", sorted({*WHOLE, *OF_TABLES}))
def test_the_sample_plan_is_as_the_schemas_say(pattern: str) -> None:
    schema = schemas()[pattern]
    for name, table in tables(pattern):
        assert faults(table, schema, schema, name) == []
    assert faults({"no-such-key": 1}, schema, schema, "x")


def test_the_schemas_say_what_the_docstrings_say(tmp_path: Path) -> None:
    assert call("schema", "-o", tmp_path).exit_code == 0
    contact = json.loads((tmp_path / "contacts.schema.json").read_text())["$defs"]["Contact"]
    assert contact["description"] == "One person or organisation."
    assert "takes SMS" in contact["properties"]["sms"]["description"]
    rules = tomllib.loads((tmp_path / "taplo.toml").read_text())["rule"]
    assert rules[-1]["include"] == ["**/exercises/*.toml"]
    assert all(Path(rule["schema"]["path"]).exists() for rule in rules)
    assert len({file_name(pattern) for pattern in schemas()}) == len(schemas())


def test_the_sample_plan_itself_has_no_error() -> None:
    assert not errors_of(load(EXAMPLE_PLAN)[1])
