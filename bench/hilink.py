"""One SMS through a HiLink stick in each kind of trouble: notanker's plugin, and huawei-lte-api alone.

``python bench/hilink.py`` needs no root. Each stick is the lab's own, which counts what left on the air: with
three ways of giving out tokens, with and without a log-in. The library is used as it usually is: one
connection that is kept, and one more try after an exception.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402
from huawei_lte_api.api.Sms import Sms  # noqa: E402 - the checkout comes first
from huawei_lte_api.Connection import Connection  # noqa: E402
from tests.contract.support.outbox import deliver  # noqa: E402
from tests.contract.support.runner import Runner, message  # noqa: E402
from tests.contract.support.stick import PASSWORD, Modem  # noqa: E402

from notanker_lab.hilink_session import TOKEN_MODES  # noqa: E402
from notanker_lab.hilinkctl import SWITCHES  # noqa: E402

LASTING: Final = frozenset({"slow", "no_signal", "sim_pin", "connection_905", "undeleted"})
"""These act on more than one request; they end after the first try."""
TIMEOUT_S: Final = 0.5
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
    print(f"\n{time.monotonic() - begun_s:.0f} s")
    return int(bad > 0)


def _cells(counts: Counter[str]) -> list[str]:
    return [str(counts[name]) for name in ("all", "lost", "doubled")]


def _notanker(tokens: str, login: str) -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder, Runner() as runner, Modem(tokens, login) as modem:
        options: dict[str, object] = {
            "url": modem.url, "connect_timeout_s": TIMEOUT_S, "read_timeout_s": TIMEOUT_S,
            "settle_s": 0.2, "sent_within_s": 5.0,
        }  # fmt: skip
        if login != "none":
            secret = Path(folder, "secret")
            secret.write_text(PASSWORD)
            options["password"] = str(secret)
        lte = runner.start("huawei_lte", options, path=())

        def send(stick: Modem, text: str, mark: str) -> None:
            deliver(lte, message(text, mark), after_try=lambda _: stick.fault("none"))

        return _all(modem, send)


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


def _all(modem: Modem, send: Send) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number, (name, how) in enumerate(faults(), 1):
        mark = f"17-{number}"
        text = f"STÖRUNG {mark}: {name}/{how}. Nr {mark}"
        modem.fault(name, times=0 if name in LASTING else 1, how=how, delay_s=0.2)
        send(modem, text, mark)
        modem.fault("none")
        time.sleep(0.3)  # what is on its way to the radio leaves
        copies = sum(mark in sent for _, sent in modem.on_air)
        counts.update({"all": 1, "lost": int(copies == 0), "doubled": int(copies > 1)})
    return counts


if __name__ == "__main__":
    sys.exit(main())
