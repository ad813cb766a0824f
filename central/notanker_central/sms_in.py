"""Hands a text to the running centre: what a modem's program calls for each SMS that comes in."""

from __future__ import annotations

import http.client
import ssl
from typing import Final

import msgspec

from notanker.certificates import trusting
from notanker_central.config import Listen
from notanker_central.doors.sms import MOST_BYTES, PATH

WAIT_S: Final = 30.0
_LONGEST: Final = 1024


class _Told(msgspec.Struct):
    result: str


def hand_in(listening: Listen, text: bytes) -> str:
    """Return what became of a text; see `doors.sms.take`.

    Raises:
        OSError: the centre does not answer.
    """
    connection = _connection(listening)
    try:
        connection.request("POST", PATH, text[:MOST_BYTES])
        answer = connection.getresponse().read(_LONGEST)
        return msgspec.json.decode(answer, type=_Told).result
    except (http.client.HTTPException, msgspec.MsgspecError) as error:
        raise OSError(f"what answers is no centre: {error}") from None
    finally:
        connection.close()


def _connection(listening: Listen) -> http.client.HTTPConnection:
    host = listening.host or "localhost"
    if listening.insecure_http:
        return http.client.HTTPConnection(host, listening.port, timeout=WAIT_S)
    # It must be this very certificate; its name is that of the outside.
    context = trusting(listening.certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return http.client.HTTPSConnection(host, listening.port, timeout=WAIT_S, context=context)
