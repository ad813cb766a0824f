"""The status page as an Atom feed (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from notanker.core.wording import Pair
from notanker.errors import Language
from notanker_central.public.released import Told, Update

MOST_ENTRIES: Final = 50
NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""
_BEGUN: Final[Pair] = ("{site}: Störung", "{site}: disruption")
_ENDED: Final[Pair] = ("{site}: wieder da", "{site}: back again")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself.

    Attributes:
        title: Of page and feed.
        page: The page's address in the feed's language.
        feed: The feed's own address.
        born_s: When there was no news yet: what `updated` says of an empty feed.
    """

    title: str
    page: str
    feed: str
    language: Language
    born_s: float


def feed(channel: Channel, told: Sequence[Told]) -> bytes:
    """Return the feed as XML in UTF-8; the newest update comes first."""
    updates = [(one, update) for one in told for update in one.updates]
    updates.sort(key=lambda pair: -pair[1].at_s)
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": channel.language})
    _text(root, "id", _urn(channel.feed))
    _text(root, "title", channel.title)
    _text(root, "updated", _time(updates[0][1].at_s if updates else channel.born_s))
    _text(ET.SubElement(root, "author"), "name", channel.title)
    ET.SubElement(root, "link", {"rel": "self", "href": channel.feed})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": channel.page})
    for one, update in updates[:MOST_ENTRIES]:
        _entry(root, channel, one, update)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def words_in(update: Update, language: Language) -> tuple[str, str]:
    """Return language and text of an update: in that language where there is one, else in the first."""
    return next((pair for pair in update.words if pair[0] == language), update.words[0])


def _entry(root: ET.Element, channel: Channel, one: Told, update: Update) -> None:
    entry = ET.SubElement(root, "entry")
    pair = _ENDED if update.is_end else _BEGUN
    tongue, words = words_in(update, channel.language)
    _text(entry, "id", _urn(f"{channel.feed} {update.key}"))
    _text(entry, "title", pair[channel.language == "en"].format(site=one.name))
    _text(entry, "updated", _time(update.at_s))
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": channel.page})
    content = _text(entry, "content", words)
    content.set("type", "text")
    if tongue != channel.language and tongue in ("de", "en"):
        content.set("xml:lang", tongue)


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = _NO_XML.sub("�", text)
    return element


def _urn(name: str) -> str:
    """Return an id that stays the same for ever (RFC 4287, 4.2.6)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name).urn


def _time(wall_s: float) -> str:
    """Return a time as RFC 3339 has it; a site's clock may say anything."""
    try:
        moment = dt.datetime.fromtimestamp(wall_s, dt.UTC)
    except (ValueError, OverflowError, OSError):
        moment = dt.datetime.fromtimestamp(0, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
