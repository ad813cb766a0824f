"""A centre to try: a real SQLite file, a clock that the test moves, sites with known keys."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from notanker.beat.keys import SiteKey
from notanker.core.heartbeat import Ack, Beat, BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker.shell.sealing import SiteSeal
from notanker_central import site_keys
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.enrolling import KeyDesk
from notanker_central.ingest import Ingest
from notanker_central.opening import Opener
from notanker_central.reception import Reception
from notanker_central.store import Store
from notanker_central.vault import Vault

START_S = 1_800_000_000.0


NUMBERS = {"nord": 1, "sued": 2}


def key_of(site: str) -> SiteKey:
    return SiteKey(NUMBERS.get(site, 99), site.encode().ljust(32, b"."))


def seal(beat: Beat) -> bytes:
    return SiteSeal(key_of(beat.site)).seal(beat)


def ack_of(answer: bytes | None, beat: Beat) -> Ack:
    assert answer is not None
    return SiteSeal(key_of(beat.site)).open(answer, beat.counter)


def bearer_of(site: str) -> str:
    return f"Bearer {SiteSeal(key_of(site)).bearer}"


def keep_keys(store: Store, vault: Vault, *names: str) -> None:
    """Give the sites, or those that are named, keys that they use already."""
    with store.write() as connection:
        for site, number in NUMBERS.items():
            if names and site not in names:
                continue
            site_keys.keep(connection, vault, site, key_of(site), START_S, recount=True)
            site_keys.use_first(connection, number, START_S)


def make_site(name: str, **values: object) -> Site:
    return Site(id=name, name=name.title(), **values)  # type: ignore[arg-type]


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
    key: Callable[[str], SiteKey] = key_of
    sealed: Callable[[Beat], bytes] = seal
    ack: Callable[[bytes | None, Beat], Ack] = ack_of
    bearer: Callable[[str], str] = bearer_of
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
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "central.master")


@pytest.fixture
def opener(store: Store, vault: Vault, hands: Hands) -> Opener:
    """The centre's end of the seal, which has looked at the keys of nord and sued."""
    keep_keys(store, vault)
    opener = Opener(store, vault, hands.clock)
    for site in NUMBERS:
        opener.open(seal(make_beat(1, site)))
    return opener


@pytest.fixture
def reception(store: Store, opener: Opener, hands: Hands) -> Iterator[Reception]:
    reception = Reception(store, opener, hands.clock)
    reception.start()
    yield reception
    reception.close()


@pytest.fixture
def ingest(
    store: Store, reception: Reception, opener: Opener, vault: Vault, hands: Hands
) -> Ingest:
    desk = KeyDesk(store, vault, hands.clock, opener.look_again)
    return Ingest(store, reception, desk, hands.clock)


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
