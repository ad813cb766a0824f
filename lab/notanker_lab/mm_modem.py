"""A modem as ModemManager's generic plugin wants one, behind a Unix socket: one for each AT port.

It has the manners that matter to ModemManager: `+CMTI` for each SMS, in a burst if told so, a store that
keeps PDUs as the network sent them, status reports as `+CDS`, a SIM that wants its PIN, answers that never
come. A port that carries a data session says nothing of SMS: another one does, else it is said once the
session is over (TS 27.005, 3.4.1: `+CNMI` mode 2). ModemManager opens and closes the port as it likes; the
modem stays as it is meanwhile.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from notanker_lab import mm_pdu

IMEI = "350000000000001"
ICCID = "89492000000000000017"
CENTRE = "+4917604069099"
_SLOTS = 20

_ANSWERS = {
    "+CGMI": "Lab",
    "+CGMM": "Emulator",
    "+CGMR": "1.0",
    "+CIMI": "262010000000017",
    "+GCAP": "+GCAP: +CGSM",
    "+WS46=?": "+WS46: (12,22,28)",
    "+CSCS=?": '+CSCS: ("IRA","GSM","UCS2")',
    "+CSCS?": '+CSCS: "IRA"',
    "+CFUN?": "+CFUN: 1",
    "+COPS?": '+COPS: 0,0,"Testnetz",7',
    "+CSQ": "+CSQ: 20,99",
    "+CESQ=?": "+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-34,255),(0-34,255),(0-97,255)",
    "+CESQ": "+CESQ: 99,99,255,255,20,40",
    "+CNMI=?": "+CNMI: (0-2),(0-3),(0,2,3),(0-2),(0,1)",
    "+CMGF=?": "+CMGF: (0,1)",
    "+CPMS=?": '+CPMS: ("SM"),("SM"),("SM")',
    "+CSCA?": f'+CSCA: "{CENTRE}",145',
    "+CNUM": '+CNUM: "","+4917604069017",145',
    "+CUSD=?": "+CUSD: (0-2)",
    "+CGATT?": "+CGATT: 1",
    "+CGACT?": "+CGACT: 1,0",
    "+CGDCONT=?": '+CGDCONT: (1-4),"IP",,,(0),(0)\r\n+CGDCONT: (1-4),"IPV4V6",,,(0),(0)',
    "+CRSM=176,12258,0,0,10": '+CRSM: 144,0,"98940200000000000071"',
}


@dataclass
class Sent:
    """One SMS that left.

    Attributes:
        pdu: The SMS-SUBMIT.
        reference: Under which it left (TP-MR).
    """

    pdu: str
    reference: int


@dataclass
class Manners:
    """How it behaves; tests set these.

    Attributes:
        on_send: What becomes of the next SMS: "sent", "silent" (sent, no answer), "swallowed" (neither),
            or a result such as "+CMS ERROR: 500".
        reports: A status report follows each SMS that left.
        sim: What `+CPIN?` says.
        pin: The right one.
        tries: Left for it.
        registered: As `+CREG` says it.
        ussd: What the network answers; empty: never.
        dials: Whether a data session comes up.
        holds_notices: What could not be said for a data session is said after it; some modems forget it.
    """

    on_send: list[str] = field(default_factory=list)
    reports: bool = True
    sim: str = "READY"
    pin: str = "1234"
    tries: int = 3
    registered: int = 1
    ussd: str = "Guthaben 5 EUR"
    dials: bool = True
    holds_notices: bool = True


class MmModem:
    """The modem.

    Attributes:
        ports: Its sockets.
        manners: How it behaves.
        sent: What left, in order.
        store: What came in and was not deleted, by place.
        heard: Every command, without the AT.
    """

    def __init__(self, folder: Path, ports: int = 2, imei: str = IMEI) -> None:
        self.ports = [folder / f"at{number}" for number in range(ports)]
        self.manners = Manners()
        self.sent: list[Sent] = []
        self.store: dict[int, str] = {}
        self.heard: list[str] = []
        self._lock = threading.RLock()
        self._lines: list[_Line] = []
        self._listeners: list[socket.socket] = []
        self._held: list[str] = []
        self._reference = 0
        self._answers = {**_ANSWERS, "+CGSN": imei}
        self._contexts = {"1": '1,"IP","internet.example","",0,0'}

    def __enter__(self) -> Self:
        """Listen on all ports."""
        self.plug()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self.unplug()

    def plug(self) -> None:
        """Make the ports appear."""
        for number, port in enumerate(self.ports):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(port))
            listener.listen()
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(number, listener), daemon=True).start()

    def unplug(self) -> None:
        """Close the ports and make them vanish, as if the cable were pulled."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._listeners.clear()
        for port in self.ports:
            port.unlink(missing_ok=True)
        with self._lock:
            lines, self._lines = self._lines, []
        for line in lines:
            line.hang_up()

    def receive(self, *pdus: str, gap_s: float = 0.0) -> None:
        """Have SMS come in, that far apart. One for which there is no room is not taken."""
        for pdu in pdus:
            with self._lock:
                place = next(number for number in range(1, 999) if number not in self.store)
                if place > _SLOTS:
                    return
                self.store[place] = pdu
                self._say(f'+CMTI: "SM",{place}')
            if gap_s:
                time.sleep(gap_s)

    def take(self, pdu: str) -> int:
        """Send an SMS over the air; give its reference."""
        with self._lock:
            self._reference = self._reference % 255 + 1
            self.sent.append(Sent(pdu, self._reference))
            return self._reference

    def answer(self, line: "_Line", command: str) -> None:
        """Answer one command."""
        with self._lock:
            self.heard.append(command)
            name = command.partition("=")[0].rstrip("?")
            special: dict[str, Callable[[str], Sequence[str]]] = {
                "+CPMS": self._storage,
                "+CMGL": self._list,
                "+CMGR": self._read,
                "+CMGD": self._delete,
                "+CPIN": self._pin,
                "+CSIM": self._counter,
                "+CUSD": self._ussd,
                "+CGDCONT": self._context,
            }
            if command in self._answers:
                said: Sequence[str] = [self._answers[command], "OK"]
            elif name in special:
                said = special[name](command)
            elif command.startswith("D*99"):
                said = ["CONNECT"] if self.manners.dials else ["NO CARRIER"]
            elif name in ("+CREG", "+CGREG", "+CEREG") and command.endswith("?"):
                said = [f'{name}: 2,{self.manners.registered},"1A2B","01A2B3C4",7', "OK"]
            else:
                # Other makers' commands are refused, as a modem of another make does.
                said = ["ERROR"] if name[:1] in ("^", "%", "*", "$") else ["OK"]
            if line.carries_data and not command.startswith("D*99"):
                line.carries_data = False  # a command on it: the session was given up
                self._say_held()
            for text in said:
                line.say(text)
            line.carries_data = line.carries_data or "CONNECT" in said

    def submit(self, line: "_Line", pdu: str) -> None:
        """Take the PDU that followed `+CMGS`."""
        how = self.manners.on_send.pop(0) if self.manners.on_send else "sent"
        if how == "swallowed":
            return
        if how not in ("sent", "silent"):
            line.say(how)
            return
        reference = self.take(pdu)
        if how == "sent":
            line.say(f"+CMGS: {reference}")
            line.say("OK")
        if self.manners.reports:
            self.report(pdu, reference)

    def report(self, pdu: str, reference: int) -> None:
        """Have the network report an SMS as delivered."""
        said = mm_pdu.report(mm_pdu.recipient_octets(pdu), reference)
        self._say(f"+CDS: {len(said) // 2 - 1}\r\n{said}")

    def _accept(self, number: int, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                line = _Line(self, number, connection)
                with self._lock:
                    self._lines.append(line)
                threading.Thread(target=line.run, daemon=True).start()

    def forget(self, line: "_Line") -> None:
        """Take note that a port was closed."""
        with self._lock:
            if line in self._lines:
                self._lines.remove(line)
            if line.carries_data:
                self._say_held()

    def _say(self, text: str) -> None:
        """Say something unasked, on the first port that is open and free, as modems do."""
        with self._lock:
            lines = sorted(self._lines, key=lambda line: line.number)
            if any(line.say(text) for line in lines if not line.carries_data):
                return
            if lines and self.manners.holds_notices:
                self._held.append(text)

    def _say_held(self) -> None:
        held, self._held = self._held, []
        for text in held:
            self._say(text)

    def _storage(self, command: str) -> list[str]:
        used = f"{len(self.store)},{_SLOTS}"
        if command.endswith("?"):
            return ["+CPMS: " + ",".join([f'"SM",{used}'] * 3), "OK"]
        return ["+CPMS: " + ",".join([used] * 3), "OK"]

    def _list(self, _: str) -> list[str]:
        entries = sorted(self.store.items())
        return [
            *(f"+CMGL: {place},1,,{len(pdu) // 2 - 1}\r\n{pdu}" for place, pdu in entries),
            "OK",
        ]

    def _read(self, command: str) -> list[str]:
        pdu = self.store.get(int(command.partition("=")[2]))
        if pdu is None:
            return ["+CMS ERROR: 321"]
        return [f"+CMGR: 0,,{len(pdu) // 2 - 1}\r\n{pdu}", "OK"]

    def _delete(self, command: str) -> list[str]:
        self.store.pop(int(command.partition("=")[2].partition(",")[0]), None)
        return ["OK"]

    def _pin(self, command: str) -> list[str]:
        if command.endswith("?"):
            return [f"+CPIN: {self.manners.sim}", "OK"]
        if command == f'+CPIN="{self.manners.pin}"':
            self.manners.sim, self.manners.tries = "READY", 3
            return ["OK"]
        self.manners.tries -= 1
        if self.manners.tries <= 0:
            self.manners.sim = "SIM PUK"
        return ["+CME ERROR: 16"]

    def _counter(self, command: str) -> list[str]:
        """Tell the tries left as the SIM does (ETSI TS 102 221, 11.1.9: status 63 CX)."""
        tries = {"00" + "20000100": self.manners.tries, "00" + "2C000100": 10}
        left = next((left for apdu, left in tries.items() if apdu in command), 3)
        return [f'+CSIM: 4,"63C{left:X}"', "OK"]

    def _context(self, command: str) -> list[str]:
        if command.endswith("?"):
            shown = [f"+CGDCONT: {context}" for context in self._contexts.values()]
            return [*shown, "OK"]
        values = command.partition("=")[2]
        self._contexts[values.partition(",")[0]] = f'{values},"",0,0'
        return ["OK"]

    def _ussd(self, command: str) -> list[str]:
        if '"' not in command:
            return ["OK"]
        return ["OK", f'+CUSD: 0,"{self.manners.ussd}",15'] if self.manners.ussd else ["OK"]


class _Line:
    """One open port.

    Attributes:
        number: Which.
        carries_data: A data session has it.
    """

    def __init__(self, modem: MmModem, number: int, connection: socket.socket) -> None:
        self.number = number
        self.carries_data = False
        self._modem = modem
        self._connection = connection
        self._prompted = False

    def run(self) -> None:
        """Read commands and PDUs until the port is closed."""
        rest = b""
        with contextlib.suppress(OSError):
            while data := self._connection.recv(4096):
                rest += data
                while (end := rest.find(b"\x1a" if self._prompted else b"\r")) >= 0:
                    taken, rest = rest[:end].decode("ascii", "replace").strip(), rest[end + 1 :]
                    self._take(taken)
        self._modem.forget(self)
        self._connection.close()

    def say(self, text: str) -> bool:
        """Send one line; say whether anybody is there to read it."""
        with contextlib.suppress(OSError):
            self._connection.sendall(f"\r\n{text}\r\n".encode("ascii"))
            return True
        return False

    def hang_up(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _take(self, text: str) -> None:
        if self._prompted:
            self._prompted = False
            self._modem.submit(self, text)
        elif text.startswith("AT+CMGS="):
            self._prompted = True
            with contextlib.suppress(OSError):
                self._connection.sendall(b"\r\n> ")
        elif text.startswith("AT"):
            self._modem.answer(self, text[2:])
