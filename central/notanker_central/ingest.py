"""What comes by HTTPS: proves who speaks, hands beats on to the reception, and words the answer."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker.core.heartbeat import Ack, Beat
from notanker_central.checking import RefusedError, beat_of
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.keys import Keyring, bearer
from notanker_central.reception import NotStoredError, Pending, Reception
from notanker_central.reports import report_in
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

CARRIER: Final = "https"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a beat or a report: an HTTP status and JSON."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class BearerBeat:
    """A beat in JSON whose sender showed the site's key."""

    beat: Beat

    @property
    def site(self) -> str:
        """The site's id."""
        return self.beat.site

    @property
    def counter(self) -> int:
        """The beat's counter."""
        return self.beat.counter


class BearerOpener:
    """Opens what `sealed` makes: the key that was shown, a line's end, and a beat in JSON."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._keyring = Keyring(sites)

    def open(self, sealed: bytes) -> BearerBeat:
        """Return the beat.

        Raises:
            RefusedError: it is none, or the key is not that of its site.
        """
        shown, _, body = sealed.partition(b"\n")
        authorization = shown.decode("utf-8", "replace")
        if bearer(authorization) is None:  # nobody else is worth the work of reading what came
            raise RefusedError("not-authorised")
        beat = beat_of(body)
        if not self._keyring.opens(beat.site, authorization):
            raise RefusedError("not-authorised")
        return BearerBeat(beat)

    def answer(self, opened: BearerBeat, ack: Ack) -> bytes:  # noqa: ARG002 - TLS seals it
        """Return the acknowledgement as JSON."""
        return msgspec.json.encode(ack)


def sealed(authorization: str, body: bytes) -> bytes:
    """Return a beat with the key that came with it, as one piece for the reception."""
    return authorization.encode("utf-8", "surrogatepass") + b"\n" + body


class Ingest:
    """The receiving end of what comes by HTTPS."""

    def __init__(
        self, store: Store, reception: Reception, sites: Iterable[Site], clock: Clock
    ) -> None:
        self._store = store
        self._reception = reception
        self._clock = clock
        self._keyring = Keyring(sites)
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    @property
    def counts(self) -> dict[str, int]:
        """How many beats were `stored`, `old`, or refused, and how many reports, by reason."""
        with self._lock:
            return dict(self._counts + collections.Counter(self._reception.counts))

    async def beat(self, authorization: str, body: bytes) -> Reply:
        """Answer one beat once it is on the disk."""
        pending = self._reception.submit(sealed(authorization, body), CARRIER)
        with contextlib.suppress(NotStoredError):  # what follows says it
            await asyncio.wrap_future(pending)
        return _worded(pending)

    def receive(self, authorization: str, body: bytes) -> Reply:
        """Answer one beat, for a caller that may wait. Never raises."""
        pending = self._reception.submit(sealed(authorization, body), CARRIER)
        pending.exception()
        return _worded(pending)

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
    """Return the answer that a settled beat gets."""
    error = done.exception()
    if isinstance(error, NotStoredError):
        # The site keeps its events and comes again; an acknowledgement would lose them.
        return _not_stored(error.reason)
    answer = done.result()
    return _refusal(done.reason) if answer is None else Reply(200, answer)


def _refusal(reason: str) -> Reply:
    status = 401 if reason == "not-authorised" else 400
    return Reply(status, msgspec.json.encode({"error": reason}))


def _not_stored(reason: str) -> Reply:
    return Reply(503, msgspec.json.encode({"error": reason}))
