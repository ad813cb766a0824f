"""Runs the centre: two doors, one writer, one dead man's switch, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from notanker_central.alarm.alarms import Alarms
from notanker_central.alarm.answers import add_answers
from notanker_central.board.app import behind_proxy, board_app
from notanker_central.calling import Calling
from notanker_central.clock import Clock
from notanker_central.config import CentralConfig
from notanker_central.depot import Depot
from notanker_central.doors.opened import opened
from notanker_central.doors.sms import add_sms, take
from notanker_central.enrolling import KeyDesk
from notanker_central.garbage import search_rarely
from notanker_central.handing_out import add_depot
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.keys import Keyring, LinkKeys, open_vault
from notanker_central.lease import Lease, Work, run_as_one
from notanker_central.metrics import Watch, metrics_app
from notanker_central.opening import Opener
from notanker_central.public.linking import Linking
from notanker_central.public.status_page import StatusPages
from notanker_central.reach import is_loopback, tls_context
from notanker_central.receiver import direct, receiver_app
from notanker_central.reception import Receiving, Reception
from notanker_central.roller import Roller
from notanker_central.rolling_out import released
from notanker_central.store import Store
from notanker_central.web.door import Door, listen
from notanker_central.web.http import Limits

log: Final = structlog.get_logger(__name__)

WORKERS: Final = 8
FILES: Final = 4096
_BOARD_LIMITS: Final = Limits(connections=128)
_CERTIFICATE_S: Final = 60.0
ALIVE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the centre listens; None for what is turned off."""

    beats: int
    board: int | None
    status_page: int | None = None
    udp: int | None = None


def serve(
    config: CentralConfig,
    ready: Callable[[Ports], None] | None = None,
    alive: Callable[[], None] | None = None,
) -> None:
    """Run the centre until SIGTERM or SIGINT. Call it from the main thread.

    Args:
        config: What `load` returned.
        ready: Called once with the ports when the centre takes beats.
        alive: Called each `ALIVE_S` as long as the doors are served.

    Raises:
        OSError: an address is taken, or the certificate cannot be read.
        StoreError: the database is of another version.
        VaultError: the master key cannot be used, or is not that of this database.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    _allow_files()
    clock = Clock()
    store = Store(config.database.url)
    try:
        store.list_sites(config.sites)
        alarms = Alarms(store, config, clock)
        lease = Lease(store)
        depot = _depot(config, store)
        works = [*alarms.works(), Roller(store, clock).run]
        works += [Calling(store, depot, clock).run] if depot is not None else []
        with _beside(lease, works):
            asyncio.run(_Centre(config, store, clock, alarms, lease, depot).run(ready, alive))
    finally:
        store.close()
        log.info("stopped")


def _allow_files() -> None:
    # A full house of connections must leave the database its files: 1024 is the usual limit for both.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _depot(config: CentralConfig, store: Store) -> Depot | None:
    if not config.plans.folder:
        return None
    gate = partial(_released, store) if config.plans.staged else None
    return Depot(Path(config.plans.folder), Path(config.plans.archive), gate)


@contextlib.contextmanager
def _beside(lease: Lease, works: Sequence[Work]) -> Iterator[None]:
    """Watch and tell beside the doors, unless another centre on the same database does."""
    stop = threading.Event()
    thread = threading.Thread(
        target=run_as_one, args=(lease, works, stop), name="watch", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=7.0)


class _Centre:
    def __init__(
        self,
        config: CentralConfig,
        store: Store,
        clock: Clock,
        alarms: Alarms,
        lease: Lease,
        depot: Depot | None,
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._renewed: list[tuple[ssl.SSLContext | None, str, str]] = []
        vault = open_vault(config, store)
        opener = Opener(store, vault, clock)
        self._reception = _receiving(config, store, opener, clock)
        ca = Path(config.keys.ca) if config.keys.ca else None
        desk = KeyDesk(store, vault, clock, opener.look_again, ca)
        ingest = Ingest(store, self._reception, desk, clock)
        health = Health(store, alarms.watcher, ingest, lease)
        self._receiver = receiver_app(ingest, health)
        Linking(store, LinkKeys(store, vault).of, config.board, clock).add_to(self._receiver)
        self._direct = direct(ingest)
        add_sms(self._receiver, self._reception)
        alarms.hearing.beats = partial(take, self._reception)
        add_answers(self._receiver, store, config.alarm, clock)
        figures = partial(_figures, alarms, ingest)
        self._metrics = metrics_app(store, config.metrics, clock, figures)
        if depot is not None:
            add_depot(self._receiver, depot, Keyring(store))
        board = board_app(store, config.board, clock, health, config.oidc)
        self._board = behind_proxy(board, config.board)

    async def run(
        self, ready: Callable[[Ports], None] | None, alive: Callable[[], None] | None
    ) -> None:
        workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="answer")
        # The whole world may ask for the status page; no beat waits behind it.
        public = ThreadPoolExecutor(2, thread_name_prefix="status page")
        carriers = contextlib.ExitStack()
        with workers, public, contextlib.closing(self._reception), carriers:
            doors = self._doors(workers)
            page = self._status_page(public)
            board = doors[1].port if self._config.board.listen else None
            doors += [page] if page is not None else []
            self._reception.start()
            port = carriers.enter_context(opened(self._config, self._reception))
            tasks = [asyncio.ensure_future(door.run()) for door in doors]
            tasks.append(asyncio.ensure_future(self._renew_certificates()))
            ports = Ports(doors[0].port, board, page.port if page is not None else None, port)
            search_rarely()
            log.info("listening", **asdict(ports))
            if ready is not None:
                ready(ports)
            tasks.append(asyncio.ensure_future(_live(alive)))
            await _signalled()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*(door.close() for door in doors))

    def _doors(self, workers: ThreadPoolExecutor) -> list[Door]:
        listening = self._config.listen
        tls = _tls(listening.certificate, listening.key)
        doors = [
            Door(
                listen(listening.host, listening.port),
                self._receiver,
                workers,
                tls=tls,
                direct=self._direct,
            )
        ]
        self._renewed.append((tls, listening.certificate, listening.key))
        board = self._config.board
        if board.listen:
            listener = listen(board.host, board.port)
            tls = _tls(board.certificate, board.key)
            doors.append(Door(listener, self._board, workers, tls=tls, limits=_BOARD_LIMITS))
            self._renewed.append((tls, board.certificate, board.key))
        metrics = self._config.metrics
        if metrics.listen:
            listener = listen(metrics.host, metrics.port)
            doors.append(Door(listener, self._metrics, workers, limits=_BOARD_LIMITS))
        return doors

    def _status_page(self, workers: ThreadPoolExecutor) -> Door | None:
        page = self._config.status_page
        if not page.listen:
            return None
        app = StatusPages(self._store, page, self._config.board, self._clock).app()
        tls = None
        if not is_loopback(page.host):
            certificate, key = self._config.listen.certificate, self._config.listen.key
            tls = _tls(certificate, key)
            self._renewed.append((tls, certificate, key))
        return Door(listen(page.host, page.port), app, workers, tls=tls, limits=_BOARD_LIMITS)

    async def _renew_certificates(self) -> None:
        """Take renewed certificates into use: new connections get them, nobody restarts anything."""
        while True:
            await asyncio.sleep(_CERTIFICATE_S)
            for tls, certificate, key in self._renewed:
                # Half written: the old one holds until the next look.
                with contextlib.suppress(OSError):
                    if tls is not None:
                        tls_context(certificate, key)
                        tls.load_cert_chain(certificate, key, password="")


def _tls(certificate: str, key: str) -> ssl.SSLContext | None:
    """Return the settings for TLS, None where none is wanted: the rules have seen to it where that may be."""
    return tls_context(certificate, key) if certificate else None


def _receiving(config: CentralConfig, store: Store, opener: Opener, clock: Clock) -> Receiving:
    if not config.bus.nodes:
        opener.read_keys()
        return Reception(store, opener, clock)
    from notanker_central.bus.relay import Relay  # pika is an extra

    return Relay(config.bus.nodes, config.bus.ca)


def _released(store: Store, site: str) -> str | None:
    with store.read() as connection:
        return released(connection, site)


def _figures(alarms: Alarms, ingest: Ingest) -> Watch:
    return alarms.figures(ingest.counts)


async def _live(alive: Callable[[], None] | None) -> None:
    """Say that the loop turns: one that hangs answers no site, and only its end mends it."""
    while alive is not None:
        alive()
        await asyncio.sleep(ALIVE_S)


async def _signalled() -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def work(config: CentralConfig, ready: Callable[[], None] | None = None) -> None:
    """Store what receivers and sites put into the cluster's queue, until SIGTERM or SIGINT.

    Any number of workers run side by side. Call it from the main thread.

    Args:
        config: What `load` returned.
        ready: Called once when the database is open; the cluster may come later.

    Raises:
        StoreError: the database is of another version.
        VaultError: the master key cannot be used, or is not that of this database.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be opened.
    """
    from notanker_central.bus.worker import Worker  # pika is an extra

    clock = Clock()
    with contextlib.closing(Store(config.database.url)) as store:
        opener = Opener(store, open_vault(config, store), clock)
        opener.read_keys()
        reception = Reception(store, opener, clock)
        worker = Worker(config.bus.nodes, reception, config.bus.ca)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: worker.end())
        with contextlib.closing(reception):
            reception.start()
            search_rarely()
            if ready is not None:
                ready()
            worker.run()
    log.info("stopped")
