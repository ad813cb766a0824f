"""The modem's own lists of SMS, read page by page, deleted one by one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, Literal

from huawei_lte_api.api.Sms import Sms
from huawei_lte_api.enums.sms import BoxTypeEnum, SortTypeEnum, TypeEnum

from notanker.plugin import StoredMessage
from notanker_huawei_lte.session import HilinkSession, text_of

PAGE: Final = 20
MAX_PAGES: Final = 50
NEWEST: Final = 40
SHOWN_CHARACTERS: Final = 500
"""What `stored` shows of each list, so that the whole fits into one answer to the agent (256 KiB)."""

Fate = Literal["delivered", "failed"]

_FATES: Final[dict[str, Fate]] = {
    str(TypeEnum.DELIVERY_CONFIRMATION_SUCCESS.value): "delivered",
    str(TypeEnum.DELIVERY_CONFIRMATION_FAILURE.value): "failed",
}
_NAMES: Final = {
    BoxTypeEnum.LOCAL_INBOX: "in",
    BoxTypeEnum.LOCAL_SENT: "sent",
    BoxTypeEnum.LOCAL_DRAFT: "draft",
}

_ELEMENTS: Final = (
    "PageIndex",
    "ReadCount",
    "BoxType",
    "SortType",
    "Ascending",
    "UnreadPreferred",
)

Entry = Mapping[str, Any]


class Boxes:
    """The lists of one modem."""

    def __init__(self, session: HilinkSession) -> None:
        self._session: Final = session

    def entries(self, box: BoxTypeEnum) -> Iterator[Entry]:
        """Yield what is in the box, the newest first.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        for page in range(1, MAX_PAGES + 1):
            entries = self._page(box, page)
            yield from entries
            if len(entries) < PAGE:
                return

    def delete(self, entry: Entry) -> None:
        """Delete one.

        Raises:
            Retry: the modem does not answer.
            Permanent: it never will, as it is.
        """
        index = text_of(entry, "Index")
        if index.isdigit():
            self._session.read(lambda connection: Sms(connection).delete_sms(int(index)))

    def counts(self) -> Entry:
        """Return how many are in each list."""
        answer: Entry = self._session.read(lambda connection: Sms(connection).sms_count())
        return answer

    def stored(self) -> tuple[StoredMessage, ...]:
        """Return the newest of what the modem holds."""
        return tuple(
            StoredMessage(
                name=text_of(entry, "Index"),
                box="report" if fate_of(entry) else name,
                other=text_of(entry, "Phone"),
                text=text_of(entry, "Content")[:SHOWN_CHARACTERS],
                sent=text_of(entry, "Date"),
            )
            for box, name in _NAMES.items()
            for entry in islice(self.entries(box), NEWEST)
        )

    def _page(self, box: BoxTypeEnum, page: int) -> list[Entry]:
        # The library's own call makes an empty list of whatever comes.
        asked = _question(page, box)
        answer = self._session.read(
            lambda connection: messages_of(connection.post_get("sms/sms-list", asked))
        )
        return [entry for entry in answer if isinstance(entry, dict)]


def _question(page: int, box: BoxTypeEnum) -> dict[str, int]:
    """Ask for a page, the newest first; some firmwares want the elements in this order."""
    numbers = (page, PAGE, box.value, SortTypeEnum.DATE.value, 0, 0)
    return dict(zip(_ELEMENTS, numbers, strict=True))


def name_of(entry: Entry) -> str:
    """Return a name that no other SMS has, though the modem gives a number anew after a reset."""
    said = "\0".join(text_of(entry, key) for key in ("Phone", "Date", "Content"))
    return f"{text_of(entry, 'Index')}:{zlib.crc32(said.encode('utf-8', 'replace')):08x}"


def messages_of(answer: Mapping[str, Any]) -> list[Any]:
    """Return the SMS in an answer of `sms-list`; some firmwares leave Count out of an empty one.

    Raises:
        ValueError: it is the answer of something else, or none: that must not pass for "no SMS".
    """
    if "Messages" not in answer and text_of(answer, "Count") != "0":
        raise ValueError("no list of SMS")
    inside = answer.get("Messages")
    found = inside.get("Message", []) if isinstance(inside, dict) else []
    return found if isinstance(found, list) else [found]


def fate_of(entry: Entry) -> Fate | None:
    """Return what the network's status report says; None if the entry is an SMS."""
    return _FATES.get(text_of(entry, "SmsType"))


def number_in(answer: Entry, name: str) -> int:
    """Return the number in an element, 0 if there is none."""
    text = text_of(answer, name)
    return int(text) if text.isdecimal() else 0


def is_full(counts: Entry) -> bool:
    """Say whether the modem's own store of SMS is full, from its `sms-count`."""
    names = ("LocalInbox", "LocalOutbox", "LocalDraft", "LocalDeleted")
    used = sum(number_in(counts, name) for name in names)
    return 0 < number_in(counts, "LocalMax") <= used
