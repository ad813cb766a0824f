"""What a modem's error means for an SMS (3GPP TS 27.005, 3.2.5; TS 24.011, annex E; TS 23.040, 9.2.3.22).

Codes below 128 come from the network (TS 24.011, E-2), 128 to 255 from the service centre (TS 23.040), 300
and above from the modem itself. A code that nobody knows is temporary, for `CAP` attempts.
"""

from __future__ import annotations

from typing import Final

from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker_at_modem.results import End, Kind

CAP: Final = 5
"""After so many attempts an unknown error is taken for one that stays."""
USUAL_S: Final = 5.0

_PERMANENT: Final = {
    1: "the number is not assigned",
    8: "the operator bars this SIM from sending",
    10: "the network bars this SIM from sending",
    21: "the network rejects the SMS",
    27: "the destination is out of service",
    28: "the network does not know this SIM",
    29: "the operator refuses the service",
    30: "the network does not know the subscriber",
    50: "the operator does not let this SIM send SMS",
    69: "the network does not do this",
    81: "the SMS's reference is wrong",
    95: "the SMS is not valid",
    96: "the SMS lacks something",
    97: "the network does not know this kind of SMS",
    304: "the modem does not accept the PDU",
    305: "the modem does not accept the text",
    330: "the SIM has no number of an SMS centre",
}
_TEMPORARY: Final = {
    38: (10.0, "the network is out of order"),
    41: (5.0, "the network has a temporary failure"),
    42: (10.0, "the network is congested"),
    47: (10.0, "the network has no resources"),
    98: (5.0, "the network was not ready for it"),
    111: (5.0, "the network has a protocol error"),
    127: (5.0, "the network does not say why"),
    300: (5.0, "the modem's own failure"),
    301: (10.0, "the modem's SMS service is reserved"),
    302: (5.0, "the modem does not allow it now"),
    303: (5.0, "the modem does not support it now"),
    310: (10.0, "there is no SIM"),
    311: (10.0, "the SIM wants its PIN"),
    313: (10.0, "the SIM fails"),
    314: (2.0, "the SIM is busy"),
    315: (10.0, "the SIM is wrong"),
    316: (10.0, "the SIM wants its PUK"),
    320: (5.0, "the modem's memory fails"),
    322: (2.0, "the modem's store is full"),
    331: (2.0, "there is no network"),
    500: (3.0, "an error that the modem does not know"),
    512: (3.0, "the modem is busy, or the network refused it"),
    515: (5.0, "the modem is starting"),
}
_EQUIPMENT: Final = {
    3: (5.0, "the modem does not allow it now"),
    4: (5.0, "the modem does not support it now"),
    10: (10.0, "there is no SIM"),
    11: (10.0, "the SIM wants its PIN"),
    12: (10.0, "the SIM wants its PUK"),
    13: (10.0, "the SIM fails"),
    14: (2.0, "the SIM is busy"),
    15: (10.0, "the SIM is wrong"),
    16: (10.0, "the SIM's PIN is wrong"),
    20: (2.0, "the modem's memory is full"),
    30: (2.0, "there is no network"),
    31: (5.0, "the network did not answer"),
    100: (3.0, "an error that the modem does not know"),
    515: (5.0, "the modem is starting"),
}
"""+CME ERROR, 3GPP TS 27.007, 9.2."""
_OVERTIME: Final = 332
"""The network did not answer in time: it may have taken the SMS all the same."""


def refusal(end: End, attempt: int = 1, left: tuple[int, ...] = ()) -> PluginError:
    """Return what the error means for the SMS that was being handed over.

    Args:
        attempt: Which attempt it was; an unknown error does not get more than `CAP`.
        left: The parts that left before.
    """
    words = f"({end})"
    if end.kind is Kind.CMS and end.code == _OVERTIME:
        return Unknown(f"the network did not answer in time {words}", left)
    if end.kind is Kind.CMS and end.code in _PERMANENT:
        return Permanent(f"{_PERMANENT[end.code]} {words}", left)
    known = (_TEMPORARY if end.kind is Kind.CMS else _EQUIPMENT).get(end.code or -1)
    if known is not None and end.kind in (Kind.CMS, Kind.CME):
        return Retry(known[0], f"{known[1]} {words}", left)
    if attempt >= CAP:
        return Permanent(f"the modem refuses it again and again {words}", left)
    return Retry(USUAL_S, f"the modem refuses it {words}", left)


def failure(end: End | None, what: str) -> Retry:
    """Return what an error means for a plain command."""
    if end is None:
        return Retry(USUAL_S, f"{what}: no end of the answer")
    table = _TEMPORARY if end.kind is Kind.CMS else _EQUIPMENT
    known = table.get(end.code or -1) if end.kind in (Kind.CMS, Kind.CME) else None
    if known is None:
        return Retry(USUAL_S, f"{what}: {end}")
    return Retry(known[0], f"{what}: {known[1]} ({end})")
