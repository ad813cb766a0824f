"""Takes beats in: proves who speaks, reads, stores, and only then acknowledges."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker_central.checking import RefusedError, beat_of
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.keys import Keyring, bearer
from notanker_central.reports import report_in
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

_ODD: Final = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a beat or a report: an HTTP status and JSON."""

    status: int
    body: bytes


Take = Callable[[str, bytes], Reply]
"""Takes what came with an `Authorization` header's value, and raises RefusedError for what it refuses."""


class Ingest:
    """The receiving end of every heartbeat, whatever carried it here."""

    def __init__(self, store: Store, sites: Iterable[Site], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._keyring = Keyring(sites)
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()
        self._old_in_a_row: collections.Counter[str] = collections.Counter()

    @property
    def counts(self) -> dict[str, int]:
        """How many beats were `stored`, `old`, or refused, by reason."""
        with self._lock:
            return dict(self._counts)

    def receive(self, authorization: str, body: bytes) -> Reply:
        """Answer one beat. Never raises."""
        return self._answer(authorization, body, self._beat)

    def receive_report(self, authorization: str, body: bytes) -> Reply:
        """Answer one after-action report. Never raises."""
        return self._answer(authorization, body, self._report)

    def _answer(self, authorization: str, body: bytes, take: Take) -> Reply:
        try:
            if bearer(authorization) is None:  # nobody else is worth the work of reading what came
                return self._refused("not-authorised")
            return take(authorization, body)
        except RefusedError as error:
            return self._refused(error.reason)
        except SQLAlchemyError as error:
            # The site keeps its events and comes again; an acknowledgement would lose them.
            self._count("not-stored")
            log.warning("not_stored", reason=type(error).__name__, detail=str(error)[:200])
            return Reply(503, msgspec.json.encode({"error": "not-stored"}))

    def _refused(self, reason: str) -> Reply:
        self._count(reason)
        status = 401 if reason == "not-authorised" else 400
        return Reply(status, msgspec.json.encode({"error": reason}))

    def _beat(self, authorization: str, body: bytes) -> Reply:
        beat = beat_of(body)
        self._prove(authorization, beat.site)
        ack, newest = self._store.take(beat, self._clock.wall_s())
        self._count("stored" if newest else "old")
        self._note(beat.site, beat.counter, newest=newest)
        return Reply(200, msgspec.json.encode(ack))

    def _report(self, authorization: str, body: bytes) -> Reply:
        report = report_in(body)
        self._prove(authorization, report.site)
        self._store.take_report(report, body, self._clock.wall_s())
        self._count("report")
        return Reply(200, msgspec.json.encode({"number": report.number}))

    def _prove(self, authorization: str, site: str) -> None:
        if not self._keyring.opens(site, authorization):
            raise RefusedError("not-authorised")

    def _count(self, reason: str) -> None:
        with self._lock:
            self._counts[reason] += 1

    def _note(self, site: str, counter: int, *, newest: bool) -> None:
        # One old counter is a beat sent twice because the answer got lost. Several in a row are a site that
        # begins anew, or somebody's recording.
        with self._lock:
            if newest:
                self._old_in_a_row.pop(site, None)
                return
            self._old_in_a_row[site] += 1
            odd = self._old_in_a_row[site] == _ODD
        if odd:
            log.warning("old_counter", site=site, counter=counter)
