"""ModemManager's own names and numbers, from its D-Bus reference (ModemManager 1.20)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

SERVICE: Final = "org.freedesktop.ModemManager1"
ROOT: Final = "/org/freedesktop/ModemManager1"
MODEM: Final = f"{SERVICE}.Modem"
SIMPLE: Final = f"{MODEM}.Simple"
MODEM_3GPP: Final = f"{MODEM}.Modem3gpp"
USSD: Final = f"{MODEM_3GPP}.Ussd"
MESSAGING: Final = f"{MODEM}.Messaging"
SIGNAL: Final = f"{MODEM}.Signal"
SMS: Final = f"{SERVICE}.Sms"
SIM: Final = f"{SERVICE}.Sim"
BEARER: Final = f"{SERVICE}.Bearer"
OBJECTS: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
ALL_BEARERS: Final = "/"


class State(IntEnum):
    """MMModemState."""

    FAILED = -1
    UNKNOWN = 0
    INITIALIZING = 1
    LOCKED = 2
    DISABLED = 3
    DISABLING = 4
    ENABLING = 5
    ENABLED = 6
    SEARCHING = 7
    REGISTERED = 8
    DISCONNECTING = 9
    CONNECTING = 10
    CONNECTED = 11


class Lock(IntEnum):
    """MMModemLock, as far as it is told apart here."""

    UNKNOWN = 0
    NONE = 1
    SIM_PIN = 2
    SIM_PIN2 = 3
    SIM_PUK = 4
    SIM_PUK2 = 5


HARMLESS_LOCKS: Final = frozenset({Lock.UNKNOWN, Lock.NONE, Lock.SIM_PIN2, Lock.SIM_PUK2})
"""PIN2 and PUK2 guard the fixed-dialling list and the like; data and SMS do without."""


class Failure(IntEnum):
    """MMModemStateFailedReason."""

    NONE = 0
    UNKNOWN = 1
    SIM_MISSING = 2
    SIM_ERROR = 3


class Kind(IntEnum):
    """MMSmsPduType."""

    UNKNOWN = 0
    DELIVER = 1
    SUBMIT = 2
    STATUS_REPORT = 3


class SmsState(IntEnum):
    """MMSmsState."""

    UNKNOWN = 0
    STORED = 1
    RECEIVING = 2
    RECEIVED = 3
    SENDING = 4
    SENT = 5


STORAGES: Final = {1: "SM", 2: "ME", 3: "MT", 4: "SR", 5: "BM", 6: "TA"}
"""MMSmsStorage, as AT+CPMS writes them."""
