"""What goes wrong with a PDU or a message, each as one class with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notanker.errors import NotankerError

if TYPE_CHECKING:
    from notanker.plugin.sms.model import Deliver, Submit


class PduError(NotankerError):
    """A PDU that cannot be read. Nothing else is ever raised by decoding.

    Attributes:
        reason: What is wrong with it, in words.
        raw: What came, as it came, so that it can be kept.
        readable: Where only the end of the text is missing: the message up to there, else None.
    """

    def __init__(
        self, reason: str, raw: str = "", readable: Deliver | Submit | None = None
    ) -> None:
        self.reason: Final = reason
        self.raw: Final = raw
        self.readable: Final = readable
        super().__init__(reason)


class SubmitError(NotankerError):
    """A message that cannot be sent as it is, whatever the modem does.

    Attributes:
        reason: What is wrong with it, in words.
    """

    def __init__(self, reason: str) -> None:
        self.reason: Final = reason
        super().__init__(reason)
