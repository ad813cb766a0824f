"""The story of one outage, told as it happens: each line is printed only once it was observed."""

import json
import re
import subprocess
import textwrap
import time
from collections.abc import Callable
from typing import Any

from notanker_lab import addresses, control
from notanker_lab.analysis import analyse
from notanker_lab.errors import LabError
from notanker_lab.faults import Fault
from notanker_lab.lab import Lab
from notanker_lab.stage import PORTAL_PORT, Stage
from notanker_lab.words import name_of, say

USERS_UID = 3000
STEP_S = 20.0
TEXT_COLUMNS = 60
TOLD = 4
"""So many hear of an outage at once by the example plan: two of IT, two of the hotline."""

INTERFACES = {"eth0": "primary", "lte0": "backup"}


class Story:
    """One lab with the product on stage, and what is told of it.

    Args:
        lab: the running lab.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.stage = Stage(lab)
        self.cut_at_s: float | None = None
        self.fault: Fault | None = None
        self._told_sms = 0

    def prologue(self) -> None:
        """Bring everything on stage and wait until it is calm."""
        self.tell(say("starting"))
        self.stage.start_centre()
        self.stage.start_agent()
        self.stage.start_portal()
        status = self.stage.wait_until_calm()
        rtt = {uplink["uplink"]: uplink["rtt_ms"] or 0.0 for uplink in status["uplinks"]}
        plan = f"{status['plan']['id']} {status['plan']['version']}"
        self.tell(say("calm", primary_ms=rtt["primary"], backup_ms=rtt["backup"], plan=plan))
        self.traffic = self.lab.traffic.start(("udp4",))
        self.tell(say("users", uplink=name_of(INTERFACES[self.device()]), route=self.route()))
        self.beat(lambda site: site["beat"]["line"] == "primary")

    def outage(self) -> None:
        """Cut the line, and watch what becomes of everybody."""
        self.cut()
        wait(lambda: self.device() == "lte0", "the kernel's route by LTE")
        flowing = lambda: self.outage_s() is not None  # noqa: E731 - named for its one use below
        wait(flowing, "the users' echoes by LTE")
        self.tell(say("moved", route=self.route(), outage=self.outage_s()))
        wait(lambda: len(self.lab.smsc.messages()) >= TOLD, "the alarm at the SMS centre")
        self.tell_sms()
        self.beat(
            lambda site: site["beat"]["line"] == "backup" and site["beat"]["over"] == "backup"
        )
        wait(
            lambda: "tel:" in self.page() and self.portal_shows_outage(), "the portal's outage page"
        )
        self.tell(say("portal", numbers=len(set(re.findall(r'href="tel:([^"]+)"', self.page())))))

    def recovery(self) -> None:
        """Join the line again, and watch everything go back."""
        self.restore()
        self.stage.wait_for(lambda s: s["line"] == "wait_to_restore", STEP_S)
        self.tell(say("proving", seconds=5))
        wait(lambda: self.device() == "eth0", "the kernel's route by the primary")
        back_s = time.monotonic()
        self.stage.wait_for(lambda s: s["incident"] is None and s["line"] == "primary", STEP_S)
        wait(lambda: time.monotonic() > back_s + 1, "a second of traffic after the failback")
        lost = self.traffic.record().between(back_s - 1, back_s + 0.8).lost()
        self.tell(say("back", route=self.route(), lost=lost))
        wait(lambda: len(self.lab.smsc.messages()) >= 2 * TOLD, "the all-clear at the SMS centre")
        self.tell_sms()
        self.beat(lambda site: site["beat"]["line"] == "primary")
        wait(self.all_stored, "all events at the centre")
        self.tell(say("events", count=self.site_at_centre()["stored_to"]))
        self.report()

    def cut(self, *, carrier: bool = False) -> None:
        """Cut the primary line, silently or by its plug."""
        if self.fault is None:
            self.cut_at_s = time.monotonic()
            self.fault = self.lab.faults.carrier_loss() if carrier else self.lab.faults.silent_cut()
            self.tell(say("cut"))

    def restore(self) -> None:
        """Undo the cut."""
        if self.fault is not None:
            self.fault.heal()
            self.fault = None
            self.cut_at_s = self.cut_at_s or time.monotonic()
            self.tell(say("restore"))

    def report(self) -> None:
        """Print the report of the last incident that is over."""
        recent = self.stage.status().get("recent", [])
        if not recent:
            print(say("no-report"))
            return
        number = recent[0]["number"]
        text = self.stage.report(number)
        if not text.strip():
            raise LabError(f"There is no report of incident {number}.")
        print(f"\n{text}")

    def panel(self) -> None:
        """Print the panel on the box, as the terminal draws it."""
        print("\n" + self.stage.notanker("panel", "--config", str(self.stage.config)).stdout)

    def tell(self, text: str) -> None:
        """Print a line with the seconds since the cut."""
        clock = time.strftime("%H:%M:%S")
        since = (
            "        " if self.cut_at_s is None else f"{time.monotonic() - self.cut_at_s:+7.2f} "
        )
        first, *rest = textwrap.wrap(text, TEXT_COLUMNS)
        print(
            f"{clock} {since} {first}", *(f"{'':18}{line}" for line in rest), sep="\n", flush=True
        )

    def tell_sms(self) -> None:
        """Print the SMS that have arrived since the last look."""
        for sms in self.lab.smsc.messages()[self._told_sms :]:
            self._told_sms += 1
            self.tell(say("sms", number=sms["number"]))
            for line in textwrap.wrap(sms["text"], TEXT_COLUMNS):
                print(f"{'':18}| {line}")

    def beat(self, right: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for a heartbeat at the centre that says the right thing, and tell it."""

        def arrived() -> bool:
            site = self.site_at_centre()
            return bool(site.get("beat")) and right(site)

        wait(arrived, "the heartbeat at the centre")
        beat = self.site_at_centre()["beat"]
        self.tell(
            say(
                "beat",
                over=name_of(beat["over"]),
                line=name_of(beat["line"]),
            )
        )

    def site_at_centre(self) -> dict[str, Any]:
        """Give what the centre knows of the site."""
        return next(iter(self.stage.sites()), {})

    def all_stored(self) -> bool:
        """Tell whether the centre has every event of the site's journal."""
        site = self.site_at_centre()
        return bool(site["beat"]) and site["stored_to"] >= site["beat"]["journal"] > 0

    def device(self) -> str:
        """Give the interface by which the kernel sends the users' traffic."""
        return str(self._route().get("dev", ""))

    def route(self) -> str:
        """Give the users' route as people write it."""
        found = self._route()
        return f"via {found.get('gateway')} dev {found.get('dev')}"

    def outage_s(self) -> float | None:
        """Give the gap that the users noticed, None while it lasts."""
        if self.cut_at_s is None:
            return None
        return analyse(self.traffic.record(), self.cut_at_s).outage_s

    def page(self) -> str:
        """Give the portal's first page as a phone on the site's Wi-Fi gets it."""
        return self._fetch("site", f"http://{addresses.SITE_PRIMARY}:{PORTAL_PORT}/")

    def portal_shows_outage(self) -> bool:
        """Tell whether the portal knows of the outage that the agent has."""
        number = (self.stage.status().get("incident") or {}).get("number")
        return number is not None and bool(re.search(rf"\b{number}\b", self.page()))

    def line(self) -> str:
        """Give the present state in one line."""
        status = self.stage.status()
        incident = (status.get("incident") or {}).get("number", "-")
        return say("line", line=name_of(status.get("line", "")), incident=incident)

    def _route(self) -> dict[str, Any]:
        argv = ["ip", "-j", "route", "get", addresses.ECHO, "uid", str(USERS_UID)]
        try:
            found: list[dict[str, Any]] = json.loads(self.lab.exec("site", argv).stdout or "[]")
        except (ValueError, subprocess.SubprocessError):
            return {}
        return found[0] if found else {}

    def _fetch(self, ns: str, url: str) -> str:
        code = (
            "import sys, urllib.request as r; "
            "sys.stdout.write(r.urlopen(sys.argv[1], timeout=5).read().decode())"
        )
        return self.lab.exec(ns, [self.stage.python, "-c", code, url]).stdout


def wait(condition: Callable[[], object], what: str) -> None:
    """Wait until something was observed.

    Raises:
        LabError: it was not, within `STEP_S`.
    """
    control.wait_until(lambda: bool(condition()), STEP_S, lambda: what)
