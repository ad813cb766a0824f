"""Hands notices to a program or an address, in a thread of its own: a hung one delays no watch.

An alarm is marked as told after the notice went out, so a crash in between repeats it and loses none.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.config import Alarm
from notanker_central.notice import Notice, Untold, content, next_notice
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

COMMAND_S: Final = 30.0
WEBHOOK_S: Final = 15.0
LOOK_S: Final = 1.0


class Teller:
    """Tells people what the dead man's switch found."""

    def __init__(self, store: Store, alarm: Alarm, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ways = _ways(alarm)
        self._tried_s: float | None = None
        self._failing: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Tell until told to stop; without a program or address there is nothing to do."""
        while self._ways and not stop.is_set():
            with contextlib.suppress(SQLAlchemyError):  # the watcher reports a database that fails
                self.tell()
            stop.wait(LOOK_S)

    def tell(self) -> bool:
        """Send the notice that is due. Returns whether one went out by at least one way.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        now_s = self._clock.wall_s()
        untold, total = self._untold()
        notice = next_notice(untold, self._tried_s, now_s)
        if notice is None:
            return False
        self._tried_s = now_s
        message = msgspec.json.encode(content(notice, total))
        sent = [self._try(name, way, message) for name, way in self._ways.items()]
        if any(sent):
            self._mark(notice, now_s)
        return any(sent)

    def _untold(self) -> tuple[list[Untold], int]:
        a = t.alarm.c
        query = (
            select(a.id, a.site, t.site.c.name, t.site.c.region, a.opened_s, a.closed_s)
            .join(t.site, t.site.c.id == a.site)
            .where(a.told_closed_s.is_(None))
            .where(
                or_(
                    and_(a.told_open_s.is_(None), a.closed_s.is_(None)),
                    and_(a.told_open_s.is_not(None), a.closed_s.is_not(None)),
                )
            )
            .order_by(a.id)
        )
        with self._store.read() as connection:
            untold = [Untold(*row) for row in connection.execute(query)]
            listed = select(func.count()).select_from(t.site).where(t.site.c.listed)
            return untold, connection.execute(listed).scalar_one()

    def _mark(self, notice: Notice, now_s: float) -> None:
        # A site that came back while the notice was on its way was not told of yet: its end is still due.
        opened = {"told_open_s": now_s, "told_closed_s": None}
        with self._store.write() as connection:
            for item in notice.silent:
                connection.execute(update(t.alarm).where(t.alarm.c.id == item.id).values(**opened))
            for item in notice.back:
                query = update(t.alarm).where(t.alarm.c.id == item.id)
                connection.execute(query.values(told_closed_s=now_s))

    def _try(self, name: str, way: Callable[[bytes], None], message: bytes) -> bool:
        try:
            way(message)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            if name not in self._failing:
                log.warning("notice_not_sent", way=name, reason=str(error)[:200])
            self._failing.add(name)
            return False
        self._failing.discard(name)
        log.info("notice_sent", way=name)
        return True


def _ways(alarm: Alarm) -> dict[str, Callable[[bytes], None]]:
    ways: dict[str, Callable[[bytes], None]] = {}
    if alarm.command:
        ways["command"] = lambda message: run_command(alarm.command, message)
    if alarm.webhook:
        ways["webhook"] = lambda message: post(alarm.webhook, message)
    return ways


def run_command(command: Iterable[str], message: bytes, limit_s: float = COMMAND_S) -> None:
    """Start the program with the message on its standard input and wait for its end.

    Raises:
        OSError: it cannot be started.
        subprocess.SubprocessError: it ended with an error, or took too long and was killed.
    """
    words = list(command)
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(message, timeout=limit_s)
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, words)


def post(address: str, message: bytes, limit_s: float = WEBHOOK_S) -> None:
    """Post the message as JSON.

    Raises:
        OSError: nobody took it (`urllib.error.URLError` is one).
    """
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(address, message, headers, method="POST")
    with urllib.request.urlopen(request, timeout=limit_s):
        pass
