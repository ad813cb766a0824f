"""What comes by HTTPS: proves who speaks, hands beats on to the reception, and words the answer."""

from __future__ import annotations

import collections
import threading
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker_central.checking import RefusedError
from notanker_central.clock import Clock
from notanker_central.enrolling import KeyDesk
from notanker_central.keys import Keyring, bearer
from notanker_central.reception import NotStoredError, Pending, Receiving
from notanker_central.reports import report_in
from notanker_central.settled import Settled
from notanker_central.store import Store
from notanker_central.vault import VaultError

log: Final = structlog.get_logger(__name__)

CARRIER: Final = "https"
SEALED: Final = 'application/cose; cose-type="cose-encrypt0"'
"""What a sealed beat and its answer are (RFC 9052, section 11.3.1)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a beat or a report: an HTTP status, and JSON or a sealed acknowledgement."""

    status: int
    body: bytes
    kind: str = "application/json"


class Ingest:
    """The receiving end of what comes by HTTPS."""

    def __init__(self, store: Store, reception: Receiving, desk: KeyDesk, clock: Clock) -> None:
        self._store = store
        self._reception = reception
        self._desk = desk
        self._clock = clock
        self._keyring = Keyring(store)
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()
        self._settled = Settled()

    @property
    def counts(self) -> dict[str, int]:
        """How many beats were `stored`, `old`, or refused, and how many reports, by reason."""
        with self._lock:
            return dict(self._counts + collections.Counter(self._reception.counts))

    async def beat(self, sealed: bytes) -> Reply:
        """Answer one sealed beat once it is on the disk."""
        pending = self._reception.submit(sealed, CARRIER)
        await self._settled.wait(pending)
        return _worded(pending)

    def receive(self, sealed: bytes) -> Reply:
        """Answer one sealed beat, for a caller that may wait. Never raises."""
        pending = self._reception.submit(sealed, CARRIER)
        pending.exception()
        return _worded(pending)

    def agree(self, sealed: bytes) -> Reply:
        """Answer a site that wants a key. Never raises."""
        try:
            granted = self._desk.agree(sealed)
        except RefusedError as error:
            log.warning("no_key_granted", reason=error.reason)
            return self._counted(_refusal("refused"), f"key-{error.reason}")
        except (SQLAlchemyError, VaultError) as error:
            log.warning("not_stored", reason=type(error).__name__, detail=str(error)[:200])
            return self._counted(_not_stored("not-stored"), "not-stored")
        return self._counted(Reply(200, granted, SEALED), "key-granted")

    def receive_report(self, authorization: str, body: bytes) -> Reply:
        """Answer one after-action report. Never raises."""
        try:
            return self._report(authorization, body)
        except RefusedError as error:
            return self._counted(_refusal(error.reason), error.reason)
        except SQLAlchemyError as error:
            # The site keeps its report and comes again.
            log.warning("not_stored", reason=type(error).__name__, detail=str(error)[:200])
            return self._counted(_not_stored("not-stored"), "not-stored")

    def _report(self, authorization: str, body: bytes) -> Reply:
        if bearer(authorization) is None:
            raise RefusedError("not-authorised")
        report = report_in(body)
        if not self._keyring.opens(report.site, authorization):
            raise RefusedError("not-authorised")
        self._store.take_report(report, body, self._clock.wall_s())
        return self._counted(Reply(200, msgspec.json.encode({"number": report.number})), "report")

    def _counted(self, reply: Reply, reason: str) -> Reply:
        with self._lock:
            self._counts[reason] += 1
        return reply


def _worded(done: Pending) -> Reply:
    """Return the answer that a settled beat gets; who is refused is not told why."""
    error = done.exception()
    if isinstance(error, NotStoredError):
        # The site keeps its events and comes again; an acknowledgement would lose them.
        return _not_stored(error.reason)
    answer = done.result()
    return _refusal("refused") if answer is None else Reply(200, answer, SEALED)


def _refusal(reason: str) -> Reply:
    status = 401 if reason == "not-authorised" else 400
    return Reply(status, msgspec.json.encode({"error": reason}))


def _not_stored(reason: str) -> Reply:
    return Reply(503, msgspec.json.encode({"error": reason}))
