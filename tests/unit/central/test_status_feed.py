"""The status page's feed: what RFC 4287 wants of one, whatever sites have written."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import START_S, Hands
from tests.unit.central.outside_desk import Journal
from tests.unit.central.test_status_page import journal, later, reader, release

from notanker_central.public import feed as atom
from notanker_central.public.feed import Channel, feed
from notanker_central.public.released import Told, Update

__all__ = ["journal", "reader"]
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - our own feed


def entries(reader: FlaskClient, language: str = "de") -> ET.Element:
    answer = reader.get(f"/{language}/feed.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return parsed(answer.data)


def one(element: ET.Element, name: str) -> ET.Element:
    """Return the one child of that name, as RFC 4287 wants exactly one."""
    (found,) = element.findall(ATOM + name)
    return found


def valid(root: ET.Element) -> None:
    """Check what RFC 4287 says feeds and entries must have (4.1.1, 4.1.2, 4.2)."""
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert one(element, "id").text
        assert one(element, "title").text
        updated = one(element, "updated").text
        assert updated is not None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", updated)
        dt.datetime.fromisoformat(updated)
    assert one(one(root, "author"), "name").text, "so no entry needs one"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] != links["alternate"]
    ids = [one(entry, "id").text for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for entry in root.findall(f"{ATOM}entry"):
        assert one(entry, "content").get("type") == "text"
        assert entry.find(f"{ATOM}author") is None


def test_the_feed_is_valid_with_news_and_without(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    empty = entries(reader)
    valid(empty)
    assert empty.findall(f"{ATOM}entry") == []
    release(journal)
    journal.resolved()
    journal.drafted("T13", text="Wir sind wieder da.")
    release(journal, "T13")
    later(hands, journal)
    told = entries(reader)
    valid(told)
    titles = [one(entry, "title").text for entry in told.findall(f"{ATOM}entry")]
    assert titles == ["Nord: wieder da", "Nord: Störung"]
    newest = told.findall(f"{ATOM}entry")[0]
    assert one(told, "updated").text == one(newest, "updated").text
    english = entries(reader, "en")
    valid(english)
    assert english.get(XML_LANG) == "en"
    assert one(english.findall(f"{ATOM}entry")[0], "title").text == "Nord: back again"


def test_an_entry_keeps_its_id_whatever_comes_after_it(
    reader: FlaskClient, journal: Journal, hands: Hands
) -> None:
    release(journal)
    later(hands, journal)
    (before,) = entries(reader).findall(f"{ATOM}entry")
    journal.drafted(version=2, text="Neu.")
    release(journal, version=2)
    journal.resolved()
    later(hands, journal)
    told = entries(reader).findall(f"{ATOM}entry")
    assert one(told[-1], "id").text == one(before, "id").text
    assert one(told[-1], "updated").text == one(before, "updated").text


CHANNEL = Channel("Beispiel", "https://status.example/de/", "https://status.example/de/feed.atom",
                  "de", START_S)  # fmt: skip


@given(st.lists(st.tuples(st.text(max_size=30), st.text(), st.floats()), max_size=5))
def test_whatever_sites_write_the_feed_is_one(said: list[tuple[str, str, float]]) -> None:
    told = [
        Told(name, 0.0, None, (Update(f"{n}", "T9", 1, (("de", words),), at_s, False),), ())
        for n, (name, words, at_s) in enumerate(said)
    ]
    root = parsed(feed(CHANNEL, told))
    valid(root)
    assert len(root.findall(f"{ATOM}entry")) == len(said)


def test_a_feed_is_bounded() -> None:
    update = Update("x", "T9", 1, (("de", "Gestört."),), START_S, False)
    many = tuple(replace(update, key=f"{n}") for n in range(80))
    root = parsed(feed(CHANNEL, [Told("Nord", 0.0, None, many, ())]))
    assert len(root.findall(f"{ATOM}entry")) == atom.MOST_ENTRIES
