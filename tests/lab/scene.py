"""One simulated site with the product on stage, and the questions these tests ask of it.

Nothing of the product is imported: its kernel rules, SMS, files and pages speak for it.
"""

import contextlib
import itertools
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from notanker_lab import Lab, addresses
from notanker_lab.control import wait_until
from notanker_lab.lab import processes_of
from notanker_lab.stage import AGENT_UID, BOARD_PORT, PORTAL_PORT, Stage

USERS_UID = 3000
IT = ("+491713920013", "+491713920014")
"""The holder and the deputy of the example plan's first step."""
HOTLINE = ("+491713920011", "+447700900123")
"""Those of the shift lead's role: the example plan has them informed, the second one in English."""
TOLD = (*IT, *HOTLINE)
"""All who hear of an outage at once, and so of its end."""
_ASKS = re.compile("freigeben|release texts")
ASKS = "T2-release"  # bids people to release texts for people outside
SOON_S = 15.0
"""Functional bar with head-room: a busy machine must not decide."""
PRIORITIES = [1742, 1743, 1744, 1745]
"""The standing rules of ours."""
SWITCH = 1746
"""The one rule that is the switch."""

Status = dict[str, Any]

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Fact:
    """One row of the site's journal."""

    position: int
    kind: str
    boot_s: float
    fields: dict[str, Any]


@dataclass
class Page:
    """An answer of the portal."""

    status: int
    text: str


class Scene:
    """A lab with agent, centre and (if wanted) portal."""

    def __init__(self, lab: Lab, stage: Stage) -> None:
        self.lab, self.stage = lab, stage
        self.agent: subprocess.Popen[bytes] | None = None
        self.portal: subprocess.Popen[bytes] | None = None
        self.centre: subprocess.Popen[bytes] | None = None
        self.sms_seen = 0
        self._started_s = 0.0

    # What is done to it

    def start_agent(self) -> None:
        """Start the agent once more; what the one before said counts no more."""
        self._started_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.agent = self.stage.start_agent()

    def kill_agent(self) -> None:
        """End the agent as a power cut would."""
        assert self.agent is not None
        os.kill(self.agent.pid, signal.SIGKILL)
        self.agent.wait()

    def stop_agent(self) -> None:
        """End the agent as systemd would."""
        assert self.agent is not None
        self.agent.send_signal(signal.SIGTERM)
        self.agent.wait(10)

    def start_portal(self) -> None:
        """Start the portal and wait until it answers."""
        self.portal = self.stage.start_portal()
        until(lambda: self.page("/healthz").status == 200, "the portal answers")

    def start_centre(self) -> None:
        """Start the centre and wait until it answers."""
        self.centre = self.stage.start_centre()
        until(
            lambda: self.fetch("centre", BOARD_PORT, "/healthz").status == 200, "the centre answers"
        )

    def configure(self, old: str, new: str) -> None:
        """Change notanker.toml; ``old`` must stand there."""
        text = self.stage.config.read_text(encoding="utf-8")
        assert old in text
        self.stage.config.write_text(text.replace(old, new), encoding="utf-8")

    def recover(self) -> None:
        """Mend everything, and wait until nothing is left of what was."""
        self.lab.faults.heal()
        self.lab.hilink.fault("none")
        if self.agent is None or self.agent.poll() is not None:
            self.start_agent()
        self.wait(lambda s: is_over(s) and is_well(s), 60)
        self.sms_seen = len(self.lab.smsc.messages())

    # What is asked of it

    def wait(self, what: Callable[[Status], object], timeout_s: float = SOON_S) -> Status:
        """Wait until the agent's status fulfils ``what``."""

        def fulfilled(status: Status) -> bool:
            return status["written"]["boot_s"] > self._started_s and bool(what(status))

        return self.stage.wait_for(fulfilled, timeout_s)

    def wait_calm(self) -> None:
        """Wait until both lines are proven, the plugin is well and the plan is known."""
        self.wait(lambda s: is_over(s) and is_well(s) and s["plan"]["fingerprint"], 40)

    def wait_line(self, *lines: str, timeout_s: float = SOON_S) -> Status:
        """Wait until the failover machine is in one of these states."""
        return self.wait(lambda status: status["line"] in lines, timeout_s)

    def device(self, family: int = 4, uid: int = USERS_UID) -> str:
        """Give the interface by which the kernel sends what this user sends to the internet."""
        address = addresses.ECHO if family == 4 else addresses.ECHO6
        told = self.ip(f"-{family}", "-j", "route", "get", address, "uid", str(uid))
        return str(json.loads(told)[0]["dev"])

    def devices(self) -> list[str]:
        """Give it for IPv4 and IPv6."""
        return [self.device(4), self.device(6)]

    def wait_devices(self, name: str) -> None:
        """Wait until the kernel sends users by this interface over both families.

        The status tells the decision; the kernel follows within milliseconds.
        """
        until(lambda: self.devices() == [name, name], f"users leave by {name}", 5)

    def rules(self, family: int) -> list[int]:
        """Give the priorities of all rules that are not the kernel's own, in order."""
        found = json.loads(self.ip(f"-{family}", "-j", "rule", "list"))
        return [rule["priority"] for rule in found if rule["priority"] not in (0, 32766, 32767)]

    def ip(self, *arguments: str) -> str:
        """Run ``ip`` in the site's namespace."""
        return self.lab.topology.ip("site", *arguments)

    def sms(self) -> list[dict[str, Any]]:
        """Give the SMS that left since the scene was fresh."""
        return self.lab.smsc.messages()[self.sms_seen :]

    def wait_plan(self) -> None:
        """Wait until the plan is in force: checked, copied and rendered."""
        current = self.stage.site / "state" / "plans" / "current"
        until(current.is_symlink, "the plan is in force", 30)

    def wait_sms(
        self, count: int, containing: str = "", timeout_s: float = 20.0
    ) -> list[dict[str, Any]]:
        """Wait for so many SMS that contain the text, and give them."""

        def found() -> list[dict[str, Any]]:
            return [sms for sms in self.sms() if containing in sms["text"]]

        what = f"{count} SMS with {containing!r} leave"
        wait_until(
            lambda: len(found()) >= count, timeout_s, lambda: f"{what}; there are {self.sms()}"
        )
        return found()

    def copies(self) -> Counter[tuple[str, str]]:
        """Count the SMS by number and mark, but for those that ask somebody to release texts."""
        told = (sms for sms in self.sms() if not _ASKS.search(sms["text"]))
        return Counter((sms["number"], mark_of(sms["text"])) for sms in told)

    def withdrawn(self) -> set[str]:
        """Give the marks of what still waited when all was well again, and so was not sent any more."""
        asks = {f.fields["mark"] for f in self.facts("Queued") if f.fields["template"] == ASKS}
        ends = (fact.fields for fact in self.facts("Settled"))
        return {e["mark"] for e in ends if e["reason"].startswith("withdrawn")} - asks

    def facts(self, *kinds: str) -> list[Fact]:
        """Give the site's journal, in order."""
        path = self.stage.site / "state" / "journal.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "select position, kind, boot_s, fields from event order by position"
            ).fetchall()
        found = [Fact(row[0], row[1], row[2], json.loads(row[3])) for row in rows]
        return [fact for fact in found if not kinds or fact.kind in kinds]

    def switches(self) -> list[str]:
        """Give where the kernel was switched to, in order."""
        return [fact.fields["to"] for fact in self.facts("Switched") if fact.fields["ok"]]

    def page(self, path: str) -> Page:
        """Get a page of the portal as somebody in the site does."""
        return self.fetch("site", PORTAL_PORT, path)

    def fetch(self, ns: str, port: int, path: str) -> Page:
        """Get a page of a server in a namespace; status 0 if it does not answer."""
        url = f"http://127.0.0.1:{port}{path}"
        done = self.lab.exec(ns, [sys.executable, "-c", _GET, url])
        status, _, text = done.stdout.partition("\n")
        return Page(int(status or 0), text)

    def site(self) -> dict[str, Any]:
        """Give what the centre knows of this site; empty if it does not answer."""
        told = self.fetch("centre", BOARD_PORT, "/api/1/sites")
        sites = json.loads(told.text)["sites"] if told.status == 200 else []
        return sites[0] if sites else {}

    def alarms(self) -> list[dict[str, Any]]:
        """Give the centre's alarms, the open ones first."""
        alarms: list[dict[str, Any]] = json.loads(
            self.fetch("centre", BOARD_PORT, "/api/1/alarms").text
        )["alarms"]
        return alarms

    def central_events(self) -> list[tuple[int, int, str]]:
        """Give (epoch, position, kind) of the events that the centre stores."""
        path = self.stage.centre / "central.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            query = "select epoch, position, kind from event order by epoch, position"
            return [tuple(row) for row in connection.execute(query)]

    def check(self, language: str = "en", *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``notanker check``."""
        line = self.stage.command("check", "--config", str(self.stage.config), *arguments)
        return self.lab.exec("site", line, env={"NOTANKER_LANG": language})

    def agents_children(self) -> dict[int, int]:
        """Give the plugins' processes in the site: process id -> its parent's."""
        found = {}
        for pid in processes_of(self.lab.topology.namespace("site")):
            with contextlib.suppress(OSError):
                if b"notanker.plugin.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
                    state, parent = stat.rpartition(")")[2].split()[:2]
                    if state != "Z":
                        found[pid] = int(parent)
        return found

    def last_words(self) -> str:
        """Give what the agent said last."""
        return "\n".join(self.log(self.agent).splitlines()[-40:])

    def log(self, process: subprocess.Popen[bytes] | None) -> str:
        """Give what a process said on standard error."""
        if process is None:
            return ""
        return self.lab.logs(process)[1].read_text(encoding="utf-8", errors="replace")


_GET = """
import sys, urllib.request, urllib.error
request = urllib.request.Request(sys.argv[1])
try:
    with urllib.request.urlopen(request, timeout=5) as answer:
        print(answer.status, flush=True)
        sys.stdout.buffer.write(answer.read())
except urllib.error.HTTPError as error:
    print(error.code)
except OSError:
    print(0)
"""


@contextlib.contextmanager
def on_stage(
    *,
    portal: bool = False,
    centre: bool = True,
    agent: bool = True,
    hilink: Mapping[str, str] | None = None,
    at: Mapping[str, str] | None = None,
    lan: bool = False,
    before: Callable[[Scene], None] = lambda _: None,
    waits_grow: bool = False,
    **stage: Any,
) -> Iterator[Scene]:
    """Build a site, put the product on stage and wait until all is calm.

    ``before`` may change what the administrator wrote, before anything is started. The wait to restore
    grows with every outage that follows another too soon, as all of these do, and such an outage goes on
    under the number of the one before, only if ``waits_grow``.
    """
    options: dict[str, Any] = {"wait_to_restore_s": 1.0, "beat_s": 2.0, **stage}
    # A module's own site may still be up when a test builds one for itself.
    with Lab(f"lab{next(_NUMBERS)}", hilink, at=at, lan=lan) as lab:
        scene = Scene(lab, Stage(lab, **options))
        if not waits_grow:
            wait = f"wait_to_restore_s = {options['wait_to_restore_s']}\n"
            scene.configure(wait, wait + f"most_wait_s = {options['wait_to_restore_s']}\n")
            scene.configure("[alerts]\n", "[alerts]\nreopen_s = 0\n")
        before(scene)
        try:
            if centre:
                scene.start_centre()
            if portal:
                scene.start_portal()
            if agent:
                scene.start_agent()
                scene.wait_calm()
            yield scene
        except Exception:  # whatever it was, what the agent said last helps to find it
            print(scene.last_words())
            raise


def is_long(config: pytest.Config) -> bool:
    """Say whether the long forms are wanted."""
    return bool(config.getoption("--long") or os.environ.get("NOTANKER_LAB_LONG"))


def until(condition: Callable[[], object], what: str, timeout_s: float = SOON_S) -> None:
    """Wait until the condition holds."""
    wait_until(condition, timeout_s, what)


def mark_of(text: str) -> str:
    """Give the mark of an SMS: ``Nr 17-1``, ``No 17-1``, or of its repeat ``17-1r`` -> ``17-1``."""
    found = re.search(r"(\d+-\d+)r?$", text)
    return found[1] if found else ""


def is_over(status: Status) -> bool:
    """Say whether no incident is open and no message is on its way; `unknown` is an end as well (ADR 204)."""
    waiting = [
        message
        for incident in status["recent"]
        for message in incident["messages"]
        if message["outcome"] in ("queued", "handed_over")
    ]
    return status["incident"] is None and status["line"] == "primary" and not waiting


def is_well(status: Status) -> bool:
    """Say whether both uplinks are proven and every plugin is well."""
    return all(uplink["verdict"] == "up" for uplink in status["uplinks"]) and all(
        plugin["health"] == "ok" for plugin in status["plugins"]
    )


def uplink(status: Status, name: str) -> dict[str, Any]:
    """Give one uplink of a status."""
    found: dict[str, Any] = next(item for item in status["uplinks"] if item["uplink"] == name)
    return found


def replug(scene: Scene, interface: str, index: int) -> None:
    """Make a site's interface anew after it was deleted, with another index, as USB does."""
    ns, far = {"eth0": ("router", "lan"), "lte0": ("lte", "usb")}[interface]
    space = scene.lab.topology.namespace
    one = [interface, "index", str(index), "netns", space("site")]
    two = [far, "index", str(index + 1), "netns", space(ns)]
    subprocess.run(["ip", "link", "add", *one, "type", "veth", "peer", "name", *two], check=True)
    for place, name in ((ns, far), ("site", interface)):
        nets = next(nets for at, what, nets in addresses.INTERFACES if (at, what) == (place, name))
        for net in nets:
            more = ["nodad"] if ":" in net else []
            scene.lab.topology.ip(place, "address", "add", net, "dev", name, *more)
        scene.lab.topology.ip(place, "link", "set", name, "up")
    for place, route in addresses.ROUTES:
        if place == "site" and f"dev {interface} " in route:
            family = "-6" if ":" in route else "-4"
            scene.ip(family, "route", "replace", *route.split())


def plan_copy(scene: Scene, source: Path, change: Callable[[Path], None]) -> Path:
    """Copy the plan, change it, and have the configuration name the copy."""
    import shutil

    folder = scene.stage.site / "plan-copy"
    shutil.copytree(source, folder)
    change(folder)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, AGENT_UID, AGENT_UID)
    scene.configure(f'plan = "{source}"', f'plan = "{folder}"')
    return folder
