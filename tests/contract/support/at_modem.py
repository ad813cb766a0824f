"""What the suites of the AT plugin share: how an SMS is sent and taken, as the outbox and the inbox do it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from notanker.plugin import Collected, Message, Permanent, Receipt, Retry, Unknown
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Deliver
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.at_modem import AtModem
from tests.contract.support.runner import Instance, Runner

NUMBER = "+491713920017"
SENDER = "+491713920018"
REPORT_S = 0.3
SENT_WITHIN_S = 1.0
WAIT_FOR_REPORT_S = 4.0
PATIENCE_S = 60.0
AT_ONCE = 8


def start(runner: Runner, modem: AtModem, **options: object) -> Instance:
    values = {"port": str(modem.port), "sent_within_s": SENT_WITHIN_S, "answer_s": 1.0, **options}
    return runner.start("at_modem", values, path=())


def message(mark: str, text: str = "", **more: object) -> Message:
    values: dict[str, object] = {"recipient": NUMBER, "reference": 17, **more}
    return Message(id=mark, mark=mark, text=f"{text or 'Störung'} {mark}", **values)  # type: ignore[arg-type]  # as above


def delivered(lte: Instance, sms: Message) -> str:
    """Do with the message what the outbox does: an unknown waits for proof, then it is repeated, marked."""
    end_s = time.monotonic() + PATIENCE_S
    unknown_s: float | None = None
    while time.monotonic() < end_s:
        hear_news(lte)
        try:
            if unknown_s is None:
                lte.call("send", sms, answer=Receipt)
                return "sent"
            if lte.find_sent(sms.text, sms.mark):
                return "found"
            if time.monotonic() - unknown_s > WAIT_FOR_REPORT_S:
                unknown_s, sms = None, repeated(sms)
        except Unknown:
            unknown_s = time.monotonic()
        except Permanent as error:
            return error.reason
        except (Retry, PluginDown) as error:
            time.sleep(min(getattr(error, "after_s", 0.2), 0.5))
    return "waiting"


def hear_news(lte: Instance) -> None:
    """Collect at once what the plugin has news of, as the agent does."""
    if lte.process.news.is_set():
        lte.process.news.clear()
        with contextlib.suppress(Retry, Permanent, PluginDown):
            lte.call("collect", answer=Collected)


def repeated(sms: Message) -> Message:
    return Message(
        id=sms.id,
        mark=sms.mark,
        recipient=sms.recipient,
        text=sms.text.replace(sms.mark, f"{sms.mark}r"),
        attempt=2,
        reference=sms.reference,
        repeat=True,
        left=sms.left,
    )


def together(what: Callable[[str], None], names: list[str]) -> None:
    """Do it for each of the names, some at a time: they wait most of it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(what, names):
            pass


def collected(lte: Instance) -> Collected:
    for _ in range(100):
        try:
            return lte.call("collect", answer=Collected)
        except Retry as error:
            time.sleep(min(error.after_s, 0.2))
    raise AssertionError("nothing can be collected")


def text_of(pdu: str) -> str:
    try:
        read = decode(pdu)
    except PduError:
        return ""
    return read.text if isinstance(read, Deliver) else ""


def taken(lte: Instance, texts: dict[str, int]) -> int:
    """Take what is there as the agent does: write it down, then discard it; return how much it was."""
    found = collected(lte)
    for one in found.inbound:
        texts[text_of(one.pdu)] = texts.get(text_of(one.pdu), 0) + 1
    names = tuple(
        filter(None, [one.name for one in found.inbound] + [one.name for one in found.reports])
    )
    if names:
        lte.call("discard", names, answer=type(None))
    return len(found.inbound)
