"""The modem's own lists of SMS, read page by page, and what came in."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from huawei_lte_api.api.Sms import Sms
from huawei_lte_api.enums.sms import BoxTypeEnum, TypeEnum

from notanker.plugin import Collected, Inbound, SendReport, StoredMessage
from notanker_huawei_lte.session import HilinkSession, text_of

PAGE: Final = 20
MAX_PAGES: Final = 50
AT_ONCE: Final = 100
"""So many SMS are handed over in one collection; the rest follows at once."""
_FATES: Final = {
    str(TypeEnum.DELIVERY_CONFIRMATION_SUCCESS.value): "delivered",
    str(TypeEnum.DELIVERY_CONFIRMATION_FAILURE.value): "failed",
}
_NAMES: Final = {
    BoxTypeEnum.LOCAL_INBOX: "in",
    BoxTypeEnum.LOCAL_SENT: "sent",
    BoxTypeEnum.LOCAL_DRAFT: "draft",
}

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

    def collect(self) -> Collected:
        """Return what came in, the oldest first; it stays until it is discarded."""
        if text_of(self.counts(), "LocalInbox") in ("0", ""):
            return Collected()
        found = list(self.entries(BoxTypeEnum.LOCAL_INBOX))[::-1][:AT_ONCE]
        return Collected(
            inbound=tuple(_inbound(entry) for entry in found if not _is_report(entry)),
            reports=tuple(_report(entry) for entry in found if _is_report(entry)),
        )

    def discard(self, names: tuple[str, ...]) -> None:
        """Delete these from the inbox. Another SMS that bears one's number by now is left alone."""
        wanted = set(names)
        for entry in list(self.entries(BoxTypeEnum.LOCAL_INBOX)):
            if name_of(entry) in wanted:
                self.delete(entry)

    def stored(self) -> tuple[StoredMessage, ...]:
        """Return all that the modem holds."""
        return tuple(
            StoredMessage(
                name=text_of(entry, "Index"),
                box="report" if _is_report(entry) else name,
                other=text_of(entry, "Phone"),
                text=text_of(entry, "Content"),
                sent=text_of(entry, "Date"),
            )
            for box, name in _NAMES.items()
            for entry in self.entries(box)
        )

    def _page(self, box: BoxTypeEnum, page: int) -> list[Entry]:
        answer = self._session.read(
            lambda connection: messages_of(Sms(connection).get_sms_list(page, box, PAGE))
        )
        return [entry for entry in answer if isinstance(entry, dict)]


def name_of(entry: Entry) -> str:
    """Return a name that no other SMS has, though the modem gives a number anew after a reset."""
    said = "\0".join(text_of(entry, key) for key in ("Phone", "Date", "Content"))
    return f"{text_of(entry, 'Index')}:{zlib.crc32(said.encode('utf-8', 'replace')):08x}"


def messages_of(answer: Mapping[str, Any]) -> list[Any]:
    """Return the SMS in an answer of `sms-list`.

    Raises:
        ValueError: it is the answer of something else.
        LookupError: likewise.
    """
    if "Count" not in answer:  # an empty list says 0; a page of somebody else says nothing
        raise ValueError("no list of SMS")
    found = answer["Messages"]["Message"]
    return found if isinstance(found, list) else []


def _is_report(entry: Entry) -> bool:
    return text_of(entry, "SmsType") in _FATES


def _inbound(entry: Entry) -> Inbound:
    return Inbound(
        name=name_of(entry),
        sender=text_of(entry, "Phone"),
        text=text_of(entry, "Content"),
        sent=text_of(entry, "Date"),
    )


def _report(entry: Entry) -> SendReport:
    delivered = _FATES[text_of(entry, "SmsType")] == "delivered"
    return SendReport(
        recipient=text_of(entry, "Phone"),
        fate="delivered" if delivered else "failed",
        reason="" if delivered else "the network did not deliver it",
        done=text_of(entry, "Date"),
        name=name_of(entry),
    )
