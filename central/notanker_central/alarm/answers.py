"""Answers that come back by a channel: whoever hands them in shows a key, and says who wrote what.

    POST /api/1/alarm/answer  {"from": "+491713920011", "text": "OK 17"}

An SMS gateway or mail robot posts what it got; what the centre's own modem hears comes by `hearing`. Only
addresses of central.toml are heard, and only `OK` is understood: it acknowledges an incident of the centre.
"""

from __future__ import annotations

import hmac
from typing import Final

import msgspec
from flask import Flask, Response, request
from sqlalchemy import Connection, select

from notanker.core.orders import Word, read
from notanker_central import tables as t
from notanker_central.alarm import record
from notanker_central.alarm.channels import ChannelError, secret_of
from notanker_central.alarm.settings import Alarm, Person
from notanker_central.clock import Clock
from notanker_central.store import Store

MAX_BYTES: Final = 16_384


class _Answer(msgspec.Struct, frozen=True):
    sender: str = msgspec.field(name="from")
    text: str = ""


def add_answers(app: Flask, store: Store, alarm: Alarm, clock: Clock) -> None:
    """Add the address for answers, if central.toml has a key for it."""
    if alarm.replies is None:
        return

    @app.post("/api/1/alarm/answer")
    def answer() -> Response:
        if not _may(alarm, request.headers.get("authorization", "")):
            return Response(status=401, headers={"www-authenticate": "Bearer"})
        status, what = _posted(store, alarm, clock, request.get_data()[: MAX_BYTES + 1])
        body = msgspec.json.encode({"answer": what})
        return Response(body, status, content_type="application/json")


def _posted(store: Store, alarm: Alarm, clock: Clock, body: bytes) -> tuple[int, str]:
    try:
        told = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 400, "malformed"
    return take(store, alarm, clock, told.sender, told.text)


def take(store: Store, alarm: Alarm, clock: Clock, sender: str, text: str) -> tuple[int, str]:
    """Take an answer of a person, and return what became of it: a status of HTTP, and a word.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    person = person_of(alarm, sender)
    order = read(text)
    if person is None:
        return 403, "unknown-sender"
    if order is None or order.word is not Word.OK:
        return 422, "not-understood"
    with store.write() as connection:
        number = order.number or _only_one(connection)
        if number is None:
            return 422, "which-incident"
        moment = clock.moment()
        taken = record.acknowledge(connection, number, person.id, "sms", moment)
    return (200, "taken") if taken else (409, "not-open")


def person_of(alarm: Alarm, sender: str) -> Person | None:
    """Return whose address that is; spaces and hyphens in a number do no harm."""
    wanted = _plain(sender)
    for person in alarm.person:
        if any(_plain(way.partition(":")[2]) == wanted for way in person.ways):
            return person
    return None


def _plain(address: str) -> str:
    text = address.strip().casefold()
    return "".join(c for c in text if c not in " -/()") if text[:1] in "+0" else text


def _only_one(connection: Connection) -> int | None:
    """Return the one incident that nobody has, None if there are several or none."""
    i = t.alarm_incident.c
    free = (i.resolved_s.is_(None), i.acknowledged_s.is_(None))
    numbers = connection.execute(select(i.number).where(*free).limit(2)).scalars().all()
    return numbers[0] if len(numbers) == 1 else None


def _may(alarm: Alarm, authorization: str) -> bool:
    if alarm.replies is None:
        return False
    try:
        wanted = b"Bearer " + secret_of(alarm.replies)
    except ChannelError:
        return False
    return hmac.compare_digest(authorization.encode("utf-8", "replace"), wanted)
