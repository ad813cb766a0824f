"""Lines that a modem says by itself (3GPP TS 27.007, 27.005, and the vendors' own)."""

from __future__ import annotations

import re
from typing import Final

# With them come a header and, on the next line, a PDU.
WITH_PDU: Final = ("+CMT:", "+CDS:", "+CBM:")

_PREFIXES: Final = (
    *WITH_PDU,
    *(
        "+CMTI:",
        "+CDSI:",
        "+CBMI:",
        "+CUSD:",
        "+CRING:",
        "+CLIP:",
        "+CCWA:",
        "+CIEV:",
        "+CSSU:",
        "+CSSI:",
    ),
    *(
        "+CREG:",
        "+CGREG:",
        "+CEREG:",
        "+C5GREG:",
        "+CGEV:",
        "+CTZV:",
        "+CTZE:",
        "+CTZDST:",
        "+CPIN:",
    ),
    *(
        "^RSSI:",
        "^HCSQ:",
        "^MODE:",
        "^BOOT:",
        "^SRVST:",
        "^SIMST:",
        "^STIN:",
        "^DSFLOWRPT:",
        "^NWTIME:",
    ),
    *(
        "^SMMEMFULL:",
        "^NDISSTAT:",
        "^DHCP:",
        "^CEND:",
        "^CONN:",
        "^ORIG:",
        "^CONF:",
        "^ANLEVEL:",
        "^LTERSRP:",
        "VOICE CALL:",
    ),
    *(
        "+SMMEMFULL:",
        "%SMMEMFULL:",
        "+QIND:",
        "+QIURC:",
        "+QUSIM:",
        "+QNETDEVSTATUS:",
        "+CFUN:",
        "+PSUTTZ:",
    ),
    *(
        "*PSUTTZ:",
        "*ATREADY:",
        "+ZUSIMR:",
        "+ZPASR:",
        "+ZDONR:",
        "+ZEND:",
        "+UUPSDD:",
        "+SIM:",
        "+SIMCARD:",
    ),
    *("+NETOPEN:", "+CGNETDEV:", "+MSTK:", "+SPN:", "+CSQN:", "$QCRSSI:"),
)
_WORDS: Final = frozenset(
    {
        *(
            "RDY",
            "SMS READY",
            "CALL READY",
            "SMS DONE",
            "PB DONE",
            "QCRDY",
            "START",
            "RING",
            "POWERED DOWN",
        ),
        *(
            "NORMAL POWER DOWN",
            "APP RDY",
            "^SYSSTART",
            "^SMMEMFULL",
            "SIM READY",
            "+PACSP0",
            "+PACSP1",
        ),
        *("*ATREADY: 1", "SIMCARD INSERTED", "UNDER-VOLTAGE POWER DOWN", "+QIND: SMS DONE"),
    }
)
# A modem says these once it has started, whoever made it start.
_STARTED: Final = frozenset(
    {"RDY", "CALL READY", "SMS READY", "QCRDY", "APP RDY", "^SYSSTART", "*ATREADY: 1", "START"}
)
_LATE_START: Final = frozenset({"SMS DONE", "+QIND: SMS DONE", "PB DONE", "+CPIN: READY"})
_STORE_FULL: Final = re.compile(r"[\^+%]SMMEMFULL\b", re.ASCII)


def is_unsolicited(line: str) -> bool:
    """Say whether a modem says this without being asked."""
    word = line.strip()
    return word.upper() in _WORDS or word.startswith(_PREFIXES)


def tells_start(line: str) -> bool:
    """Say whether the modem has just been started: all its settings are gone."""
    return line.strip().upper() in _STARTED


def tells_readiness(line: str) -> bool:
    """Say whether a part of the modem has come up; it may have been started."""
    return line.strip().upper() in _LATE_START or tells_start(line)


def tells_full_store(line: str) -> bool:
    """Say whether no more SMS fit into the modem's store."""
    return bool(_STORE_FULL.match(line.strip()))
