"""Everything that can go wrong with a HiLink modem, classed in one place.

The codes are those of the vendor's own scripts and of public logs. 113018 means overtime: the SMS
may have left. Tables that call it "busy" are wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar
from xml.parsers.expat import ExpatError

import requests
from huawei_lte_api.exceptions import ResponseErrorException
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from notanker.plugin import Permanent, PluginError, Retry, Unknown

T = TypeVar("T")

NO_RIGHTS: Final = 100003
SESSION_LOST: Final = frozenset({NO_RIGHTS, 125001, 125002, 125003})
"""Log-in, session or token are used up. The modem did nothing, and a new session mends it."""

REFUSED: Final = frozenset({108001, 108002, 108006})
LOCKED: Final = 108007
STORE_FULL: Final = 113053
UNSURE: Final = frozenset({100001, 113018, 113020, 113036, 113047})
"""In answer to an SMS these do not say that it stayed: "unknown", "overtime", and what is of other calls."""

_TEMPORARY: Final = {
    100004: (5.0, "the modem is busy"),
    103008: (5.0, "the SIM is busy"),
    108003: (30.0, "somebody else is logged in at the modem"),
    108005: (30.0, "too many are logged in at the modem"),
    LOCKED: (60.0, "the modem has locked log-ins for a while"),
    111001: (30.0, "the network did not take the code"),
    111013: (10.0, "another code is still being answered"),
    111019: (5.0, "the network has not answered the code yet"),
    111020: (30.0, "the network did not answer the code"),
    112008: (5.0, "the SIM is not ready"),
    113004: (5.0, "too many SMS at once"),
    113018: (5.0, "the network did not answer the modem"),
    STORE_FULL: (2.0, "the modem's SMS store is full"),
    120001: (5.0, "a call is going on"),
}
_PERMANENT: Final = {
    100001: "the modem does not know what went wrong",
    100002: "the modem does not support this",
    100005: "the modem does not understand this",
    100006: "the modem does not accept a value",
    101001: "no SIM, or it is not valid",
    101002: "the SIM wants its PIN",
    101003: "the SIM wants its PUK",
    101004: "the SIM cannot be used",
    103002: "the SIM's PIN is wrong",
    103011: "the SIM is locked for ever",
    111022: "the network knows no codes",
    113017: "the modem does not accept number or text",
    113020: "the modem cannot list its SMS",
    113031: "the number of the SMS centre cannot be set",
    113036: "the modem cannot delete the SMS",
    113047: "the modem cannot save its SMS settings",
    113054: "the number is too long",
    115002: "the modem wants its password changed first",
}
KNOWN: Final = SESSION_LOST | REFUSED | UNSURE | _TEMPORARY.keys() | _PERMANENT.keys()
_USUAL_RETRY_S: Final = 5.0

# What the library and those beneath it raise for answers that are no answers: HTML, half an XML,
# missing elements, text where a number should be.
_NONSENSE: Final = (
    ExpatError,
    UnicodeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
)
_TRANSPORT: Final = (requests.RequestException, HTTPError, OSError)


class SessionLost(PluginError):  # noqa: N818 - handled here and in session.py, never seen outside
    """A new session is needed. Nothing was done."""

    def __init__(self, code: int) -> None:
        self.code: Final = code
        super().__init__(f"the modem has ended the session ({code})")


class NoModem(Retry):
    """Nothing answers, or what answers is no modem."""


class Locked(Retry):
    """The modem takes no log-in for a while."""


class StoreFull(Retry):
    """There is no room for one more SMS in the modem."""


class Refused(Permanent):
    """The modem does not accept user name or password."""


_TEMPORARY_KINDS: Final[dict[int, type[Retry]]] = {LOCKED: Locked, STORE_FULL: StoreFull}


def guarded(call: Callable[[], T], *, sends: bool = False) -> T:
    """Return what the call returns; turn whatever it raises into an answer of the contract.

    Args:
        call: Talks to the modem by huawei-lte-api.
        sends: The call hands an SMS over, so what is lost may have left.

    Raises:
        SessionLost: a new session is needed; nothing was done.
        Retry: temporary, and nothing was done (unless it only reads).
        Permanent: somebody has to mend something; nothing was done.
        Unknown: an SMS may have left.
    """
    try:
        return call()
    except ResponseErrorException as error:
        raise of_code(error.code, sends=sends) from None
    except _TRANSPORT as error:
        raise _of_transport(error, sends=sends) from None
    except _NONSENSE as error:
        reason = f"the modem's answer makes no sense ({type(error).__name__})"
        raise (Unknown(reason) if sends else NoModem(_USUAL_RETRY_S, reason)) from None


def of_code(code: int, *, sends: bool) -> PluginError:
    """Class an error code that the modem answered with.

    A code that nobody has seen is temporary; while an SMS is handed over it is unknown.
    """
    if code in SESSION_LOST:
        return SessionLost(code)
    if code in REFUSED:
        return Refused(f"the modem refuses user name or password ({code})")
    if sends and (code in UNSURE or code not in KNOWN):
        return Unknown(f"the modem answers with error {code}")
    if code in _PERMANENT:
        return Permanent(f"{_PERMANENT[code]} ({code})")
    after_s, reason = _TEMPORARY.get(code, (_USUAL_RETRY_S, "the modem answers with an error"))
    return _TEMPORARY_KINDS.get(code, Retry)(after_s, f"{reason} ({code})")


def _of_transport(error: Exception, *, sends: bool) -> PluginError:
    reason = f"the modem does not answer ({type(error).__name__})"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        reason = f"the modem answers with HTTP status {error.response.status_code}"
    if sends and not _never_connected(error):
        return Unknown(reason)
    return NoModem(_USUAL_RETRY_S, reason)


def _never_connected(error: Exception) -> bool:
    """Say whether no byte of the request can have reached the modem."""
    cause = error.args[0] if error.args else None
    inner = getattr(cause, "reason", cause)
    return isinstance(inner, NewConnectionError | ConnectTimeoutError)
