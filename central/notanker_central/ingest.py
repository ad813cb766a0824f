"""Takes beats in: proves who speaks, reads, stores, and only then acknowledges."""

from __future__ import annotations

import collections
import hmac
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
from notanker_central.keys import bearer, fingerprint
from notanker_central.reports import report_in
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

_NOBODY: Final = "0" * 64
_ODD: Final = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a beat or a report: an HTTP status and JSON."""

    status: int
    body: bytes


Take = Callable[[str, bytes], Reply]
"""Takes what came with a key, and raises RefusedError for what it refuses."""


class Ingest:
    """The receiving end of every heartbeat, whatever carried it here."""

    def __init__(self, store: Store, sites: Iterable[Site], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._keys = {site.id: site.key_sha256.lower() for site in sites}
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
            return take(bearer(authorization) or "", body)
        except RefusedError as error:
            self._count(error.reason)
            status = 401 if error.reason == "not-authorised" else 400
            return Reply(status, msgspec.json.encode({"error": error.reason}))
        except SQLAlchemyError as error:
            # The site keeps its events and comes again; an acknowledgement would lose them.
            self._count("not-stored")
            log.warning("not_stored", reason=type(error).__name__, detail=str(error)[:200])
            return Reply(503, msgspec.json.encode({"error": "not-stored"}))

    def _beat(self, key: str, body: bytes) -> Reply:
        beat = beat_of(_asked_by(key, body))
        self._prove(key, beat.site)
        ack, newest = self._store.take(beat, self._clock.wall_s())
        self._count("stored" if newest else "old")
        self._note(beat.site, beat.counter, newest=newest)
        return Reply(200, msgspec.json.encode(ack))

    def _report(self, key: str, body: bytes) -> Reply:
        report = report_in(_asked_by(key, body))
        self._prove(key, report.site)
        self._store.take_report(report, body, self._clock.wall_s())
        self._count("report")
        return Reply(200, msgspec.json.encode({"number": report.number}))

    def _prove(self, key: str, site: str) -> None:
        # A site that isn't known is compared as well, so that the time tells nothing.
        known = self._keys.get(site, _NOBODY)
        if not hmac.compare_digest(fingerprint(key), known):
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


def _asked_by(key: str, body: bytes) -> bytes:
    """Return the body if there is a key at all: nobody else is worth the work of reading it."""
    if not key:
        raise RefusedError("not-authorised")
    return body
