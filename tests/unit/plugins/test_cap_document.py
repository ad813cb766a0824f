"""What stands in a CAP alert, checked against the rules of OASIS CAP-v1.2, section 3.2."""

from __future__ import annotations

import re
import string
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Earlier, Message, MessageKind
from notanker_cap_webhook.cap import NAMESPACE, clean, document, sent, unmarked
from notanker_cap_webhook.config import CapWebhookConfig

AT_S = 1_795_426_920.0
TEXT = "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42. LTE aktiv. Nr 17-1"
CONFIG = CapWebhookConfig(
    site="musterhafen", sender="box@ankerruf.example", sender_name="Musterhafen"
)

ALERT = [
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses",
    "code", "note", "references", "incidents", "info",
]  # fmt: skip
INFO = [
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience",
    "eventCode", "effective", "onset", "expires", "senderName", "headline", "description", "instruction",
    "web", "contact", "parameter", "resource", "area",
]  # fmt: skip
NEEDED_ALERT = {"identifier", "sender", "sent", "status", "msgType", "scope"}
NEEDED_INFO = {"category", "event", "urgency", "severity", "certainty"}
VALUES = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
        "CBRNE", "Other",
    },
    "responseType": {
        "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
    },
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")
REFERENCE = re.compile(rf"{NAME.pattern},{NAME.pattern},{TIME.pattern}")


def message(text: str = TEXT, mark: str = "17-1", **fields: object) -> Message:
    known = {"id": mark, "mark": mark, "recipient": "cap", "text": text, "at_s": AT_S} | fields
    return Message(**known)  # type: ignore[arg-type]  # fields of several types


def read(told: Message, config: CapWebhookConfig = CONFIG) -> ET.Element:
    return ET.fromstring(document(told, config, 0.0))  # noqa: S314 - what was written here


def written(told: Message, config: CapWebhookConfig = CONFIG) -> ET.Element:
    """Return the alert after a check of every rule that holds for all."""
    alert = read(told, config)
    assert alert.tag == f"{{{NAMESPACE}}}alert"
    check(alert, ALERT, NEEDED_ALERT)
    assert TIME.fullmatch(of(alert, "sent"))
    assert NAME.fullmatch(of(alert, "identifier"))
    assert NAME.fullmatch(of(alert, "sender"))
    assert of(alert, "scope") == "Restricted"
    assert of(alert, "restriction")
    references = alert.findtext(f"{{{NAMESPACE}}}references") or ""
    assert all(REFERENCE.fullmatch(one) for one in references.split())
    assert bool(references) == (of(alert, "msgType") in {"Update", "Cancel"})
    for info in infos(alert):
        check(info, INFO, NEEDED_INFO)
        assert len(of(info, "headline")) <= 160
    return alert


def check(element: ET.Element, order: list[str], needed: set[str]) -> None:
    """Check the order of the schema's sequence, what must be there, and values from closed lists."""
    names = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    assert names == sorted(names, key=order.index)
    assert needed <= set(names)
    for child, name in zip(element, names, strict=True):
        assert name not in VALUES or child.text in VALUES[name], name


def of(element: ET.Element, name: str) -> str:
    text = element.findtext(f"{{{NAMESPACE}}}{name}")
    assert text is not None, name
    return text


def infos(alert: ET.Element) -> list[ET.Element]:
    return alert.findall(f"{{{NAMESPACE}}}info")


def test_an_alarm_is_an_alert_in_both_languages() -> None:
    alert = written(message(kind=MessageKind.ALARM))
    assert of(alert, "identifier") == "musterhafen-17-1"
    assert of(alert, "sent") == "2026-11-23T10:42:00+01:00"
    assert (of(alert, "status"), of(alert, "msgType")) == ("Actual", "Alert")
    assert of(alert, "incidents") == "musterhafen-17"
    german, english = infos(alert)
    assert (of(german, "language"), of(english, "language")) == ("de-DE", "en-GB")
    assert of(german, "event") == "Störung"
    assert of(german, "description") == TEXT.removesuffix(" Nr 17-1")
    assert (of(german, "urgency"), of(german, "severity")) == ("Immediate", "Severe")
    assert of(english, "headline") == "Outage: Musterhafen"
    assert of(english, "description").endswith(of(german, "description"))


@pytest.mark.parametrize(
    ("kind", "msg_type"), [(MessageKind.UPDATE, "Update"), (MessageKind.CLEAR, "Cancel")]
)
def test_what_follows_names_all_that_went_before(kind: MessageKind, msg_type: str) -> None:
    earlier = (Earlier("17-1", AT_S), Earlier("17-4", AT_S + 1800))
    alert = written(message("weiter LTE. Nr 17-9", "17-9", kind=kind, earlier=earlier))
    assert of(alert, "msgType") == msg_type
    assert of(alert, "references").split() == [
        "box@ankerruf.example,musterhafen-17-1,2026-11-23T10:42:00+01:00",
        "box@ankerruf.example,musterhafen-17-4,2026-11-23T11:12:00+01:00",
    ]


def test_an_all_clear_is_past_and_minor() -> None:
    told = message(
        "ENTWARNUNG Musterhafen: stabil. Nr 17-9", "17-9", earlier=(Earlier("17-1", AT_S),)
    )
    alert = written(told)
    assert of(alert, "msgType") == "Cancel"
    for info in infos(alert):
        assert of(info, "responseType") == "AllClear"
        assert (of(info, "urgency"), of(info, "severity")) == ("Past", "Minor")


def test_an_update_of_what_the_service_never_had_is_its_first_alert() -> None:
    assert of(written(message(kind=MessageKind.UPDATE)), "msgType") == "Alert"


def test_an_incident_that_flaps_for_days_keeps_its_first_and_its_latest_references() -> None:
    earlier = tuple(Earlier(f"17-{number}", AT_S + number) for number in range(1, 1001))
    alert = written(message(mark="17-1001", kind=MessageKind.UPDATE, earlier=earlier))
    references = of(alert, "references").split()
    assert len(references) == 200
    assert ",musterhafen-17-1," in references[0]
    assert ",musterhafen-17-1000," in references[-1]


@pytest.mark.parametrize("first", ["ÜBUNG ÜBUNG Musterhafen: Leitungsausfall", "DRILL DRILL line"])
def test_a_drill_is_an_exercise_everywhere(first: str) -> None:
    alert = written(message(f"{first}. Nr 17-1"))
    assert of(alert, "status") == "Exercise"
    german, english = infos(alert)
    assert of(german, "event").startswith("ÜBUNG")
    assert of(english, "event").startswith("DRILL")


def test_the_all_clear_of_a_drill_is_known_by_its_words() -> None:
    told = message(
        "ÜBUNG: ENTWARNUNG Musterhafen. Nr 17-2", "17-2", earlier=(Earlier("17-1", AT_S),)
    )
    alert = written(told)
    assert (of(alert, "status"), of(alert, "msgType")) == ("Exercise", "Cancel")


@pytest.mark.parametrize(
    ("zone", "written_as"),
    [
        ("UTC", "2026-11-23T09:42:00-00:00"),
        ("Europe/London", "2026-11-23T09:42:00-00:00"),
        ("America/New_York", "2026-11-23T04:42:00-05:00"),
    ],
)
def test_times_have_a_numeric_offset(zone: str, written_as: str) -> None:
    assert sent(AT_S, zone) == written_as


def test_a_copy_is_the_same_alert_to_the_byte() -> None:
    copy = message(TEXT.replace("Nr 17-1", "17-1r"), attempt=2, repeat=True)
    assert document(copy, CONFIG, 5.0) == document(message(), CONFIG, 9.0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Aus. Nr 17-1", "Aus."),
        ("Down. No 17-1", "Down."),
        ("Aus. 17-1r", "Aus."),
        ("Aus seit Nr 17-1 heute", "Aus seit heute"),
        ("Aus. Nr 17-11", "Aus. Nr 17-11"),
        ("Nr 17-1", ""),
    ],
)
def test_the_mark_stands_in_the_identifier_alone(text: str, left: str) -> None:
    assert unmarked(text, "17-1") == left


@given(st.text(alphabet=st.characters(), max_size=400), st.sampled_from([*MessageKind, None]))
def test_any_text_gives_an_alert_that_can_be_read(text: str, kind: MessageKind | None) -> None:
    earlier = (Earlier("17-1", AT_S),) if kind is MessageKind.CLEAR else ()
    kind = None if kind is MessageKind.CLEAR else kind
    alert = read(message(text, kind=kind, earlier=earlier))
    description = of(infos(alert)[0], "description")
    assert description == clean(unmarked(text, "17-1") or text)


@given(st.text(), st.text(alphabet=string.printable))
def test_no_text_changes_the_frame(text: str, name: str) -> None:
    plain = [element.tag for element in read(message("x")).iter()]
    config = CapWebhookConfig(site="a", sender="b", sender_name=name[:200] or "-")
    found = [element.tag for element in read(message(f"x{text}"), config).iter()]
    assert found == plain


def test_a_text_of_ten_thousand_characters_stays_within_bounds() -> None:
    alert = written(message("ä" * 100_000))
    assert len(of(infos(alert)[0], "description")) == 8000
