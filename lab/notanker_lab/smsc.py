"""The SMS centre: records what left on the air and sends SMS to the modems.

``python -m notanker_lab.smsc CONTROL_SOCKET RECORD_FILE``. A modem emulator registers its own
control socket and hands over each SMS; nothing of this goes over IP.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from notanker_lab import control

# 3GPP TS 23.038 section 6.2.1: the default alphabet, and what costs two characters.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def parts(text: str) -> int:
    """Count the SMS that ``text`` takes: 160 or 153 septets, else 70 or 67 UTF-16 units each."""
    if set(text) <= _GSM_BASIC | _GSM_EXTENDED:
        length, single, multi = sum(1 + (char in _GSM_EXTENDED) for char in text), 160, 153
    else:
        length, single, multi = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // multi)


class Centre:
    """State of the SMS centre process."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._modems: dict[str, Path] = {}
        self._lock = threading.Lock()
        record.touch(mode=0o644)

    def handle(self, question: dict[str, Any]) -> control.Answer:
        """Answer submit (from a modem), register (a modem) or deliver (to a modem)."""
        with self._lock:
            if question["op"] == "submit":
                return self._submit(question)
            if question["op"] == "register":
                self._modems[question["modem"]] = Path(question["socket"])
                return {"ok": True}
        if question["op"] == "deliver":
            inbound = {key: value for key, value in question.items() if key != "modem"}
            return control.ask(self._modems[question["modem"]], {**inbound, "op": "inbound"})
        raise ValueError(f"unknown op {question['op']!r}")

    def _submit(self, question: dict[str, Any]) -> control.Answer:
        row = {
            "monotonic_s": time.monotonic(),
            "wall_s": time.clock_gettime(time.CLOCK_REALTIME),
            "modem": question["modem"],
            "number": question["number"],
            "text": question["text"],
            "parts": question.get("parts") or parts(question["text"]),
            **question.get("more", {}),
        }
        with self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return {"ok": True}


def joined(segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the parts of long messages; one that lacks a part is left out."""
    found: list[dict[str, Any]] = []
    open_: dict[tuple[Any, ...], dict[int, str]] = {}
    for row in segments:
        part = row.get("part")
        if not part:
            found.append(row)
            continue
        key = (row["modem"], row["number"], part["reference"], part["total"])
        pieces = open_.setdefault(key, {})
        pieces[part["number"]] = row["text"]
        if len(pieces) == part["total"]:
            text = "".join(pieces[number] for number in sorted(pieces))
            found.append({**row, "text": text, "parts": part["total"]})
            del open_[key]
    return found


class Smsc:
    """Client of the SMS centre, for tests and for modem emulators."""

    def __init__(self, socket_path: Path, record: Path) -> None:
        self._socket, self._record = socket_path, record

    def messages(self) -> list[dict[str, Any]]:
        """Give every message that left: monotonic_s, wall_s, modem, number, text, parts.

        What an AT modem sent in parts is one message, at the time of its last part; copies are there.
        """
        return joined(self.segments())

    def segments(self) -> list[dict[str, Any]]:
        """Give every SMS that left as it was on the air.

        Those of an AT modem have its PDU's fields too: reference (the modem's), host_reference (TP-MR),
        asks_report (TP-SRR), rejects_copies (TP-RD), coding (TP-DCS), part (reference, total, number).
        """
        # The last line may be half written while another process writes.
        lines = self._record.read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[dict[str, Any]]:
        """Wait until ``count`` SMS have left, and give them all.

        Raises:
            LabError: fewer have left after ``timeout_s``.
        """
        what = f"{count} SMS leave on the air"
        control.wait_until(lambda: len(self.messages()) >= count, timeout_s, what)
        return self.messages()

    def inject(self, number: str, text: str, modem: str = "hilink") -> None:
        """Send an SMS from ``number`` to a modem's inbox."""
        question = {"op": "deliver", "modem": modem, "number": number, "text": text}
        control.ask(self._socket, question)

    def submit(self, modem: str, number: str, text: str, **more: Any) -> None:
        """Put an SMS on the air (what a modem emulator does); ``more`` is what it knows of its PDU."""
        question = {"op": "submit", "modem": modem, "number": number, "text": text, "more": more}
        control.ask(self._socket, question)

    def register(self, modem: str, socket_path: Path) -> None:
        """Say where SMS for ``modem`` go ({"op": "inbound", "number", "text"})."""
        control.ask(self._socket, {"op": "register", "modem": modem, "socket": str(socket_path)})


def main() -> None:
    """Command line of the SMS centre."""
    centre = Centre(Path(sys.argv[2]))
    control.serve(Path(sys.argv[1]), centre.handle)
    threading.Event().wait()


if __name__ == "__main__":
    main()
