"""What every source is: something that offers a plan, and gives its files one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import TracebackType
from typing import Protocol, Self

from notanker.errors import NotankerError, Place, Problem
from notanker.plan.files import MANIFEST
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed
from notanker.shell.sources.catalogue import CATALOGUE


class SourceError(NotankerError):
    """The source gave nothing that can be used; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.sentence("en"))


class Absent(Exception):  # noqa: N818 - no error: a stick is in somebody's pocket most of the time
    """The source is not there, and need not be."""


def failed(code: str, place: str = "", **values: object) -> SourceError:
    """Make the error of that code."""
    return SourceError(CATALOGUE.problem(code, Place(place), **values))


def offered(
    names: Collection[str], read: Callable[[str, int], bytes], label: str
) -> dict[str, bytes]:
    """Return the offer that is made of files of these names.

    Args:
        names: Of those that are there and belong to an offer.
        read: Returns a file's content, given how many bytes it may have.
        label: What people call the source.

    Raises:
        SourceError: there is none, or it is none.
    """
    if MANIFEST not in names:
        raise failed("nothing-there", label, reason=f"no {MANIFEST}")
    found = {name: read(name, offers.limit_bytes(name)) for name in names}
    try:
        return offers.checked(found)
    except offers.OfferError as error:
        raise failed("odd-answer", label, reason=str(error)) from None


class Source(Protocol):
    """One source while it is open."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def wire_bytes(self) -> int:
        """What was sent and received so far, 0 if no line is needed."""

    def offer(self) -> dict[str, bytes]:
        """Return the manifest with its signatures, and the heartbeat.

        Raises:
            Absent: it is not there.
            SourceError: it gives nothing that can be used.
            OSError: it broke off.
        """

    def content(self, name: str, listed: Listed, before: bytes) -> bytes:
        """Return a file, which is checked by whoever asks.

        Args:
            name: Its path in the plan.
            listed: Its size and hash; not more than its size is ever read.
            before: What the plan in force has under that name; empty for nothing.

        Raises:
            SourceError: it gives nothing that can be used.
            OSError: it broke off.
        """
