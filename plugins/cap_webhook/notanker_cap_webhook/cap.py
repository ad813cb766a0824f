"""Writes a message as an alert of the Common Alerting Protocol 1.2. Pure: the same message, the same bytes.

Rules: OASIS Standard CAP-v1.2, 1 July 2010, section 3.2 (elements, their order and their values).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from notanker.plugin import Message, MessageKind
from notanker_cap_webhook.config import CapWebhookConfig
from notanker_cap_webhook.words import WORDS, is_drill, kind_of

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
HEADLINE_CHARACTERS: Final = 160
"""CAP 1.2, 3.2.2: longer ones do not fit every device."""
DESCRIPTION_CHARACTERS: Final = 8000
MOST_REFERENCES: Final = 200
"""The first alert and the latest others: an incident that flaps for days must not grow the alert for ever."""

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even as a character reference (XML 1.0, 2.2)."""
_MSG_TYPE: Final = {
    MessageKind.ALARM: "Alert",
    MessageKind.UPDATE: "Update",
    MessageKind.CLEAR: "Cancel",
}
_URGENCY: Final = {
    MessageKind.ALARM: "Immediate",
    MessageKind.UPDATE: "Expected",
    MessageKind.CLEAR: "Past",
}


def document(message: Message, config: CapWebhookConfig, now_s: float) -> bytes:
    """Return the alert as XML in UTF-8.

    Args:
        message: What is told.
        config: Who tells it.
        now_s: Seconds since 1970, used only where the message says no time of its own.
    """
    kind = message.kind or kind_of(message.text)
    earlier = message.earlier
    references = " ".join(
        f"{config.sender},{identifier(config.site, one.mark)},{sent(one.at_s, config.time_zone)}"
        for one in (*earlier[:1], *earlier[1:][1 - MOST_REFERENCES :])
    )
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    _add(alert, "identifier", identifier(config.site, message.mark))
    _add(alert, "sender", config.sender)
    _add(alert, "sent", sent(now_s if message.at_s is None else message.at_s, config.time_zone))
    _add(alert, "status", "Exercise" if is_drill(message.text) else "Actual")
    # An Update or a Cancel must name what it replaces: without that, it is the first that the service sees.
    _add(alert, "msgType", _MSG_TYPE.get(kind, "Alert") if references else "Alert")
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", config.restriction)
    if references:
        _add(alert, "references", references)
    _add(alert, "incidents", identifier(config.site, message.mark.partition("-")[0]))
    for language in config.languages:
        _inform(ET.SubElement(alert, "info"), language, message, kind, config)
    written: bytes = ET.tostring(alert, encoding="utf-8", xml_declaration=True)
    return written


def identifier(site: str, mark: str) -> str:
    """Return the alert's name: the mark alone is unique at one site only."""
    return f"{site}-{mark}"


def sent(at_s: float, zone: str) -> str:
    """Return the time as CAP wants it: whole seconds, a numeric offset, `-00:00` for UTC, never `Z`."""
    local = dt.datetime.fromtimestamp(at_s, ZoneInfo(zone)).replace(microsecond=0)
    # RFC 3339 has hours and minutes; some zones of the nineteenth century had seconds.
    text = local.isoformat()[:25]
    return text.replace("+00:00", "-00:00") if text.endswith("+00:00") else text


def clean(text: str) -> str:
    """Return the text as XML can hold it and give it back: no forbidden characters, one kind of line end."""
    return _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def unmarked(text: str, mark: str) -> str:
    """Return the text without its mark, `Nr 17-1`, `17-1r` or `17-1rr`: the identifier has it.

    So a copy is the same alert to the byte, and a service that compares what came under one
    Idempotency-Key finds nothing amiss.
    """
    pattern = rf"[ ]?(?:\b(?:Nr|No)\.? )?(?<![\w-]){re.escape(mark)}r{{0,2}}(?![\w-])"
    places = list(re.finditer(pattern, text))
    if not places:
        return text
    last = places[-1]
    return (text[: last.start()] + text[last.end() :]).strip()


def _inform(
    info: ET.Element, language: str, message: Message, kind: MessageKind, config: CapWebhookConfig
) -> None:
    words = WORDS[language]
    over = kind is MessageKind.CLEAR
    event = words.event.get(kind, words.event[MessageKind.UPDATE])
    event = f"{words.drill}: {event}" if is_drill(message.text) else event
    text = unmarked(message.text, message.mark) or message.text
    foreign = language != config.languages[0]
    _add(info, "language", language)
    _add(info, "category", "Infra")
    _add(info, "event", event)
    if over:
        _add(info, "responseType", "AllClear")
    _add(info, "urgency", _URGENCY.get(kind, "Expected"))
    _add(info, "severity", "Minor" if over else config.severity)
    _add(info, "certainty", "Observed")
    _add(info, "senderName", config.sender_name)
    headline = f"{event}: {config.sender_name}" if foreign else text
    _add(info, "headline", _cut(" ".join(headline.split()), HEADLINE_CHARACTERS))
    _add(
        info,
        "description",
        _cut(f"{words.quote}: {text}" if foreign else text, DESCRIPTION_CHARACTERS),
    )


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)
