"""The door for beats by SMS: whatever a modem's program or a gateway posts, with the beat somewhere in it.

A beat proves by its seal whose it is, so nobody has to log in here, and nothing is answered but what
became of it. Gateways wrap the text in a form or in JSON, each in its own: the beat is looked for.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

from notanker.beat.texting import sealed_in
from notanker_central.reception import NotStoredError, Receiving

CARRIER: Final = "sms"
PATH: Final = "/api/1/sms"
MOST_BYTES: Final = 16 * 1024
WAIT_S: Final = 20.0
TAKEN: Final = "taken"
NO_BEAT: Final = "no-beat"
REPEATED: Final = "repeated"
"""What a beat is that comes once more; it was stored the first time."""


def take(reception: Receiving, posted: bytes) -> str:
    """Take the beat in what was posted, and return what became of it.

    Returns:
        `taken` once it is stored, or was before; else why not, one of a few words.
    """
    sealed = _found(posted[:MOST_BYTES])
    if sealed is None:
        reception.count(CARRIER, NO_BEAT)
        return NO_BEAT
    pending = reception.submit(sealed, CARRIER)
    try:
        pending.result(WAIT_S)
    except NotStoredError as error:
        return error.reason
    except TimeoutError:
        return "not-stored"
    return TAKEN if pending.reason in ("", REPEATED) else pending.reason


def add_sms(app: Flask, reception: Receiving) -> None:
    """Add the address for texts to the door that faces the sites."""

    @app.post(PATH)
    def sms() -> tuple[Response, int]:
        result = take(reception, request.get_data())
        return jsonify(result=result), 200 if result == TAKEN else 400


def _found(posted: bytes) -> bytes | None:
    """Return the beat in the text as it is, as a form has it, or as JSON has it: no beat has `%` or `\\`."""
    text = unquote(posted.decode("utf-8", "replace")).replace("\\/", "/")
    try:
        return sealed_in(text)
    except ValueError:
        return None
