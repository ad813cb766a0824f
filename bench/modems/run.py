"""One run: one program, one modem, one fault, one SMS."""

import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.modems.faults import AWAY_S, FAULTS
from bench.modems.program import Program

from notanker_lab.at_modem import AtModem
from notanker_lab.errors import LabError

NUMBER: Final = "+491713920011"
TEXT: Final = "Stoerung: die Hauptleitung ist ausgefallen. #A{number}"
FIRST: Final = 17
PAUSE_S: Final = 3.0
INBOUND: Final = "+491713920001"
REPORT_S: Final = 3.0
REGISTER_S: Final = 4.0
"""From RDY to the network after a reboot; what the network has for the modem comes then."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        sent_s: Seconds from the hand-over to each SMS that left.
        marked: How many of them say that they are a repeat (TP-RD, or an "r" behind the mark).
        log_per_10_s: Lines logged in ten seconds; after an unplug the worse of the time away and of all.
        cpu_pct: Share of a core, likewise.
        spoilt: Commands that were typed at an open prompt.
        ready_s: Seconds from a reboot's end to an SMS that came then having been read; None if it never was.
        written_s: Seconds from each hand-over to its PDU being written, of a healthy modem.
    """

    program: str
    fault: str
    sent_s: list[float]
    marked: int
    log_per_10_s: float
    cpu_pct: float
    spoilt: int
    ready_s: float | None = None
    written_s: tuple[float, ...] = ()

    @property
    def lost(self) -> int:
        """1 if it never left."""
        return int(not self.sent_s)

    @property
    def doubled(self) -> int:
        """How many copies left that nobody can know as such."""
        return max(0, len(self.sent_s) - 1 - self.marked)

    def as_dict(self) -> dict[str, Any]:
        """Give it for a JSON file."""
        return asdict(self)


def run(kind: type[Program], fault: str, watch_s: float) -> Outcome:
    """Hand one SMS over with a fault armed just before, and watch what leaves.

    Raises:
        LabError: the program does not run.
    """
    with tempfile.TemporaryDirectory(prefix="sms-") as name, AtModem("quectel") as modem:
        modem.set(report_s=REPORT_S, register_s=REGISTER_S)
        program = kind(modem.port, Path(name))
        try:
            program.start()
            time.sleep(program.settle_s)
            program.check()
            return _measure(program, modem, fault, watch_s)
        finally:
            program.stop()


def _measure(program: Program, modem: AtModem, fault: str, watch_s: float) -> Outcome:
    FAULTS[fault].arm(modem)
    costs, boots, start_s = Costs(program), modem.device.boots, time.monotonic()
    program.send(NUMBER, TEXT.format(number=FIRST), FIRST)
    away = None
    if fault == "unplug":
        _sleep_until(start_s + AWAY_S)
        away = costs.rates()
    ready_s = _ready_s(modem, boots, start_s + watch_s) if fault == "reboot" else None
    written_s = _healthy(program, modem, start_s, watch_s) if fault == "none" else ()
    _sleep_until(start_s + watch_s)
    lines, cpu_pct = map(max, zip(costs.rates(), away or (0.0, 0.0), strict=True))
    sent = [one for one in modem.sent if f"#A{FIRST}" in one.submit.text]
    marked = sum(one.submit.rejects_copies or f"#A{FIRST}r" in one.submit.text for one in sent[1:])
    return Outcome(
        program.name, fault, [round(one.at_s - start_s, 1) for one in sent], marked,
        round(lines, 1), round(cpu_pct, 1), len(modem.device.spoilt), ready_s, written_s,
    )  # fmt: skip


class Costs:
    """What a program has cost since this was made."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._start_s = time.monotonic()
        self._lines, self._cpu_s = program.log_lines(), program.cpu_s()

    def rates(self) -> tuple[float, float]:
        """Give log lines in ten seconds, and percent of a core."""
        took_s = time.monotonic() - self._start_s
        lines, cpu_s = self._program.log_lines() - self._lines, self._program.cpu_s() - self._cpu_s
        return lines * 10 / took_s, cpu_s * 100 / took_s


def _sleep_until(end_s: float) -> None:
    time.sleep(max(0.0, end_s - time.monotonic()))


def _healthy(program: Program, modem: AtModem, start_s: float, watch_s: float) -> tuple[float, ...]:
    """Hand over one SMS after the other; give how long each took to be written to the modem."""
    given_s = [start_s]
    while time.monotonic() < start_s + watch_s - 2 * PAUSE_S:
        with suppress(LabError):
            modem.wait_for(len(given_s), PAUSE_S)
        time.sleep(PAUSE_S)
        number = FIRST + len(given_s)
        given_s.append(time.monotonic())
        program.send(NUMBER, TEXT.format(number=number), number)
    with suppress(LabError):
        modem.wait_for(len(given_s), PAUSE_S)
    radio_s = modem.device.radio.radio_s
    pairs = zip(modem.sent, given_s, strict=False)
    return tuple(round(one.at_s - radio_s - at_s, 3) for one, at_s in pairs)


def _ready_s(modem: AtModem, boots: int, end_s: float) -> float | None:
    """Bring an SMS when the reboot is over; give how long it lay there unread."""
    device = modem.device
    while not (device.boots > boots and device.up) and time.monotonic() < end_s:
        time.sleep(0.01)
    up_s = time.monotonic()
    modem.receive(INBOUND, "OK 17")
    while time.monotonic() < end_s:
        unread = any(row["status"] == 0 for name in ("SM", "ME") for row in modem.box(name))
        if not unread and not device.air.waiting():
            return round(time.monotonic() - up_s, 1)
        time.sleep(0.05)
    return None
