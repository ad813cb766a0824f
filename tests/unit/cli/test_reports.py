"""`notanker incidents`: the after-action report as a page, with what people add to it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Call, SiteFiles
from tests.unit.core.world import World


class Page(HTMLParser):
    """The words of a page, and whatever it would fetch from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(call: Call) -> Page:
    return Page(call("incidents", "report", "1", "--html").stdout)


def test_the_page_tells_what_happened_and_who_was_told(
    call: Call, history: World, language: str
) -> None:
    shown = page(call)
    words = {
        "de": ("Auswertungsbericht zu Störung 1", "Alarmmeldung", "Gemessen an den Zielen"),
        "en": ("After-action report on incident 1", "Alert", "Measured against the targets"),
    }
    for text in words[language]:
        assert text in shown.text
    assert shown.fetched == []


def test_each_figure_stands_beside_its_target(call: Call, history: World) -> None:
    text = page(call).text
    assert "60" in text or "1 min" in text
    assert ("erreicht" in text.split()) or ("met" in text.split())


def test_notes_and_measures_are_added_and_the_facts_stay(
    call: Call, history: World, files: SiteFiles, language: str
) -> None:
    before = json.loads(call("incidents", "report", "1", "--json").stdout)
    assert (
        call("incidents", "note", "1", "Der <Anbieter> war schnell.", "--by", "Mara").exit_code == 0
    )
    added = call("incidents", "note", "1", "USV prüfen", "--by", "Ines", "--due", "2026-12-24")
    assert added.exit_code == 0
    text = page(call).text
    for words in ("Der <Anbieter> war schnell.", "USV prüfen", "Ines", "2026-12-24"):
        assert words in text
    assert json.loads(call("incidents", "report", "1", "--json").stdout) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("note", "99", "x", "--by", "y"),
        ("note", "1", "x" * 5000, "--by", "y"),
        ("note", "1", "x", "--by", "y", "--due", "bald"),
        ("show", "99"),
        ("export", "99", "folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    call: Call, history: World, arguments: tuple[str, ...]
) -> None:
    result = call("incidents", *arguments)
    assert result.exit_code == 2
    assert result.output.strip()


def test_broken_notes_are_a_sentence_and_stay_as_they_are(
    call: Call, history: World, files: SiteFiles
) -> None:
    path = files.state / "reports" / "1.notes.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")
    assert call("incidents", "note", "1", "x", "--by", "y").exit_code == 2
    assert call("incidents", "report", "1", "--html").exit_code == 2
    assert path.read_text() == "{"


def test_everything_about_an_incident_can_be_taken_away(
    call: Call, history: World, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    assert call("incidents", "export", "1", str(folder)).exit_code == 0
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "1.report.json", "1.notes.json", "1.report.de.html", "1.report.en.html",
        "1.timeline.de.svg", "1.timeline.en.svg",
    }  # fmt: skip
    assert "Störung 1" in (folder / "1.report.de.html").read_text()


def test_an_incident_is_shown_as_it_stands(call: Call, history: World, language: str) -> None:
    shown = call("incidents", "show", "1")
    assert shown.exit_code == 0
    assert "1-1" in shown.output
    assert json.loads(call("incidents", "show", "1", "--json").stdout)["number"] == 1
