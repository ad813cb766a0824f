"""What the AT emulator knows: settings that a reboot loses, and what a reboot keeps."""

from dataclasses import dataclass, field
from typing import Any, Final

from notanker_lab.at_call import CmeError

MEMORIES: Final = ("SM", "ME", "SR")
SERVED: Final = (1, 5, 6, 7)
"""+CREG states in which SMS go: home, roaming, and the two for SMS alone."""
STATES: Final = {
    "idle": 0, "home": 1, "searching": 2, "denied": 3, "unknown": 4, "roaming": 5, "sms_only": 6,
    "roaming_sms_only": 7, "emergency": 8,
}  # fmt: skip
_SIM_ERRORS: Final = {"absent": 10, "failure": 13, "busy": 14, "wrong": 15}
_SIM_WORDS: Final = {"ready": "READY", "pin": "SIM PIN", "puk": "SIM PUK"}


@dataclass(slots=True)
class Settings:
    """What the host has set; a reboot forgets it."""

    echo: bool = True
    verbose: bool = True
    cmee: int = 0
    text_mode: bool = False
    charset: str = "GSM"
    memories: list[str] = field(default_factory=lambda: ["SM", "SM", "SM"])
    cnmi: list[int] = field(default_factory=lambda: [0, 0, 0, 0, 0])
    acknowledges: bool = False
    csmp: list[int] = field(default_factory=lambda: [17, 167, 0, 0])
    csdh: int = 0
    reports_registration: dict[str, int] = field(default_factory=dict)
    operator_format: int = 0
    ussd: int = 0
    reports_zone: int = 0
    kept: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sim:
    """The SIM; ``state`` is ready, pin, puk, absent, failure, busy or wrong."""

    state: str = "ready"
    pin: str = "1234"
    puk: str = "12345678"
    locked: bool = False
    pin_tries: int = 3
    puk_tries: int = 10
    imsi: str = "999990000000017"
    iccid: str = "8900101000000000017"

    def word(self) -> str:
        """Give what +CPIN? says.

        Raises:
            CmeError: there is no usable SIM.
        """
        if self.state in _SIM_ERRORS:
            raise CmeError(_SIM_ERRORS[self.state])
        return _SIM_WORDS[self.state]

    def need(self) -> None:
        """Refuse what needs an unlocked SIM.

        Raises:
            CmeError: it is not ready.
        """
        if self.word() != "READY":
            raise CmeError({"pin": 11, "puk": 12}[self.state])

    def try_pin(self, pin: str) -> None:
        """Unlock it.

        Raises:
            CmeError: the PIN is wrong, or it is not asked for.
        """
        if self.word() != "SIM PIN":
            raise CmeError(3)
        if pin != self.pin:
            self.pin_tries -= 1
            self.state = "pin" if self.pin_tries > 0 else "puk"
            raise CmeError(16 if self.pin_tries > 0 else 12)
        self.pin_tries, self.state = 3, "ready"

    def try_puk(self, puk: str, pin: str) -> None:
        """Set a new PIN.

        Raises:
            CmeError: the PUK is wrong, or it is not asked for.
        """
        if self.word() != "SIM PUK":
            raise CmeError(3)
        if puk != self.puk:
            self.puk_tries -= 1
            self.state = "puk" if self.puk_tries > 0 else "failure"
            raise CmeError(16 if self.puk_tries > 0 else 13)
        self.pin, self.pin_tries, self.state = pin, 3, "ready"

    def restart(self) -> None:
        """Ask for the PIN again, if it is on."""
        if self.locked and self.state == "ready":
            self.state = "pin"


@dataclass(slots=True)
class Identity:
    """Who the modem says it is: of no public network (MCC 999, ITU-T E.212), and for fiction."""

    vendor: str = "generic"
    manufacturer: str = "Labor"
    model: str = "LM-1"
    revision: str = "LM1-01.00"
    imei: str = "990000000000017"
    own_number: str = "+491713920010"
    centre: str = "+491713920099"


PROFILES: Final[dict[str, dict[str, str]]] = {
    "generic": {},
    "quectel": {"manufacturer": "Quectel", "model": "EC25", "revision": "EC25EFAR06A01M4G"},
    "huawei": {"manufacturer": "huawei", "model": "E3372", "revision": "21.200.07.00.00"},
    "simcom": {
        "manufacturer": "SIMCOM INCORPORATED",
        "model": "SIMCOM_SIM7600G-H",
        "revision": "LE20B04SIM7600G22",
    },
}
"""Which commands, boot lines and signal forms there are follows from the vendor."""


@dataclass(slots=True)
class Radio:
    """The network, and what it makes of this modem."""

    state: str = "home"
    wanted: bool = True
    operator: str = "Labornetz"
    plmn: str = "99999"
    technology: int = 7
    csq: int = 20
    rsrp_dbm: int = -89
    rsrq_db: int = -9
    sinr_db: int = 15
    radio_s: float = 0.1
    report_s: float | None = 2.0
    ussd_s: float = 0.3
    ussd: dict[str, str] = field(default_factory=lambda: {"*100#": "Guthaben: 12,34 EUR"})
    clock_offset_s: float = 0.0
    clock_known: bool = True
    keeps_reference: bool = False
    refuses_copies: bool = False
    attached: bool = True
    context_active: bool = False
    contexts: dict[int, list[str]] = field(default_factory=lambda: {1: ["IPV4V6", "internet"]})
    address: str = "198.18.2.2"

    @property
    def stat(self) -> int:
        """The state as +CREG tells it."""
        return STATES[self.state] if self.wanted else 0


@dataclass(slots=True)
class Stored:
    """One SMS in a memory: status 0 unread, 1 read, 2 unsent, 3 sent; ``tpdu_bytes`` as the host counts."""

    pdu: bytes
    status: int = 0
    cut: bool = False

    @property
    def tpdu_bytes(self) -> int:
        """The length without the centre's address."""
        return len(self.pdu) - 1 - self.pdu[0]


class Stores:
    """The memories, each with so many slots."""

    def __init__(self, slots: dict[str, int]) -> None:
        self.slots = slots
        self.held: dict[str, dict[int, Stored]] = {name: {} for name in MEMORIES}

    def put(self, memory: str, pdu: bytes, status: int = 0) -> int | None:
        """Store an SMS in the first free slot; None if there is none."""
        held = self.held[memory]
        free = next((n for n in range(self.slots[memory]) if n not in held), None)
        if free is not None:
            held[free] = Stored(pdu, status)
        return free

    def full(self, memory: str) -> bool:
        """Say whether there is no free slot."""
        return len(self.held[memory]) >= self.slots[memory]

    def counts(self, memory: str) -> tuple[int, int]:
        """Give used and all slots."""
        return len(self.held[memory]), self.slots[memory]

    def as_dicts(self, memory: str) -> list[dict[str, Any]]:
        """Give what lies in one memory."""
        held = sorted(self.held[memory].items())
        return [{"index": n, "status": s.status, "pdu": s.pdu.hex().upper()} for n, s in held]
