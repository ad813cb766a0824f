"""A portal with files of its own, and a clock that stands still."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask.testing import FlaskClient

from notanker.core.cause import Detail
from notanker.core.moment import Moment
from notanker.core.names import (
    Cause,
    Confidence,
    Line,
    Outcome,
    PluginHealth,
    Stage,
    Uplink,
    Verdict,
)
from notanker.core.report import Report, ReportMessage, ReportRow, ReportSpan
from notanker.core.status import (
    HeartbeatStatus,
    IncidentStatus,
    MessageStatus,
    ModemStatus,
    PlanStatus,
    PluginStatus,
    Status,
    UplinkStatus,
)
from notanker.plan.accept import accept
from notanker.portal.app import create_app
from notanker.portal.files import PortalFiles

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "plan"
# 2026-11-22 09:54:00 UTC, 10:54 at the sample's site
NOW = Moment(boot_s=100_000.0, wall_s=1_795_341_240.0, trusted=False, boot="this-boot")


@lru_cache(maxsize=1)
def accepted() -> Path:
    """Accept the sample plan, once; return the store."""
    folder = Path(tempfile.mkdtemp(prefix="notanker-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assert accept(SAMPLE, folder / "store").fresh
    return folder / "store"


def ago(seconds: float, *, trusted: bool = True, boot: str = "this-boot") -> Moment:
    """Return the moment so many seconds before `NOW`."""
    return Moment(NOW.boot_s - seconds, NOW.wall_s - seconds, trusted, boot)


def incident(number: int = 17) -> IncidentStatus:
    """Return an incident that two people were told of."""
    return IncidentStatus(
        number,
        Stage.OPEN,
        Cause.PROVIDER,
        ago(720),
        "first hop answers, icmp 0/3, dns 0/3",
        Detail(Confidence.LIKELY, "provider", ("Musternetz", "Musternetz"), ago(721), ("vpn",), 4),
        messages=(
            MessageStatus("17-1", "T1", "tarik-vorlage", Outcome.SENT, ago(700)),
            MessageStatus("17-2", "T1", "ines-modell", Outcome.FAILED, ago(690)),
        ),
    )


def status(line: Line = Line.BACKUP) -> Status:
    """Return a snapshot two seconds old."""
    up = line in (Line.PRIMARY, Line.WAIT_TO_RESTORE)
    return Status(
        site="musterhafen",
        written=ago(2),
        line=line,
        line_since=ago(720),
        uplinks=(
            UplinkStatus(
                Uplink.PRIMARY, "eth0", Verdict.UP if up else Verdict.DOWN, True, 18.0, 0.0
            ),
            UplinkStatus(
                Uplink.BACKUP,
                "wwan0",
                Verdict.DOWN if line is Line.ISOLATED else Verdict.UP,
                True,
                48.0,
                2.0,
                silent_anchors=("192.0.2.7",),
            ),
        ),
        modem=ModemStatus("lte1", "Mobil-Beispiel", -97.0, True, ago(5)),
        incident=None if line is Line.PRIMARY else incident(),
        recent=(replace(incident(16), stage=Stage.RESOLVED, opened=ago(3 * 86400)),),
        plugins=(PluginStatus("mail", "apprise", PluginHealth.DEGRADED, 5, "no answer"),),
        heartbeat=HeartbeatStatus(True, ago(40), Uplink.BACKUP),
        plan=PlanStatus("musterhafen", 42, "2026-11"),
    )


def report(number: int = 16) -> Report:
    """Return the report of an outage of about an hour."""
    start = 3 * 86400.0
    return Report(
        "musterhafen",
        number,
        Cause.ACCESS_LINE,
        ago(start),
        ago(start - 4000),
        3800.0,
        34.0,
        3766.0,
        21.0,
        1,
        (
            ReportRow(
                ago(start), 0.0, "opened", "Die Hauptleitung <schweigt>.", "Main line silent."
            ),
            ReportRow(ago(start - 34), 34.0, "switched", "Auf LTE umgeschaltet.", "Moved to LTE."),
        ),
        (
            ReportMessage(
                "16-1", "T1", "tarik-vorlage", "Tarik Vorlage", Outcome.SENT, ago(start - 20), None
            ),
        ),
        spans=(
            ReportSpan(Line.ISOLATED, 0.0, 34.0),
            ReportSpan(Line.BACKUP, 34.0, 3800.0),
            ReportSpan(Line.WAIT_TO_RESTORE, 3800.0, 4000.0),
        ),
    )


class World:
    """The files of a portal, and a browser on it."""

    def __init__(self, folder: Path) -> None:
        self.files = PortalFiles(folder / "status.json", folder / "store", folder / "reports")
        self.now = NOW
        self.files.reports.mkdir()
        self.app = create_app(self.files, lambda: self.now)
        self.client: FlaskClient = self.app.test_client()

    def reconfigured(self, **settings: Any) -> World:
        """Start the portal anew with other settings."""
        self.files = replace(self.files, **settings)
        self.app = create_app(self.files, lambda: self.now)
        self.client = self.app.test_client()
        return self

    def with_plan(self) -> World:
        """Put the sample plan in force."""
        shutil.copytree(accepted(), self.files.plan_store, symlinks=True)
        return self

    def with_status(self, told: Status | bytes) -> World:
        """Let the agent write this."""
        raw = told if isinstance(told, bytes) else msgspec.json.encode(told)
        self.files.status_file.write_bytes(raw)
        return self

    def with_report(self, told: Report) -> World:
        """Let the agent write this report."""
        (self.files.reports / f"{told.number}.json").write_bytes(msgspec.json.encode(told))
        return self

    def text(self, path: str, code: int = 200) -> str:
        """Return the page at the path."""
        response = self.client.get(path)
        assert response.status_code == code
        return response.text
