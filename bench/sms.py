"""Holds the SMS codec against real PDUs, against itself and against noise, and prints one table.

``NOTANKER_MODEM_DATA=<folder with pdus.json> python bench/sms.py`` needs no root and no network.
"""

import argparse
import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "agent")]

from bench import sms_data  # noqa: E402 - found from the checkout
from bench.table import aligned  # noqa: E402

from notanker.plugin.sms import alphabet  # noqa: E402
from notanker.plugin.sms.alphabet import Languages  # noqa: E402
from notanker.plugin.sms.decoding import decode  # noqa: E402
from notanker.plugin.sms.encoding import MAX_OCTETS, Options, submit  # noqa: E402
from notanker.plugin.sms.faults import PduError  # noqa: E402
from notanker.plugin.sms.model import Submit  # noqa: E402

NUMBERS: Final = ("+493023125110", "0171 39200 10", "22044", "*100#", "+44 7700 900123")
SHORT: Final = sorted(alphabet.BASIC | alphabet.EXTENDED)
WIDE: Final = [*"äöüß€ Störung-Привет漢字", "😀", "👨‍👩‍👧", "🇩🇪", "e\u0301", "\u200d", "\ud83d"]
SLOWEST_GOAL_MS: Final = 5.0


def main() -> int:
    """Print the table; fail if one of its rows does."""
    asked = _asked()
    data = json.loads((_folder() / "pdus.json").read_text(encoding="utf-8"))
    noise = random.Random(asked.seed)  # noqa: S311 - reproducible noise, no secret
    rows = [
        *sms_data.rows(data),
        _row("random texts that come back as they went", asked.texts, _texts(asked.texts, noise)),
        *_mutated([entry["pdu"] for entry in data["pdus"]], asked.mutants, noise),
        *_speed([entry["pdu"] for entry in data["pdus"]]),
    ]
    print(aligned([["what", "goal", "measured", "met"], *(row[:4] for row in rows)]))
    for row in rows:
        for line in row[4:]:
            print(f"- {line}")
    return 0 if all(row[3] != "NO" for row in rows) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000, help="random texts")
    parser.add_argument("--mutants", type=int, default=1_000_000, help="mutated PDUs")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _folder() -> Path:
    named = os.environ.get("NOTANKER_MODEM_DATA")
    if not named:
        sys.exit("Set NOTANKER_MODEM_DATA to the folder that has pdus.json.")
    return Path(named)


def _row(what: str, goal: int, faults: Sequence[str]) -> list[str]:
    good = goal - len(faults)
    return [what, f"{goal}/{goal}", f"{good}/{goal}", "NO" if faults else "yes", *faults[:10]]


def _texts(count: int, noise: random.Random) -> list[str]:
    """Return what did not survive encoding and decoding."""
    faults = []
    for _ in range(count):
        words, options = _text(noise), _options(noise)
        parts = submit(noise.choice(NUMBERS), words, options)
        back = [decode(part.pdu) for part in parts]
        read = "".join(message.text for message in back if isinstance(message, Submit))
        lengths = [part.octets for part in parts]
        if read != words or max(lengths) > MAX_OCTETS + 15:
            faults.append(f"{words!a} with {options}")
    return faults


def _text(noise: random.Random) -> str:
    pool = noise.choice((SHORT, SHORT, WIDE, SHORT + WIDE))
    length = noise.choice((noise.randrange(20), noise.randrange(200), noise.randrange(500)))
    # Two halves of a pair that meet are a pair: that is what UTF-16 says.
    return "".join(noise.choices(pool, k=length)).replace("\ud83d\ude00", "")


def _options(noise: random.Random) -> Options:
    languages = Languages(noise.randrange(14), noise.randrange(14))
    return Options(
        reference=noise.randrange(256),
        report=noise.random() < 0.5,
        reject_duplicates=noise.random() < 0.5,
        period_s=noise.choice((None, 3600.0, 1e9)),
        flash=noise.random() < 0.1,
        concat_reference=noise.randrange(1 << 16),
        wide_reference=noise.random() < 0.5,
        languages=languages if noise.random() < 0.1 else Languages(),
    )


def _mutated(pdus: list[str], count: int, noise: random.Random) -> list[list[str]]:
    faults, read = [], 0
    for pdu in _mutants(pdus, count, noise):
        try:
            decode(pdu)
            read += 1
        except PduError:
            pass
        except Exception as error:  # noqa: BLE001 - any other exception is what is looked for
            faults.append(f"{pdu}: {error!r}")
    row = _row("mutated PDUs without another exception", count, faults)
    return [row, ["... of which read as a message", "", f"{read}/{count}", ""]]


def _mutants(pdus: list[str], count: int, noise: random.Random) -> Iterator[str]:
    """Give PDUs with octets changed, lost, doubled, swapped or added; some are noise alone."""
    for _ in range(count):
        octets = bytearray.fromhex(noise.choice(pdus))
        for _ in range(noise.choice((1, 1, 1, 2, 3, 8))):
            noise.choice(CHANGES)(octets, noise)
        yield octets.hex()


def _change(octets: bytearray, noise: random.Random) -> None:
    if octets:
        octets[noise.randrange(len(octets))] = noise.randrange(256)


def _flip(octets: bytearray, noise: random.Random) -> None:
    if octets:
        octets[noise.randrange(len(octets))] ^= 1 << noise.randrange(8)


def _cut(octets: bytearray, noise: random.Random) -> None:
    del octets[noise.randrange(len(octets) + 1) :]


def _lose(octets: bytearray, noise: random.Random) -> None:
    if octets:
        del octets[noise.randrange(len(octets))]


def _add(octets: bytearray, noise: random.Random) -> None:
    octets.insert(noise.randrange(len(octets) + 1), noise.randrange(256))


def _noise(octets: bytearray, noise: random.Random) -> None:
    octets[:] = noise.randbytes(noise.randrange(200))


CHANGES: Final[Sequence[Callable[[bytearray, random.Random], None]]] = (
    _change, _change, _change, _flip, _flip, _cut, _lose, _add, _noise,
)  # fmt: skip


def _speed(pdus: list[str]) -> list[list[str]]:
    """Return the slowest decode, as the best of five so that the machine's pauses do not count."""
    slowest_ms = max(min(_decode_ms(pdu) for _ in range(5)) for pdu in _long(pdus))
    began = time.perf_counter()
    rounds = 20
    for _ in range(rounds):
        for pdu in pdus:
            _decode_ms(pdu)
    per_s = rounds * len(pdus) / (time.perf_counter() - began)
    met = "yes" if slowest_ms <= SLOWEST_GOAL_MS else "NO"
    return [
        ["slowest decode, ms", f"<= {SLOWEST_GOAL_MS:g}", f"{slowest_ms:.2f}", met],
        ["decodes per second, mean of the real PDUs", "", f"{per_s:.0f}", ""],
    ]


def _long(pdus: list[str]) -> list[str]:
    """Return the real PDUs and the longest that can be made."""
    made = submit(NUMBERS[0], "€" * 2000, Options(languages=Languages(4, 13)))
    made += submit(NUMBERS[0], "😀" * 2000)
    elements = "0044009100000000000000000000A28C" + "7000" * 70 + "00"
    return [*pdus, *(part.pdu for part in made), elements, "00" * 400, "FF" * 400]


def _decode_ms(pdu: str) -> float:
    began = time.perf_counter()
    with contextlib.suppress(PduError):
        decode(pdu)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
