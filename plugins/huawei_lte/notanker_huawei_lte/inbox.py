"""What came in: handed over until the agent has it on disk, then deleted, and never another one instead.

A modem gives an index anew once it is free. So an SMS is named by its index and a digest of what it
says, and only an entry that still bears both is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from huawei_lte_api.enums.sms import BoxTypeEnum

from notanker.plugin import Collected, Happening, Inbound, Permanent, SendReport
from notanker_huawei_lte.boxes import Boxes, Entry, fate_of, is_full, name_of, number_in
from notanker_huawei_lte.session import text_of

MOST_AT_ONCE: Final = 30
MOST_CHARACTERS: Final = 40_000
"""Of one collection; the agent asks again at once. An SMS of 255 parts has 39 015 (3GPP TS 23.040)."""

_TOLD: Final = {
    "store_full": "the modem's SMS store is full: nothing comes in until something is deleted",
    "sms_hidden": "the modem counts more SMS than it lists, as it does while its clock is ahead",
    "sms_undeleted": "the modem keeps SMS that it was told to delete",
}


class Inbox:
    """The modem's inbox.

    Args:
        boxes: The modem's lists.
        make_room: Deletes old SMS that were sent.
    """

    def __init__(self, boxes: Boxes, make_room: Callable[[], None]) -> None:
        self._boxes: Final = boxes
        self._make_room: Final = make_room
        self._discarded: set[str] = set()
        self._told: set[str] = set()

    def collect(self) -> Collected:
        """Return what is in the inbox and not discarded.

        Raises:
            Retry: the modem cannot be asked.
            Permanent: it never can, as it is.
        """
        counted = self._counted()
        found = self._listed() if counted is None or number_in(counted, "LocalInbox") else {}
        kept = self._discarded & found.keys()
        self._discarded = kept
        self._delete(found, kept)
        new = _some((name, entry) for name, entry in found.items() if name not in kept)
        true = {"sms_undeleted"} if kept else set()
        if counted is not None:
            true |= self._seen_in(counted, len(found))
        return Collected(
            inbound=tuple(_inbound(*one) for one in new if fate_of(one[1]) is None),
            reports=tuple(_reports(new)),
            happenings=tuple(self._news(true)),
        )

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete what is named, and hand it over no more even if the modem keeps it.

        Raises:
            Retry: the modem cannot be asked.
            Permanent: it never can, as it is.
        """
        self._discarded.update(names)
        found = self._listed()
        self._delete(found, self._discarded & found.keys())

    def _counted(self) -> Entry | None:
        try:
            return self._boxes.counts()
        except Permanent:
            return None  # a firmware that does not count

    def _listed(self) -> dict[str, Entry]:
        """Return the entries by name, oldest first. A page that moved while it was read doubles nothing."""
        found = {name_of(entry): entry for entry in self._boxes.entries(BoxTypeEnum.LOCAL_INBOX)}
        return dict(sorted(found.items(), key=lambda item: number_in(item[1], "Index")))

    def _delete(self, found: dict[str, Entry], names: set[str]) -> None:
        for name in sorted(names)[:MOST_AT_ONCE]:
            self._boxes.delete(found[name])

    def _seen_in(self, counted: Entry, listed: int) -> set[str]:
        true = set()
        if number_in(counted, "LocalInbox") > listed:
            true.add("sms_hidden")
        if is_full(counted):
            true.add("store_full")
            self._make_room()
        return true

    def _news(self, true: set[str]) -> Iterator[Happening]:
        """Tell what has become true since the last time."""
        for what in sorted(true - self._told):
            yield Happening(what=what, reason=_TOLD[what])
        self._told = true


def _some(found: Iterator[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """Take as many as one answer to the agent bears, and at least one."""
    taken: list[tuple[str, Entry]] = []
    left = MOST_CHARACTERS
    for name, entry in found:
        left -= len(text_of(entry, "Content"))
        if taken and (left < 0 or len(taken) == MOST_AT_ONCE):
            break
        taken.append((name, entry))
    return taken


def _inbound(name: str, entry: Entry) -> Inbound:
    sender, text, sent = (text_of(entry, key) for key in ("Phone", "Content", "Date"))
    return Inbound(name=name, sender=sender, text=text[:MOST_CHARACTERS], sent=sent)


def _reports(found: list[tuple[str, Entry]]) -> Iterator[SendReport]:
    for name, entry in found:
        if fate := fate_of(entry):
            yield SendReport(
                name=name,
                recipient=text_of(entry, "Phone"),
                fate=fate,
                reason="the network did not deliver it" if fate == "failed" else "",
                done=text_of(entry, "Date"),
            )
