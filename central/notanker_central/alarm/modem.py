"""A modem of the centre's own: led as a site leads its modem, by the same plugin in a child process.

    the channel's thread --send, find_sent--> the modem's loop --> the child, which alone touches the modem

What may hang is the child, and past its deadline it is ended with all that it started. The loop has a thread
of its own because a child ends with the thread that started it. The answers mean what they mean at a site:
surely not sent, never, perhaps; and after a "perhaps" the modem is asked.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from typing import Any, Final

import structlog

from notanker.core.delivery import Delivery
from notanker.core.events import DeviceSaid
from notanker.plugin import Inbound, Message, PluginError, Receipt, SendReport, Unknown
from notanker.shell.collecting import Collecting
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_limits import Limits, PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from notanker_central.alarm.channels import Letter, Sent
from notanker_central.alarm.texting import message_of, verdict_of

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 0.2
AGAIN_S: Final = 5.0
"""A loop that broke by a fault of our own begins anew after this."""
ANSWER_S: Final = 900.0
"""So long after the last message an answer or a report is looked for every five seconds, not every thirty."""
LIMIT_S: Final = 400.0
"""No call takes longer: the loop bounds the child's start (30 s), the call's turn (120 s) and the plugin's
own deadline (at most 180 s); this holds should the loop itself hang."""
_MAYBE: Final[Any] = bool | None

Heard = Callable[[str, tuple[Inbound, ...]], None]
"""Takes SMS that came in by the channel of that name; while it raises OSError the modem keeps them."""


def unheard(_channel: str, _inbound: tuple[Inbound, ...]) -> None:
    """Take no notice of what comes in."""


class Modem:
    """One modem.

    Args:
        name: The channel's.
        kind: The plugin's name.
        options: The plugin's own; where it has secrets, paths of files.
        heard: Takes SMS that came in.
        limits: What the child may cost.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        options: Mapping[str, object],
        heard: Heard = unheard,
        limits: Limits | None = None,
    ) -> None:
        self._spec: Final = PluginSpec(name, kind, options)
        self._heard: Final = heard
        self._limits: Final = limits
        self._lock: Final = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, PluginProcess] | None = None
        self._used_s = -math.inf

    def run(self, stop: threading.Event) -> None:
        """Keep the child alive and take what comes in, until told to stop."""
        while not stop.is_set():
            try:
                asyncio.run(self._live(stop))
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the way for ever
                log.error("modem_loop_failed", channel=self._spec.name, reason=repr(error)[:200])
                stop.wait(AGAIN_S)

    def send(self, letter: Letter, delivery: Delivery) -> Sent:
        """Send a message as SMS; return once it surely left.

        Raises:
            NotTriedError: the plugin is down or cannot start; the modem got nothing.
            RetryError: it surely did not leave, but for the parts that the error names.
            PermanentError: nor will it ever by this modem.
            UnknownError: it may have left; ask `find_sent`.
        """
        self._used_s = time.monotonic()
        try:
            receipt = self._call("send", message_of(letter, delivery), Receipt)
        except (PluginError, PluginDown) as error:
            raise verdict_of(error) from error
        return Sent(receipt.references, receipt.report)

    def find_sent(self, letter: Letter, delivery: Delivery) -> bool | None:
        """Return whether this very message left, None if nobody can tell (yet)."""
        try:
            left: bool | None = self._call("find_sent", message_of(letter, delivery), _MAYBE)
        except (PluginError, PluginDown) as error:
            log.info("message_still_unknown", mark=letter.mark, reason=error.reason)
            return None
        return left

    def _call(self, method: str, message: Message, answer: Any) -> Any:
        with self._lock:
            if self._running is None:
                raise PluginDown("the modem's plugin does not run")
            loop, process = self._running
            call = _asked(process, method, message, answer)
            future = asyncio.run_coroutine_threadsafe(call, loop)
        try:
            return future.result(LIMIT_S)
        except CancelledError as error:
            raise Unknown("the centre ends") from error
        except TimeoutError as error:
            future.cancel()
            raise Unknown(f"no end within {LIMIT_S:g} s") from error

    async def _live(self, stop: threading.Event) -> None:
        process = PluginProcess(
            self._spec, on_change=lambda _: None, log=Log(_write), limits=self._limits
        )
        collecting = Collecting(
            process, _report, self._hear, _happened, self._is_awaiting, Log(_write)
        )
        tasks = [asyncio.create_task(process.run()), asyncio.create_task(collecting.run())]
        running = self._running = asyncio.get_running_loop(), process
        try:
            while not stop.is_set():
                done, _ = await asyncio.wait(tasks, timeout=LOOK_S)
                for task in done:
                    task.result()
        finally:
            with self._lock:
                if (
                    self._running is running
                ):  # after a lease that came back, another loop may have begun
                    self._running = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, channel: str, inbound: tuple[Inbound, ...]) -> None:
        await asyncio.to_thread(self._heard, channel, inbound)

    def _is_awaiting(self) -> bool:
        return time.monotonic() - self._used_s < ANSWER_S


async def _asked(process: PluginProcess, method: str, message: Message, answer: Any) -> Any:
    try:
        return await process.call(method, message, answer=answer)
    finally:
        process.news.set()  # from now on an answer or a report is looked for more often


async def _report(_reports: tuple[SendReport, ...]) -> None:
    """Let the modem forget its reports: what they prove, the plugin has taken in."""


def _happened(said: DeviceSaid) -> None:
    log.info("modem_happened", channel=said.plugin, what=said.what, reason=said.reason[:200])


def _write(record: dict[str, object]) -> None:
    """Put what the agent's machinery logs into the centre's log."""
    told = dict(record)
    level, event = str(told.pop("level")), told.pop("event")
    getattr(log, level)(event, **told)
