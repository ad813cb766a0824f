"""A centre to try: a real SQLite file, a clock that the test moves, sites with known keys."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from notanker.core.heartbeat import Beat, BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.ingest import BearerOpener, Ingest
from notanker_central.reception import Reception
from notanker_central.store import Store

START_S = 1_800_000_000.0


def key_of(site: str) -> str:
    return f"key-of-{site}".ljust(43, "x")


def make_site(name: str, **values: object) -> Site:
    digest = hashlib.sha256(key_of(name).encode()).hexdigest()
    return Site(id=name, name=name.title(), key_sha256=digest, **values)  # type: ignore[arg-type]


def make_event(position: int, boot: str = "boot-1", kind: str = "Started") -> BeatEvent:
    at = Moment(float(position), START_S + position, trusted=True, boot=boot)
    return BeatEvent(position, kind, at, '{"route":"primary","version":"0.1.0"}')


def make_beat(counter: int = 1, site: str = "nord", **values: object) -> Beat:
    now = Moment(1.0, START_S, trusted=True, boot="boot-1")
    usual: dict[str, object] = {
        "sent": now,
        "over": Uplink.PRIMARY,
        "interval_s": 60.0,
        "version": "0.1.0",
        "line": Line.PRIMARY,
        "line_since": now,
        "primary": Verdict.UP,
        "backup": Verdict.UP,
    }
    return Beat(site=site, counter=counter, **{**usual, **values})  # type: ignore[arg-type]


@dataclass
class Hands:
    """The hands of a clock that moves only when told to."""

    wall_s: float = START_S
    steady_s: float = 1000.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(lambda: self.wall_s, lambda: self.steady_s)

    def move(self, seconds: float) -> None:
        self.wall_s += seconds
        self.steady_s += seconds


@dataclass(frozen=True)
class Makers:
    """What tests make things with."""

    site: Callable[..., Site] = make_site
    beat: Callable[..., Beat] = make_beat
    event: Callable[..., BeatEvent] = make_event
    key: Callable[[str], str] = key_of
    start_s: float = START_S


@pytest.fixture(scope="session")
def make() -> Makers:
    return Makers()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/central.sqlite")
    store.list_sites([make_site("nord", region="Küste"), make_site("sued")])
    yield store
    store.close()


@pytest.fixture
def reception(store: Store, hands: Hands) -> Iterator[Reception]:
    sites = [make_site("nord"), make_site("sued")]
    reception = Reception(store, BearerOpener(sites), hands.clock)
    reception.start()
    yield reception
    reception.close()


@pytest.fixture
def ingest(store: Store, reception: Reception, hands: Hands) -> Ingest:
    return Ingest(store, reception, [make_site("nord"), make_site("sued")], hands.clock)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = [
        "-subj",
        "/CN=central.example",
        "-addext",
        "subjectAltName=DNS:central.example,DNS:localhost",
    ]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", *curve, *names, *files],
        check=True,
        capture_output=True,
    )
    return certificate, key
