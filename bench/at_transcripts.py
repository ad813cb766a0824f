"""Public AT dialogues through the plugin's line reader and parsers, whole, octet by octet, in random pieces.

    NOTANKER_MODEM_DATA=<folder with at_transcripts.json> python bench/at_transcripts.py [--wrong]

The folder holds answers of real modems from public logs, each with what is to be read from it. They are no
part of this repository.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "agent"), str(ROOT / "plugins/at_modem"), str(ROOT)]

from bench.modems import expectations  # noqa: E402 - after the path

from notanker_at_modem.exchange import Exchange, wanted_of  # noqa: E402
from notanker_at_modem.lines import LineReader  # noqa: E402
from notanker_at_modem.results import Kind  # noqa: E402

SEED: Final = 17
MOST_PIECE: Final = 9

Cut = Callable[[bytes], Iterator[bytes]]


def whole(octets: bytes) -> Iterator[bytes]:
    yield octets


def single(octets: bytes) -> Iterator[bytes]:
    for octet in octets:
        yield bytes([octet])


def pieces(octets: bytes) -> Iterator[bytes]:
    draw = random.Random(f"{SEED}{octets!r}")  # noqa: S311 - the same pieces each time
    at = 0
    while at < len(octets):
        size = draw.randint(1, MOST_PIECE)
        yield octets[at : at + size]
        at += size


CUTS: Final[dict[str, Cut]] = {"whole": whole, "octet by octet": single, "random pieces": pieces}


def played(cut: Cut, received: str, command: str = "") -> Exchange:
    """Return the exchange after everything that was received."""
    reader = LineReader()
    reader.prompts = "+CMGS=" in command
    exchange = Exchange(command, wanted_of(command))
    for piece in cut(received.encode()):
        for item in reader.feed(piece):
            exchange.feed(item)
    return exchange


def outcome(exchange: Exchange) -> str:
    """Return how it ended, in the words of the data."""
    if exchange.prompted:
        return "prompt"
    if exchange.end is not None:
        kinds = {Kind.CALL: "error", Kind.CONNECT: "ok"}
        return kinds.get(exchange.end.kind, exchange.end.kind.value)
    if exchange.restarted:
        return "reset"
    if exchange.stale:
        return "late"
    return "none" if exchange.lines else "timeout"


def dialogues(data: Any, cut: Cut) -> Iterator[tuple[str, str, bool, Any]]:
    """Yield row, name, whether it is right, and what came out."""
    for transcript in data["transcripts"]:
        for number, one in enumerate(transcript["exchanges"]):
            name = f"{transcript['id']}[{number}]"
            if "send" in one:
                exchange = played(cut, one["recv"], one["send"].strip("\r\x1a"))
                found: object = outcome(exchange)
                right = found == one["final"]
                if "code" in one and exchange.end is not None:
                    code = (
                        exchange.end.code if exchange.end.code is not None else exchange.end.words
                    )
                    right, found = right and code == one["code"], (found, code)
                said = exchange.hearing.said
                lines = exchange.lines
            else:
                exchange = played(cut, one["urc"])
                exchange.hearing.end()
                said, lines = exchange.hearing.said, exchange.lines
                # What comes by itself must not end anything that somebody waits for.
                found, right = said, exchange.end is None or "OK" in one["urc"]
            yield "exchanges", name, right, found
            for key, wanted in one.get("expect", {}).items():
                if key in expectations.NOT_READ:
                    continue
                got = expectations.of_dialogue(key, wanted, lines, said, exchange.end)
                yield "expectations in them", f"{name}.{key}", got[0], got[1]


def answers(data: Any, cut: Cut) -> Iterator[tuple[str, str, bool, Any]]:
    for one in data["responses"]:
        exchange = played(cut, one["recv"] + "\r\n", expectations.COMMANDS[one["kind"]])
        lines = exchange.lines + exchange.hearing.said
        right, found = expectations.of_answer(one["kind"], one["expect"], lines, exchange.end)
        yield "answers", f"{one['kind']} {one['id']}", right, found


def ends(data: Any, cut: Cut) -> Iterator[tuple[str, str, bool, Any]]:
    for one in data["final_result_codes"]:
        exchange = played(cut, one["recv"], "ATD*99#")
        is_final = exchange.end is not None
        is_error = exchange.end is not None and not exchange.end.ok
        right = is_final == one["is_final"] and is_error == one["is_error"]
        yield "final result codes", repr(one["recv"]), right, exchange.end


def echoes(data: Any, cut: Cut) -> Iterator[tuple[str, str, bool, Any]]:
    for one in data["echo_removal"]:
        before, found, _ = one["recv"].partition("\r\n")
        command = before if found and "\n" not in before and "\r" not in before else "ATD*99#"
        reader, exchange = LineReader(), Exchange(command)
        for piece in cut((one["recv"] + "\r").encode()):
            for item in reader.feed(piece):
                exchange.feed(item)
        got = [*exchange.lines, *([str(exchange.end)] if exchange.end else [])]
        wanted = [line for line in one["without_echo"].replace("\r", "\n").split("\n") if line]
        yield "echo cases", repr(one["recv"]), got == wanted, got


def main() -> None:
    folder = os.environ.get("NOTANKER_MODEM_DATA")
    if not folder:
        sys.exit("NOTANKER_MODEM_DATA names no folder with at_transcripts.json")
    data = json.loads((Path(folder) / "at_transcripts.json").read_text())
    right: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for name, cut in CUTS.items():
        total.clear()
        right[name] = Counter()
        for kind in (dialogues, answers, ends, echoes):
            for row, case, good, found in kind(data, cut):
                total[row] += 1
                right[name][row] += good
                if not good and "--wrong" in sys.argv:
                    print(f"wrong ({name}): {row} {case}: {found}")
    print("| what | cases | " + " | ".join(CUTS) + " |")
    print("|---|---|" + "---|" * len(CUTS))
    for row, count in total.items():
        shares = " | ".join(f"{right[name][row]}/{count}" for name in CUTS)
        print(f"| {row} | {count} | {shares} |")
    sys.exit(any(right[name] != total for name in CUTS))


if __name__ == "__main__":
    main()
