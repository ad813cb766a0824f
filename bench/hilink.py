"""One SMS through a HiLink stick in each kind of trouble: notanker's plugin, and huawei-lte-api alone.

``python bench/hilink.py`` needs no root. Each stick is the lab's own, which counts what left on the air: with
three ways of giving out tokens, with and without a log-in. The library is used as it usually is: one
connection that is kept, and one more try after an exception.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.at_modem import bare_child, resident_kib  # noqa: E402
from bench.table import aligned  # noqa: E402
from huawei_lte_api.api.Sms import Sms  # noqa: E402 - the checkout comes first
from huawei_lte_api.Connection import Connection  # noqa: E402
from tests.contract.support.hilink import LASTING, QUICK_POLICY, collect, start  # noqa: E402
from tests.contract.support.outbox import deliver  # noqa: E402
from tests.contract.support.runner import Runner, message  # noqa: E402
from tests.contract.support.stick import PASSWORD, Modem  # noqa: E402

from notanker.plugin import Signal  # noqa: E402
from notanker_lab.hilink_session import TOKEN_MODES  # noqa: E402
from notanker_lab.hilinkctl import SWITCHES  # noqa: E402

TIMEOUT_S: Final = QUICK_POLICY["read_timeout_s"]
LATE_S: Final = 2 * TIMEOUT_S
WEIGHT_GOAL_MIB: Final = 10.0
NUMBER: Final = "+491713920017"
Send = Callable[[Modem, str, str], None]


def faults() -> Iterator[tuple[str, str]]:
    """Yield each kind of trouble, and how an answer is lost where that matters."""
    for name in sorted(SWITCHES):
        for how in ("reset", "hang") if name.startswith("lost_answer") else ("reset",):
            yield name, how


def main() -> int:
    """Run and print; the status is 1 if notanker lost or doubled one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", choices=TOKEN_MODES, nargs="*", default=list(TOKEN_MODES))
    options = parser.parse_args()
    begun_s = time.monotonic()
    rows, bad = [], 0
    for tokens in options.tokens:
        for login in ("none", "sha256"):
            own, alone = _notanker(tokens, login), _library(tokens, login)
            bad += own["lost"] + own["doubled"]
            rows.append([tokens, login, *_cells(own), *_cells(alone)])
    heads = ["tokens", "log-in", "SMS", "lost", "doubled", "alone: SMS", "lost", "doubled"]
    print(aligned([heads, *rows]))
    weight_mib = _weight_mib()
    print(f"\nmemory over a bare child (RSS): {weight_mib:.1f} MiB, goal {WEIGHT_GOAL_MIB:g} MiB")
    print(f"{time.monotonic() - begun_s:.0f} s")
    return int(bad > 0 or weight_mib > WEIGHT_GOAL_MIB)


def _cells(counts: Counter[str]) -> list[str]:
    return [str(counts[name]) for name in ("all", "lost", "doubled")]


def _notanker(tokens: str, login: str) -> Counter[str]:
    with Runner() as runner, Modem(tokens, login) as modem:
        lte = start(runner, modem)

        def send(stick: Modem, text: str, mark: str) -> None:
            deliver(lte, message(text, mark), after_try=lambda _: stick.fault("none"))

        return _all(modem, send)


def _weight_mib() -> float:
    """Return the resident memory of the plugin at work over that of a child before it has a plugin."""
    with bare_child() as bare, Runner() as runner, Modem("pool", "sha256") as modem:
        lte = start(runner, modem)
        collect(lte)
        lte.send()
        modem.stick.boxes.store("inbox", NUMBER, "OK 17", 0)
        collect(lte)
        lte.call("signal", answer=Signal)
        return (resident_kib(lte.pid()) - resident_kib(bare.pid)) / 1024


def _library(tokens: str, login: str) -> Counter[str]:
    with Modem(tokens, login) as modem:
        kept: list[Connection] = []

        def send(stick: Modem, text: str, _mark: str) -> None:
            for _ in range(2):
                try:
                    if not kept:
                        word = None if login == "none" else PASSWORD
                        name = None if login == "none" else "admin"
                        kept.append(Connection(stick.url, name, word, timeout=TIMEOUT_S))
                    if Sms(kept[0]).send_sms([NUMBER], text) == "OK":
                        return
                except Exception:  # noqa: BLE001 - whatever it is, its users try again
                    stick.fault("none")
            stick.fault("none")

        return _all(modem, send)


def _delay_s(name: str) -> float:
    return LATE_S if name == "late_answer_sent" else 0.1


def _all(modem: Modem, send: Send) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number, (name, how) in enumerate(faults(), 1):
        mark = f"17-{number}"
        text = f"STÖRUNG {mark}: {name}/{how}. Nr {mark}"
        modem.fault(name, times=0 if name in LASTING else 1, how=how, delay_s=_delay_s(name))
        send(modem, text, mark)
        modem.fault("none")
        time.sleep(0.3)  # what is on its way to the radio leaves
        copies = sum(mark in sent for _, sent in modem.on_air)
        counts.update({"all": 1, "lost": int(copies == 0), "doubled": int(copies > 1)})
    return counts


if __name__ == "__main__":
    sys.exit(main())
