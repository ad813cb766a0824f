"""What the modem has said by itself, sorted: SMS, reports, the store, USSD, its own restarts."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec

from notanker.plugin import Happening, Inbound, SendReport
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Report
from notanker.plugin.sms.status import Fate, words_for
from notanker_at_modem import unsolicited
from notanker_at_modem.answers import ringing
from notanker_at_modem.answers.store import announced_of
from notanker_at_modem.answers.ussd import Ussd, ussd_of

MOST_DIRECT: Final = 200
MOST_ABOUT_CALLS: Final = 20
MOST_HAPPENINGS: Final = 100


class Heard(msgspec.Struct):
    """What waits to be looked after.

    Attributes:
        new: Something is in a store, or said to be: which one it names is often wrong.
        direct: SMS that came directly and are nowhere else, by name; kept until they are discarded.
        reports: Reports that came directly, by name; kept until they are discarded.
        fresh: Reports that nobody has looked at as evidence yet.
        ussd: The latest answer to a code.
        calls: What was said of a voice call, oldest first.
        settings_lost: The modem has been started, or behaves so.
        store_full: It has said that nothing more fits.
    """

    new: bool = False
    direct: dict[str, Inbound] = msgspec.field(default_factory=dict)
    reports: dict[str, SendReport] = msgspec.field(default_factory=dict)
    fresh: list[Report] = msgspec.field(default_factory=list)
    happenings: list[Happening] = msgspec.field(default_factory=list)
    ussd: Ussd | None = None
    calls: list[str] = msgspec.field(default_factory=list)
    settings_lost: bool = False
    store_full: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is something to collect."""
        return bool(
            self.new or self.direct or self.reports or self.happenings or self.settings_lost
        )

    def take(self, said: str) -> None:
        """Take one saying of the modem."""
        if said.startswith(("+CMT:", "+CDS:")):
            self._direct(said.partition("\n")[2].strip())
        elif announced_of(said) is not None:
            self.new = True
        elif said.startswith("+CUSD:"):
            self.ussd = ussd_of(said) or self.ussd
        elif ringing.tells(said):
            self.calls = [*self.calls, said][-MOST_ABOUT_CALLS:]
        elif unsolicited.tells_full_store(said):
            self.store_full = True
            self.new = True
        elif unsolicited.tells_start(said) or _other_card(said):
            self.settings_lost = True
        elif unsolicited.tells_readiness(said):
            self.new = True  # what it refused a moment ago it may take now

    def happened(self, what: str, reason: str = "") -> None:
        """Note what befell the modem, for the record."""
        if len(self.happenings) < MOST_HAPPENINGS:
            self.happenings.append(Happening(what=what, reason=reason))

    def take_happenings(self) -> tuple[Happening, ...]:
        """Return what happened since the last time; it is handed over once."""
        taken, self.happenings = tuple(self.happenings), []
        return taken

    def forget(self, names: tuple[str, ...]) -> None:
        """Let go of what the agent has on its disk."""
        for name in names:
            self.direct.pop(name, None)
            self.reports.pop(name, None)

    def _direct(self, pdu: str) -> None:
        if not pdu:
            self.new = True  # its header came without it: perhaps it is stored
            return
        name = f"direct:{digest(pdu)}"
        report = report_of(pdu)
        if report is not None:
            self.fresh.append(report)
            _put(self.reports, name, told(report, name))
        else:
            _put(self.direct, name, Inbound(name=name, pdu=pdu))


def digest(pdu: str) -> str:
    """Return what tells this PDU from another one in the same slot.

    Two checksums, because hashlib costs a child half a MiB. Whoever makes two SMS with the same ones gains
    that one of his own is taken for the other.
    """
    octets = pdu.upper().encode("latin-1", "replace")
    return f"{zlib.crc32(octets):08x}{zlib.adler32(octets):08x}"


def report_of(pdu: str) -> Report | None:
    """Return the status report that the PDU is, None if it is something else or cannot be read."""
    try:
        read = decode(pdu)
    except PduError:
        return None
    return read if isinstance(read, Report) else None


def took_s(report: Report) -> float | None:
    """Return how long the service centre had the SMS, by its own clock; None if it does not say."""
    taken, done = report.stamp.time, report.discharge.time
    return None if taken is None or done is None else (done - taken).total_seconds()


def told(report: Report, name: str) -> SendReport:
    """Return the report as the agent takes it."""
    fates = {Fate.DELIVERED: "delivered", Fate.PENDING: "pending"}
    done = report.discharge.time
    return SendReport(
        recipient=report.recipient.text,
        reference=report.reference,
        fate=fates.get(report.fate, "failed"),  # type: ignore[arg-type]  # one of the three
        reason=f"0x{report.status:02X} {words_for(report.status, 'en')}",
        done="" if done is None else done.isoformat(),
        name=name,
    )


def _other_card(said: str) -> bool:
    return said.startswith("+CPIN:") and "READY" not in said


def _put(where: dict[str, Inbound] | dict[str, SendReport], name: str, what: object) -> None:
    # Nobody fetches them while the agent is away: the oldest give way, the network has more patience.
    while len(where) >= MOST_DIRECT:
        where.pop(next(iter(where)))
    where[name] = what  # type: ignore[assignment]  # each caller puts in its own kind
