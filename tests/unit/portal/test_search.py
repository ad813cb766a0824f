"""Sixty questions as frightened people type them: the right page is among the first three."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.portal.world import SAMPLE, World, accepted

from notanker.plan.accept import accept
from notanker.plan.folding import both, folded, likeness, trigrams
from notanker.portal.search import questions_words, search

GERMAN = (
    ("netz weg", "szenario/internet-und-telefon-tot szenario/nur-internet-vpn"),
    ("internet geht nicht", "szenario/nur-internet-vpn szenario/internet-und-telefon-tot"),
    ("Internt geht nich", "szenario/nur-internet-vpn szenario/internet-und-telefon-tot"),
    ("kein wählton", "szenario/internet-und-telefon-tot szenario/nur-telefonie"),
    ("kein waehlton", "szenario/internet-und-telefon-tot szenario/nur-telefonie"),
    ("kein wahlton", "szenario/internet-und-telefon-tot szenario/nur-telefonie"),
    ("telefon tot", "szenario/nur-telefonie szenario/internet-und-telefon-tot"),
    ("telefoon kaputt", "szenario/nur-telefonie szenario/internet-und-telefon-tot"),
    ("niemand kann uns anrufen", "szenario/nur-telefonie szenario/internet-und-telefon-tot"),
    ("vpn getrennt", "szenario/nur-internet-vpn szenario/system-auftraggeber"),
    ("stromausfall", "szenario/strom"),
    ("licht aus", "szenario/strom"),
    ("stromasfall", "szenario/strom"),
    ("alles dunkel", "szenario/strom"),
    ("usv piept", "szenario/strom"),
    ("hacker", "szenario/cyberverdacht"),
    ("virus auf dem rechner", "szenario/cyberverdacht"),
    ("erpressung bildschirm", "szenario/cyberverdacht"),
    ("ciberangriff", "szenario/cyberverdacht"),
    ("gebäude gesperrt", "szenario/gebaeude-nicht-nutzbar"),
    ("gebaude evakuiert", "szenario/gebaeude-nicht-nutzbar"),
    ("wir kommen nicht rein", "szenario/gebaeude-nicht-nutzbar"),
    ("lte auch weg", "szenario/lte-auch-weg"),
    ("lte tot", "szenario/lte-auch-weg"),
    ("musterbank system lädt nicht", "szenario/system-auftraggeber"),
    ("kundensystem langsam", "szenario/system-auftraggeber szenario/nur-internet-vpn"),
    ("stoerung ansage", "massnahme/stoerungsansage"),
    ("störungsansage einschalten", "massnahme/stoerungsansage"),
    ("storungsansge", "massnahme/stoerungsansage"),
    ("bandansage", "massnahme/stoerungsansage"),
    ("pin konferenz", "de/#bridge massnahme/dauerkonferenz"),
    ("konfernz pin", "de/#bridge massnahme/dauerkonferenz"),
    ("wo wähle ich mich ein telko", "de/#bridge massnahme/dauerkonferenz"),
    ("rufumleitung", "massnahme/rufumleitung-mobil"),
    ("umleiten auf handy", "massnahme/rufumleitung-mobil massnahme/notfallhandys-ausgeben"),
    ("rufumleitng einrichten", "massnahme/rufumleitung-mobil"),
    ("notfallhandy wo", "massnahme/notfallhandys-ausgeben"),
    ("handys ausgeben", "massnahme/notfallhandys-ausgeben formular/F4"),
    ("homeoffice", "massnahme/heimarbeit"),
    ("von zuhause arbeiten", "massnahme/heimarbeit"),
    ("partnerstandort", "massnahme/partnerstandort"),
    ("formular f1", "formular/F1"),
    ("kunde ohne computer aufnehmen", "formular/F1 massnahme/formular-betrieb"),
    ("karte sperren papier", "formular/F2"),
    ("sperauftrag", "formular/F2"),
    ("protokoll schreiben", "formular/F3"),
    ("lageprotokol", "formular/F3"),
    ("ich habe angst", "seite/ruhe"),
    ("ruhe bewahren", "seite/ruhe"),
    ("neu hier erster tag", "seite/neu-im-team"),
    ("wo ist der technikraum", "seite/standort"),
    ("sammelplatz", "seite/standort szenario/gebaeude-nicht-nutzbar"),
    ("was heißt kopfnummer", "seite/glossar"),
    ("was sage ich dem anrufer", "sprachregelung"),
    ("feuer", "de/#sos"),
    ("wlan passwort", "verbinden"),
    ("alles wieder normal", "massnahme/rueckkehr-normalbetrieb"),
    ("länger bleiben schicht", "massnahme/schicht-verlaengern"),
    ("mail automatische antwort", "massnahme/mail-autoantwort"),
    ("mara beispiel", "kontakte#c-mara-beispiel"),
    ("notfalleitung nummer", "kontakte#c-mara-beispiel"),
    ("hausverwaltung", "kontakte#c-hausverwaltung"),
    ("musternetz entstörung", "kontakte#c-musternetz"),
)
ENGLISH = (
    ("net gone", "szenario/internet-und-telefon-tot szenario/nur-internet-vpn"),
    ("no dial tone", "szenario/internet-und-telefon-tot szenario/nur-telefonie"),
    ("power cut", "szenario/strom"),
    ("hacked", "szenario/cyberverdacht"),
    ("building locked", "szenario/gebaeude-nicht-nutzbar"),
    ("anouncement", "massnahme/stoerungsansage"),
    ("conference pin", "#bridge massnahme/dauerkonferenz"),
    ("confrence pin", "#bridge massnahme/dauerkonferenz"),
    ("divert calls", "massnahme/rufumleitung-mobil"),
    ("work from home", "massnahme/heimarbeit"),
    ("block card paper form", "formular/F2"),
    ("new first day", "seite/neu-im-team"),
    ("keep calm", "seite/ruhe"),
    ("what do i tell callers", "sprachregelung"),
    ("fire", "#sos"),
    ("shift lead phone", "kontakte#c-jonas-muster kontakte#c-schichtleitung"),
)


def index() -> Path:
    return accepted() / "current" / "search.sqlite"


def missed(questions: tuple[tuple[str, str], ...], language: str) -> list[str]:
    found = []
    for question, right in questions:
        prefix = "/en/" if language == "en" else "/"
        wanted = {f"{prefix}{one}" for one in right.split()}
        first = [hit.href for hit in search(index(), question, language)[:3]]
        if wanted.isdisjoint(first):
            found.append(f"{question}: {first}")
    return found


def test_the_right_page_is_among_the_first_three() -> None:
    assert len(GERMAN) >= 60
    assert missed(GERMAN, "de") == []


def test_so_it_is_in_english() -> None:
    assert missed(ENGLISH, "en") == []


def test_the_plans_own_words_lead_where_its_pages_say_something_else(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    shutil.copytree(SAMPLE, plan)
    head = plan / "plan.toml"
    own = 'synonyms = ["Zuse Telefonanlage telephone", "Käseglocke Lageplan"]\n'
    head.write_text(head.read_text().replace("retention = ", own + "retention = ", 1))
    assert accept(plan, tmp_path / "store").fresh
    file = tmp_path / "store" / "current" / "search.sqlite"
    assert "/kontakte#c-telefonanlage" not in [hit.href for hit in search(index(), "zuse", "de")]
    assert "/kontakte#c-telefonanlage" in [hit.href for hit in search(file, "zuse", "de")[:3]]
    for typed in ("käseglocke", "kaeseglocke", "kaseglocke", "käseglokce"):
        assert "/seite/standort" in [hit.href for hit in search(file, typed, "de")[:3]], typed
    assert search(file, "zuse", "en")


def test_umlauts_are_found_however_they_are_typed() -> None:
    first = [
        search(index(), one, "de")[:3] for one in ("Störung", "stoerung", "storung", "STÖRUNG")
    ]
    assert first[0]
    assert all(one == first[0] for one in first[1:])


@pytest.mark.parametrize("question", ["", "   ", "der die das", "xqzzy", "'\"*()", "%", "a", "ü"])
def test_what_says_nothing_finds_nothing_or_little(question: str, world: World) -> None:
    page = world.client.get("/suche", query_string={"q": question})
    assert page.status_code == 200
    assert 'role="search"' in page.text


def test_the_page_shows_the_question_and_cannot_be_broken_by_it(world: World) -> None:
    page = world.client.get("/suche", query_string={"q": "<script>alert(1)</script> netz"}).text
    assert "<script" not in page
    assert "Gefunden zu" in page


def test_a_damaged_or_lost_index_costs_the_search_alone(world: World) -> None:
    file = world.files.search_index
    file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert "Die Suche geht gerade nicht" in world.text("/suche?q=netz")
    file.unlink()
    assert "Dazu steht nichts im Plan" in world.text("/suche?q=netz")


def test_the_index_can_only_be_read() -> None:
    before = index().read_bytes()
    search(index(), "netz weg", "de")
    assert index().read_bytes() == before
    assert not index().with_name("search.sqlite-journal").exists()
    address = f"{index().absolute().as_uri()}?mode=ro&immutable=1"
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(address, uri=True).execute("DELETE FROM page")


@given(st.text(max_size=300))
def test_any_question_is_answered(question: str) -> None:
    assert len(search(index(), question, "de")) <= 12


def test_of_a_long_question_only_the_beginning_is_looked_at() -> None:
    assert len(questions_words("netz " * 5000 + "strom", "de")) == 1
    assert len(questions_words(" ".join(f"wort{n}" for n in range(500)), "de")) == 8


def test_folding_makes_one_word_of_all_ways_to_write_it() -> None:
    assert folded("Störung, Straße!") == "stoerung strasse"
    assert both("Störung") == "stoerung storung"
    assert folded("CAFÉ 24x7") == "cafe 24x7"


def test_likeness_knows_typing_errors() -> None:
    assert likeness(trigrams("konfernz"), trigrams("konferenz")) > 0.6
    assert likeness(trigrams("storung"), trigrams("heizung")) < 0.42
    assert likeness(trigrams(""), trigrams("x")) < 1
