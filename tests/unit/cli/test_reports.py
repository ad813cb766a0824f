"""`notanker incidents`: the after-action report as a page, with what people add to it."""

from __future__ import annotations

import asyncio
import json
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notanker.core.delivery import Delivery
from notanker.core.facts import Opened, Resolved, Started
from notanker.core.names import Cause, Line, Outcome, Uplink
from notanker.plan.report_page import MOST_ROWS, MOST_SHORTFALLS, MOST_TOLD, folded, report_page
from notanker.shell import journal
from notanker.shell.journal import Journal
from tests.unit import incidents_of
from tests.unit.cli.conftest import Call, SiteFiles, keep
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
        ("show", "-1"),
        ("show", "9" * 30),
        ("reviewed", "99", "--by", "y"),
        ("reviewed", "2", "--by", "y"),
        ("reviewed", "1", "--by", " "),
        ("reviewed", "1", "--by", "y" * 200),
        ("list", "--last", "0"),
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


# The list.


def test_the_list_is_a_command_and_says_what_was_not_reviewed(
    call: Call, history: World, language: str
) -> None:
    not_yet, done = {
        "de": ("nicht ausgewertet", " ausgewertet"), "en": ("not reviewed", " reviewed"),
    }[language]  # fmt: skip
    second, first = call("incidents", "list").output.splitlines()
    assert (second.split()[0], first.split()[0]) == ("2", "1")
    assert not_yet in first
    assert not_yet not in second, "it is still open"
    assert call("incidents", "reviewed", "1", "--by", "Mara", "--note", "USV fehlt.").exit_code == 0
    first = call("incidents", "list").output.splitlines()[1]
    assert done in first
    assert not_yet not in first
    listed = json.loads(call("incidents", "list", "--json").stdout)
    assert [item["review"] and item["review"]["by"] for item in listed] == [None, "Mara"]
    text = page(call).text
    assert "Mara" in text
    assert "USV fehlt." in text


def test_a_review_changes_no_fact(call: Call, history: World) -> None:
    before = call("incidents", "report", "1", "--json").stdout
    assert call("incidents", "reviewed", "1", "--by", "Mara").exit_code == 0
    assert call("incidents", "report", "1", "--json").stdout == before


def test_an_old_incident_is_found_and_the_list_says_how_many_there_are(
    call: Call, files: SiteFiles, language: str
) -> None:
    at = incidents_of.at
    facts = [
        fact
        for number in range(1, 31)
        for fact in (
            Opened(at(number), number, Cause.DNS, "", Line.PRIMARY),
            Resolved(at(number + 1), number),
        )
    ]
    keep(files.state / "journal.sqlite", [*facts, *([Started(at(99), Uplink.PRIMARY, "1")] * 6000)])
    shown = call("incidents", "list").output.splitlines()
    assert len(shown) == 21
    assert "10" in shown[-1]
    assert len(call("incidents", "list", "--last", "30").output.splitlines()) == 30
    assert json.loads(call("incidents", "show", "1", "--json").stdout)["number"] == 1
    assert call("incidents", "report", "1").exit_code == 0


# Who was told what.


def test_the_report_has_channel_and_words_while_the_outbox_has_them_and_never_the_pin(
    call: Call, files: SiteFiles, language: str
) -> None:
    sent = Delivery(
        "17-1", 17, "+493023125110", "STÖRUNG, PIN 4829#. Nr 17-1", 5.0, Outcome.SENT,
        channel="lte1", carries=("17-2",),
    )  # fmt: skip

    async def write() -> None:
        store = Journal(files.state / "journal.sqlite")
        store.start()
        await store.do(journal.append(incidents_of.usual(), [sent]))
        await asyncio.to_thread(store.close)

    asyncio.run(write())
    found = json.loads(call("incidents", "report", "17", "--json").stdout)
    assert found["format"] == 2
    by_mark = {message["mark"]: message for message in found["messages"]}
    assert by_mark["17-1"]["channel"] == "lte1"
    assert by_mark["17-1"]["text"] == by_mark["17-2"]["text"] == "STÖRUNG, PIN ****#. Nr 17-1"
    assert by_mark["17-3"]["text"] == ""
    for arguments in (("report", "17"), ("report", "17", "--html")):
        shown = call("incidents", *arguments).output
        assert "PIN ****#" in shown
        assert "4829" not in shown


def test_a_report_fits_a_terminal_of_80_columns(
    call: Call, files: SiteFiles, language: str
) -> None:
    keep(files.state / "journal.sqlite", [*incidents_of.usual(), *incidents_of.worst()])
    for number in ("17", "99"):
        shown = call("incidents", "report", number)
        assert shown.exit_code == 0
        assert max(map(len, shown.output.splitlines())) <= 80


# What is too much for paper.


def test_what_is_too_much_for_paper_is_folded_and_counted() -> None:
    assert folded(range(5), 4).hidden == (), "one alone is not folded"
    cut = folded(range(10), 4, last=1)
    assert (list(cut.first), list(cut.hidden), list(cut.last)) == (
        [0, 1, 2],
        [3, 4, 5, 6, 7, 8],
        [9],
    )
    report = incidents_of.made(incidents_of.worst(), incidents_of.beside_worst())
    shown = Page(report_page(report, (), "de"))
    for words in (
        f"{len(report.shortfalls) - MOST_SHORTFALLS} weitere",
        f"{len(report.messages) - MOST_TOLD} weitere Meldungen",
        "weitere Einträge dazwischen",
    ):
        assert words in shown.text
    assert report.messages[-1].mark in shown.text, "it is one tap away"
    assert len(report.rows) > MOST_ROWS


def test_the_summary_tells_the_whole_in_one_breath() -> None:
    shown = Page(
        report_page(incidents_of.made(incidents_of.usual()), (), "en", ZoneInfo("Europe/Berlin"))
    ).text
    for words in (
        "10:42:07: the primary line fails. Cause: Musternetz (likely).",
        "After 1.4 s traffic runs over the backup uplink.",
        "After 5.1 s the first message goes out, to 3 people.",
        "Mara Beispiel acknowledges after 2 min.",
        "After 3 h 28 min the primary line is back.",
        "5 of 5 targets met.",
    ):
        assert words in shown
