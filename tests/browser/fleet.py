"""A fleet to look at: sites in every state, with a past, on a board of its own."""

from __future__ import annotations

import math
import random
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
from flask import Flask
from sqlalchemy import insert
from tests.unit.central.conftest import START_S, Hands, make_beat, make_event, make_site
from tests.unit.incidents_of import made, usual

from notanker.core.heartbeat import BeatIncident
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Uplink, Verdict
from notanker_central.board import accounts
from notanker_central.board.app import board_app
from notanker_central.board.roles import Role
from notanker_central.config import Board
from notanker_central.enrolling import KeyDesk
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.opening import Opener
from notanker_central.reception import Reception
from notanker_central.store import Store
from notanker_central.tables import flip, roll_up
from notanker_central.vault import Vault
from notanker_central.watcher import Watcher

PASSWORD: Final = "correct-horse-battery"
DAY_S: Final = 86400.0
NAMES: Final = (
    "Musterhafen", "Beispielstadt", "Nordersand", "Süderbrück", "Westerfeld-Industriegebiet",
    "Osterholm", "Talheim", "Bergzell", "Seeburg", "Waldau", "Grünmoor", "Steinfurt am Berg",
)  # fmt: skip
_PLACES: Final = (
    (54.3, 10.1), (53.5, 9.9), (53.1, 8.8), (52.4, 9.7), (51.5, 7.4), (52.5, 13.4),
    (49.1, 9.2), (48.1, 11.5), (47.7, 9.4), (50.9, 11.0), (53.6, 11.4), (48.7, 9.1),
)  # fmt: skip
ADMIN: Final = "mara.beispiel@firma.example"


class Fleet:
    """The sites, the database and the application."""

    def __init__(self, folder: Path, database: str = "", **board: Any) -> None:
        self.hands = Hands()
        self.store = Store(database or f"sqlite:///{folder}/central.sqlite")
        regions = ("Küste", "Mitte", "Süd")
        sites = [
            make_site(f"s{n:02}", region=regions[n // 4], place=_PLACES[n])
            for n in range(len(NAMES))
        ]
        self.sites = [
            msgspec.structs.replace(s, name=name) for s, name in zip(sites, NAMES, strict=True)
        ]
        self.store.list_sites(self.sites)
        self._past()
        self._hours()
        self._beats()
        with self.store.write() as connection:
            accounts.add(connection, ADMIN, Role.ADMIN, PASSWORD, START_S)
        watcher = Watcher(self.store, self.hands.clock)
        watcher.look()
        vault = Vault(folder / "central.master")
        opener = Opener(self.store, vault, self.hands.clock)
        reception = Reception(self.store, opener, self.hands.clock)
        desk = KeyDesk(self.store, vault, self.hands.clock, opener.look_again)
        ingest = Ingest(self.store, reception, desk, self.hands.clock)
        health = Health(self.store, watcher, ingest)
        self.app: Flask = board_app(self.store, Board(**board), self.hands.clock, health)

    def _beats(self) -> None:
        now_s = self.hands.wall_s
        for n, site in enumerate(self.sites[:-1]):
            usual: dict[str, Any] = {
                "operator": ("Funk Eins", "Netz Zwei")[n % 2], "signal_dbm": -70.0 - 3 * n,
                "lte_used_bytes": 41_000_000 * (n + 1), "lte_limit_bytes": 500_000_000,
                "lte_proven": Moment(1.0, now_s - n * n * 9000.0, trusted=True, boot="b"),
                "plan_seq": 12, "plan_fingerprint": "ab12cd34ef56ab12",
                "events": tuple(make_event(k) for k in range(1, 5)), "journal": 4,
            }  # fmt: skip
            self.store.take(make_beat(1, site.id, **{**usual, **_trouble(n)}), now_s - 20.0 - n)

    def _past(self) -> None:
        lot, rows = random.Random(7), []  # noqa: S311 - not a secret
        for n, site in enumerate(self.sites[:6]):
            at_s, before = START_S - 80 * DAY_S, "ok"
            rows.append(
                {"site": site.id, "cause": "", "at_s": at_s, "before": "never", "after": "ok"}
            )
            while at_s < START_S - 2 * DAY_S:
                at_s += lot.uniform(0.5, 9.0) * DAY_S
                after = lot.choice(("backup", "backup", "isolated", "silent"))
                long_s = lot.uniform(300.0, 30_000.0)
                told = {"site": site.id, "cause": "provider" if after != "silent" else ""}
                rows.append({**told, "at_s": at_s, "before": before, "after": after})
                rows.append({**told, "at_s": at_s + long_s, "before": after, "after": "ok"})
                at_s += long_s
            if n == 0:
                self._report(site.id)
        rows.sort(key=lambda row: float(str(row["at_s"])))
        with self.store.write() as connection:
            connection.execute(insert(flip), rows)

    def _hours(self) -> None:
        lot, last = random.Random(3), int(START_S // 3600)  # noqa: S311 - not a secret
        rows = []
        for n, site in enumerate(self.sites[:3]):
            for ago in range(1, 90 * 24):
                swing = 9 * math.sin(ago / 24) - (18 if 300 < ago < 340 else 0)
                used = 3_000_000 * (n + 1) * ((90 * 24 - ago) % 720)
                signal = None if 500 < ago < 560 else -88.0 - 3 * n + swing + lot.uniform(-4, 4)
                row = {"site": site.id, "hour": last - ago, "settled": True}
                rows.append({**row, "signal_dbm": signal, "lte_used_bytes": used // 4})
        with self.store.write() as connection:
            connection.execute(insert(roll_up), rows)

    def _report(self, site: str) -> None:
        report = replace(made(usual()), site=site)
        body = zlib.compress(msgspec.json.encode(report))
        self.store.take_report(report, body, START_S)


def _trouble(n: int) -> dict[str, Any]:
    cases: dict[int, dict[str, Any]] = {
        0: {"line": Line.BACKUP, "over": Uplink.BACKUP, "primary": Verdict.DOWN, "cause": Cause.PROVIDER,
            "incident": 17, "open": (BeatIncident(17),)},
        1: {"line": Line.ISOLATED, "primary": Verdict.DOWN, "backup": Verdict.DOWN, "cause": Cause.OWN_POWER,
            "incident": 4, "open": (BeatIncident(4, "ida"), BeatIncident(5))},
        2: {"degraded": ("lte1",)},
    }  # fmt: skip
    return cases.get(n, {})
