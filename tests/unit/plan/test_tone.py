"""The wording check: each rule finds what it is for, and leaves alone what looks like it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.errors import Place
from notanker.plan import wording
from notanker.plan.kinds import KINDS, kind_of
from notanker.plan.load import load
from notanker.plan.messages import names_in
from notanker.plan.model import Brand, TemplateHead, Text
from notanker.plan.shipped import base_of, release_of, words_of
from notanker.plan.tone import Known, check

VARIANTS = ("T3-system", "T4-system", "T12-system")
BRAND = Brand(
    salutation="Sie",
    signoff=Text("Ihr Team Muster", "Your team Muster"),
    forbidden=("leider", "unfortunately"),
    light=Text("Der Anker hält wieder.", "Our anchor holds again."),
)
KNOWN = Known(
    frozenset({"+493023125110"}), ("Mara Beispiel",), ("Musternetz AG", "LTE Mobil-Beispiel")
)


def head(template: str, language: str, **fields: str) -> TemplateHead:
    """Return the head of a text of that kind, or of one for customers if there is no such kind."""
    kind = KINDS.get(template) or KINDS.get(base_of(template)) or KINDS["T9"]
    values = {"audience": kind.audience, "stage": kind.stage, **fields}
    more = {
        "id": template,
        "channel": "mail",
        "lang": language,
        "placeholders": [],
        "release": "two",
    }
    return msgspec.convert(values | more, TemplateHead)


def codes(text: str, template: str, language: str, **fields: str) -> list[str]:
    found = check(text, head(template, language, **fields), BRAND, known=KNOWN)
    return [problem.code for problem in found]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", [*KINDS, *VARIANTS])
def test_the_shipped_words_pass(template: str, language: str) -> None:
    assert codes(words_of(template, language), template, language) == []


# What a text lacks: kind, language, text that has it, and the words without which it has it no more.
LACKS = [
    ("affected", "T4", "de", "Die Leitung ist gestört. Bitte warten. {next_update}", "ist gestört"),
    ("affected", "T4", "en", "Our line is down. Please wait. {next_update}", "is down"),
    ("works", "T1", "de", "Ausfall. {fallback}. {bridge}", "{fallback}"),
    ("works", "T5", "en", "Outage. The hotline still works. {next_update}", "still works"),
    ("we_do", "T9", "de",
     "Nur eingeschränkt erreichbar. Wir arbeiten daran. {next_update}. {brand.signoff}",
     "Wir arbeiten daran."),
    ("we_do", "T9", "en",
     "Only partly available. We are working on it. {next_update}. {brand.signoff}",
     "We are working on it."),
    ("you_do", "T3", "de", "Ausfall. Sprachregelung H1 gilt. {next_update}", "gilt"),
    ("you_do", "T3", "en", "Outage. Please use H1. {next_update}", "Please use"),
    ("next", "T11", "de", "Ausfall. {fallback}. Nächste Info folgt.", "Nächste Info"),
    ("next", "T11", "en", "Outage. {fallback}. Next update follows.", "Next update"),
    ("reach", "T15", "de", "Ausfall. Sie erreichen uns unter {callback}.",
     "Sie erreichen uns unter {callback}"),
    ("reach", "T15", "en", "Outage. Please call {callback}.", "call {callback}"),
    ("signoff", "T13", "de", "Wir sind wieder für Sie da. Entschuldigung. {brand.signoff}",
     "{brand.signoff}"),
    ("signoff", "T13", "en", "We are back. We apologise. Your team Muster", "Your team Muster"),
    ("sorry", "T13", "de", "Wir sind wieder für Sie da. Bitte entschuldigen Sie. {brand.signoff}",
     "Bitte entschuldigen Sie."),
    ("sorry", "T13", "en", "We are back. Please accept our apologies. {brand.signoff}",
     "Please accept our apologies."),
]  # fmt: skip


@pytest.mark.parametrize(("need", "template", "language", "text", "part"), LACKS)
def test_what_a_text_has_to_say_is_missed(
    need: str, template: str, language: str, text: str, part: str
) -> None:
    assert codes(text, template, language) == []
    assert part in text
    assert codes(text.replace(part, "…"), template, language) == [f"lacks-{need}"]


# What a text must not say, in a text for customers of no kind: the rule, must fail, must pass.
NOT = [
    ("blame", "de", "Das ist wegen der Telekom so.", "Das ist wegen der Störung so."),
    ("blame", "de", "Der Anbieter ist schuld.", "Keiner fragt nach Schuld."),
    ("blame", "de", "Es kam durch die Musternetz AG dazu.", "Wir rufen die Musternetz AG an."),
    ("blame", "de", "Unser Dienstleister hat versagt.", "Unser Dienstleister arbeitet daran."),
    ("blame", "en", "This is because of our supplier.", "This is because of the weather."),
    ("blame", "en", "The contractor is to blame.", "The contractor is on site."),
    ("blame", "en", "It was caused by Musternetz AG.", "We have called Musternetz AG."),
    ("guess", "de", "Das ist vermutlich die Leitung.", "Das ist die Leitung."),
    ("guess", "de", "Es liegt wohl am Kabel.", "Zum Wohlfühlen geht es bald weiter."),
    ("guess", "en", "It is probably the line.", "It is the line."),
    ("guess", "en", "It might be the cable.", "With all our mighty team."),
    ("exclamations", "de", "Wir sind da!!", "Wir sind da!"),
    ("exclamations", "de", "Was nun?!", "Was nun?"),
    ("exclamations", "en", "We are here! ! Really.", "We are here! Really."),
    ("all-caps", "de", "Bitte SOFORT lesen.", "STÖRUNG: Bitte lesen."),
    ("all-caps", "de", "Das IST ERNST.", "Das ist die PIN."),
    ("all-caps", "en", "Please READ this NOW HERE.", "ALL CLEAR: please read."),
    ("promise", "de", "Alles ist um 14:00 Uhr behoben.", "Um 14:00 Uhr melden wir uns."),
    ("promise", "de", "Wir sind in 2 Stunden wieder erreichbar.", "Wir sind wieder erreichbar."),
    ("promise", "de", "Es dauert noch etwa 3 Stunden.", "Es dauerte 3 Stunden."),
    ("promise", "de", "Voraussichtlich bis {now} Uhr.", "Bis {now} Uhr hören wir zu."),
    ("promise", "en", "It will be fixed by 14:00.", "We will write at 14:00."),
    ("promise", "en", "We are back online in 2 hours.", "We are back online."),
    ("promise", "en", "It takes another 3 hours.", "It took 3 hours."),
    ("jargon", "de", "Der Router ist neu.", "Die Routine ist neu."),
    ("jargon", "de", "Unser VPN ist weg.", "Unser {fallback} ist weg."),
    ("jargon", "en", "The failover has begun.", "The work has begun."),
    ("personal", "de", "Nummer +49 30 23125 110 hilft.", "Nummer +49 30 23125 000 hilft."),
    ("personal", "de", "Mobil +49 171 39200 99 hilft.", "Hier hilft {callback} gern."),
    ("personal", "de", "Schreiben Sie mara@ankerruf.example bitte.",
     "Schreiben Sie presse@ankerruf.example bitte."),
    ("personal", "de", "Konto DE00 1234 5678 9012 3456 78 bitte.", "Vorgang DE00 1234 bitte."),
    ("personal", "de", "Karte 1234 5678 9012 3456 ist es.", "Kundennummer 4711-0815 ist es."),
    ("personal", "de", "Mara Beispiel hilft.", "Die Pressestelle hilft."),
    ("personal", "en", "Write to mara@ankerruf.example please.",
     "Write to press@ankerruf.example please."),
    ("personal", "en", "Mobile +44 7700 900123 helps.", "Number +1 212 555-0123 helps."),
    ("long-sentence", "de", "eins " * 16, "eins " * 15 + ". Zwei {now}."),
    ("long-sentence", "en", "one " * 16 + "e.g. two.", "one " * 13 + "e.g. two. Three."),
    ("forbidden-word", "de", "Das geht leider nicht.", "Das geht nicht."),
    ("forbidden-word", "en", "Unfortunately it is so.", "It is so."),
    ("wrong-salutation", "de", "Wir helfen dir.", "Wir helfen Ihnen."),
    ("light-too-early", "de", "Der Anker hält wieder.", "Der Anker hielt."),
    ("light-too-early", "en", "Our anchor holds again.", "Our anchor held."),
    ("sorry-twice", "de", "Wir bedauern das. Entschuldigen Sie bitte.", "Wir bedauern das."),
    ("sorry-twice", "en", "We are sorry. We apologise.", "We are sorry."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "language", "bad", "good"), NOT)
def test_what_a_text_must_not_say_is_found(code: str, language: str, bad: str, good: str) -> None:
    fields = {"audience": "customers", "stage": "update"}
    assert set(codes(bad, "X1", language, **fields)) == {code}
    assert codes(good, "X1", language, **fields) == []


def test_du_is_found_where_the_brand_says_sie_and_the_other_way_round() -> None:
    customers = head("X1", "de", audience="customers", stage="update")
    familiar = Brand(salutation="Du")
    assert [p.code for p in check("Wir helfen Ihnen.", customers, familiar)] == ["wrong-salutation"]
    assert check("Sie sind da. Wir helfen dir.", customers, familiar) == []


def test_inside_one_may_guess_and_speak_of_technology() -> None:
    text = "Der Router ist vermutlich aus, leider auch das VPN. Hilf dir!"
    assert codes(text, "X1", "de", audience="internal", stage="update") == []


def test_a_promise_with_its_source_is_a_report() -> None:
    text = "Alles ist um 14:00 Uhr behoben."
    assert codes(text, "X1", "de", audience="customers", stage="update", source="Musternetz") == []


def test_the_light_line_has_its_place_once_all_is_well() -> None:
    text = "Wir sind wieder für Sie da. Entschuldigung. {brand.light} {brand.signoff}"
    assert codes(text, "T13", "de") == []
    assert "light-too-early" in codes(text, "T9", "de")


def test_the_sheet_for_the_hotline_is_what_callers_hear() -> None:
    text = words_of("T8", "de") + "\nEs ist vermutlich der Router."
    assert codes(text, "T8", "de") == ["guess", "jargon"]


@pytest.mark.parametrize(("field", "code"), [("audience", "odd-audience"), ("stage", "odd-stage")])
def test_a_head_that_is_not_of_its_kind_is_told(field: str, code: str) -> None:
    assert code in codes(words_of("T9", "de"), "T9", "de", **{field: "everybody"})
    fields = {"audience": "internal", "stage": "update"} | {field: "everybody"}
    assert codes("Text.", "X1", "de", **fields) == [code]


def test_a_text_of_its_own_for_people_outside_says_the_main_things() -> None:
    assert codes("Hallo.", "X1", "de", audience="customers", stage="outage") == [
        "lacks-affected", "lacks-we_do", "lacks-next",
    ]  # fmt: skip


def test_a_finding_has_file_and_line_and_words_in_both_languages(edit: Edit) -> None:
    folder = edit("templates/T13.md", "Danke für Ihre Geduld.", "Danke, leider war das VPN weg!!")
    plan, problems = load(folder)
    assert plan is not None
    assert problems == []
    found = wording.findings(plan)
    assert {p.code for p in found} == {"forbidden-word", "jargon", "exclamations"}
    for problem in found:
        assert (problem.place.file, problem.severity) == ("templates/T13.md", "warning")
        lines = (folder / "templates/T13.md").read_text("utf-8").splitlines()
        assert problem.place.line is not None
        assert "leider" in lines[problem.place.line - 1]
        assert problem.words("de") != problem.words("en")


def test_the_sample_plan_has_all_fifteen_in_both_languages_and_no_finding() -> None:
    plan, problems = load(SAMPLE)
    assert plan is not None
    assert problems == []
    assert [problem.sentence("de") for problem in wording.findings(plan)] == []
    ids = {(item.head.id, item.head.lang) for item in plan.templates}
    assert ids == {(f"T{n}", language) for n in range(1, 16) for language in ("de", "en")}
    for item in plan.templates:
        kind = kind_of(item.head)
        assert (item.head.audience, item.head.stage) == (kind.audience, kind.stage)
        assert item.head.release == release_of(item.head.id)
        assert set(item.head.placeholders) == set(names_in(item.body))


@given(
    text=st.text(max_size=300) | st.sampled_from(["?" * 9000, "a@" * 4000, "A" * 9000, "." * 9000]),
    template=st.sampled_from([*KINDS, "X1"]),
    language=st.sampled_from(["de", "en"]),
    audience=st.sampled_from(["customers", "internal", "nobody"]),
)
def test_any_text_is_survived(text: str, template: str, language: str, audience: str) -> None:
    place = Place("a.md", 3, "T1")
    own = head(template, language, audience=audience)
    for problem in check(text, own, BRAND, known=KNOWN, place=place):
        assert problem.sentence("de").isprintable() or not text.isprintable()
        assert problem.place.file == "a.md"
