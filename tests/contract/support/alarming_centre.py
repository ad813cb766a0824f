"""A centre as it runs, `notanker central`, one of whose sites has fallen silent: somebody has to be told."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from sqlalchemy import select

from notanker.core.delivery import Delivery
from notanker.core.heartbeat import Beat
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.store import Store

PATIENCE_S = 60.0
ANNA = "+491713920011"
BASE = """
[listen]
host = "127.0.0.1"
port = 0
insecure_http = true
[database]
url = "{url}"
[board]
listen = ""
[[site]]
id = "nord"
name = "Nord"
interval_s = 1
grace_s = 1
[[alarm.channel]]
name = "mail"
command = ["sh", "-c", "cat >> {folder}/mails; echo >> {folder}/mails"]
[[alarm.person]]
id = "anna"
name = "Anna Beispiel"
ways = [{ways}]
[[alarm.step]]
people = [{people}]
"""
OTHER = """
[[alarm.person]]
id = "bernd"
name = "Bernd Muster"
ways = ["mail:bernd@firma.example"]
"""


@dataclass
class AlarmingCentre:
    """One centre; it may be started anew on its database.

    Attributes:
        channel: The table of the channel `sms`.
        ways: How Anna is reached.
        bernd: Whether there is somebody else, who is reached by mail alone.
    """

    folder: Path
    channel: str
    ways: Iterable[str] = (f"sms:{ANNA}",)
    bernd: bool = False
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        store = Store(self.url)
        store.list_sites([Site("nord", "Nord", 1.0, 1.0)])
        store.take(beat(), Clock().wall_s())
        store.close()
        ways = ", ".join(f'"{way}"' for way in self.ways)
        people = '"anna", "bernd"' if self.bernd else '"anna"'
        text = BASE.format(url=self.url, folder=self.folder, ways=ways, people=people)
        text += (OTHER if self.bernd else "") + f'[[alarm.channel]]\nname = "sms"\n{self.channel}\n'
        self.toml.write_text(text)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/central.sqlite"

    @property
    def toml(self) -> Path:
        return self.folder / "central.toml"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def mails(self) -> list[str]:
        """The texts that went by mail."""
        with suppress(FileNotFoundError):
            lines = (self.folder / "mails").read_text().splitlines()
            return [msgspec.json.decode(line)["text"] for line in lines]
        return []

    def start(self) -> None:
        words = [sys.executable, "-m", "notanker.cli", "central", "--config", str(self.toml)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log)

    def end(self, number: int = signal.SIGTERM) -> int:
        """End the process, and return its status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def messages(self) -> dict[str, Delivery]:
        """Return where each message is on its way."""
        with _reading(self.url) as store, store.read() as connection:
            bodies = connection.execute(select(t.alarm_message.c.body)).scalars().all()
        found = [msgspec.json.decode(body, type=Delivery) for body in bodies]
        return {one.mark: one for one in found}

    def counter(self) -> int:
        """Return the counter of the site's newest beat."""
        with _reading(self.url) as store, store.read() as connection:
            return int(connection.execute(select(t.site.c.counter)).scalar_one())

    def holder(self) -> str:
        """Return who has acknowledged the incident."""
        with _reading(self.url) as store, store.read() as connection:
            return str(connection.execute(select(t.alarm_incident.c.acknowledged_by)).scalar())


@contextmanager
def alarming(folder: Path, channel: str, **values: object) -> Iterator[AlarmingCentre]:
    """Run a centre that has an alarm within seconds."""
    centre = AlarmingCentre(folder, channel, **values)  # type: ignore[arg-type]  # its own fields
    centre.start()
    try:
        yield centre
    finally:
        if centre.process.poll() is None:
            centre.end()


def within(seconds: float, holds: Callable[[], object], centre: AlarmingCentre) -> None:
    """Wait until something holds; fail with the centre's log if it does not in time."""
    end_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end_s, centre.log[-4000:]
        time.sleep(0.1)


@contextmanager
def _reading(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def beat(counter: int = 1) -> Beat:
    """Return a beat of the site."""
    now = Moment(1.0, 1_800_000_000.0, trusted=True, boot="boot-1")
    return Beat(
        site="nord", counter=counter, sent=now, over=Uplink.PRIMARY, interval_s=1.0, version="0.1.0",
        line=Line.PRIMARY, line_since=now, primary=Verdict.UP, backup=Verdict.UP,
    )  # fmt: skip
