"""Everything that can go wrong on the way to a modem behind ModemManager, classed in one place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker_modemmanager.bus import BusError, BusGoneError, BusTimeoutError

T = TypeVar("T")

ABSENT_AGAIN_S: Final = 10.0
_AGAIN_S: Final = 5.0
_NETWORK_AGAIN_S: Final = 30.0

_OWN: Final = "org.freedesktop.ModemManager1.Error."
_BUS: Final = "org.freedesktop.DBus.Error."

# The service was not there, so it did nothing.
_ABSENT: Final = frozenset({"ServiceUnknown", "NameHasNoOwner", "Spawn.ServiceNotFound"})
_GONE: Final = frozenset(
    {
        f"{_OWN}Core.NotFound",
        *(f"{_BUS}{name}" for name in ("UnknownObject", "UnknownMethod", "UnknownInterface")),
    }
)

# Nothing was done. CMS errors have names from 300 on (3GPP TS 27.005, 3.2.5).
_PERMANENT: Final = {
    "Core.Unsupported": "the modem does not support this",
    "Core.InvalidArgs": "ModemManager does not accept a value",
    "Message.NotAllowed": "the modem does not allow this",
    "Message.NotSupported": "the modem does not support this",
    "Message.InvalidPduParameter": "the modem does not accept number or text",
    "Message.InvalidTextParameter": "the modem does not accept number or text",
    "Message.SimNotInserted": "there is no SIM",
    "Message.SimPin": "the SIM wants its PIN",
    "Message.SimPuk": "the SIM wants its PUK",
    "Message.SimFailure": "the SIM has failed",
    "Message.SimWrong": "the SIM cannot be used",
    "MobileEquipment.SimNotInserted": "there is no SIM",
    "MobileEquipment.SimPin": "the SIM wants its PIN",
    "MobileEquipment.SimPuk": "the SIM wants its PUK",
    "MobileEquipment.SimFailure": "the SIM has failed",
    "MobileEquipment.SimWrong": "the SIM cannot be used",
    "MobileEquipment.IncorrectPassword": "the SIM's PIN is wrong",
}
_TEMPORARY: Final = {
    "Core.WrongState": (_AGAIN_S, "the modem is not ready for this"),
    "Core.InProgress": (_AGAIN_S, "the modem is busy"),
    "Core.Retry": (_AGAIN_S, "the modem is busy"),
    "Core.TooMany": (_AGAIN_S, "too many at once"),
    # "Cannot run sequence": the port is in use for data, or closed since the cable was pulled.
    "Core.Connected": (ABSENT_AGAIN_S, "the modem's port is closed"),
    "Serial.OpenFailed": (ABSENT_AGAIN_S, "the modem's port cannot be opened"),
    "Message.SimBusy": (_AGAIN_S, "the SIM is busy"),
    "Message.SmscAddressUnknown": (_NETWORK_AGAIN_S, "the SIM has no number of an SMS centre"),
    "Message.NoNetwork": (_NETWORK_AGAIN_S, "no network"),
    "Message.NetworkTimeout": (_NETWORK_AGAIN_S, "the network did not take it in time"),
    "MobileEquipment.NoNetwork": (_NETWORK_AGAIN_S, "no network"),
    "MobileEquipment.MissingOrUnknownApn": (_NETWORK_AGAIN_S, "the network does not know the APN"),
}
# CMS errors below 300 have no name; their number stands in the words (measured, ModemManager 1.20.4).
# TS 24.011, E-2 and TS 23.040: unassigned, barred, unknown subscriber, facility rejected ...
_PERMANENT_CMS: Final = frozenset({1, 8, 10, 28, 29, 50, 69, 96})
_CMS: Final = re.compile(r"Unknown message error: (\d{1,4})", re.ASCII)
_REFUSALS: Final = ("Message.", "MobileEquipment.")
"""A modem that answers with an error has not sent anything."""
_NOT_ALLOWED: Final = "is not allowed by polkit or D-Bus (see the README)"


class Gone(Retry):
    """ModemManager does not know the object any more: an SMS that was deleted, a modem that went."""


def guarded(call: Callable[[], T], *, sends: bool = False) -> T:
    """Return what the call returns; turn whatever the bus raises into an answer of the contract.

    Args:
        call: Talks over the bus.
        sends: The call hands an SMS over, so what is lost may have left.

    Raises:
        Retry: temporary, and nothing was done (unless it only reads).
        Permanent: somebody has to mend something; nothing was done.
        Unknown: an SMS may have left.
    """
    try:
        return call()
    except BusError as error:
        raise of_error(error.name, error.words, sends=sends) from None
    except BusTimeoutError:
        raise _doubtful("ModemManager does not answer", sends=sends) from None
    except BusGoneError as error:
        raise _doubtful(f"no D-Bus: {error}", sends=sends) from None


def of_error(name: str, words: str, *, sends: bool) -> PluginError:
    """Class an error by its D-Bus name.

    An error of the modem itself that is not in the lists is temporary. Any other may mean that an SMS that
    was being handed over has left.
    """
    if _is_refusal(name, words):
        return Permanent(f"{words or name} {_NOT_ALLOWED}")
    known = name.removeprefix(_OWN)
    if known in _PERMANENT:
        return Permanent(f"{_PERMANENT[known]} ({known})")
    if known in _TEMPORARY:
        after_s, reason = _TEMPORARY[known]
        return Retry(after_s, f"{reason} ({known})")
    if name in _GONE:
        return Gone(_AGAIN_S, f"ModemManager does not know this any more: {words}")
    if name.removeprefix(_BUS) in _ABSENT:
        return Retry(ABSENT_AGAIN_S, "ModemManager does not run")
    if known.startswith(_REFUSALS):
        return _of_modem(known, words)
    return _doubtful(f"ModemManager answers with {known.removeprefix(_BUS)}: {words}", sends=sends)


def _of_modem(known: str, words: str) -> PluginError:
    reason = f"the modem answers: {words} ({known})"
    code = _CMS.match(words)
    if code and int(code[1]) in _PERMANENT_CMS:
        return Permanent(reason)
    return Retry(_NETWORK_AGAIN_S, reason)


def _is_refusal(name: str, words: str) -> bool:
    return (
        name in (f"{_OWN}Core.Unauthorized", f"{_BUS}AccessDenied")
        # How ModemManager says that polkit is not there (mm-auth-provider.c).
        or words.startswith("PolicyKit")
    )


def _doubtful(reason: str, *, sends: bool) -> PluginError:
    return Unknown(reason) if sends else Retry(ABSENT_AGAIN_S, reason)
