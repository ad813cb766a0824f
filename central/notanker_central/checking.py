"""What is said of something that cannot be taken."""

from __future__ import annotations

from typing import Final


class RefusedError(Exception):
    """Something that cannot be taken.

    Attributes:
        reason: One of a few fixed words, to be counted.
        answer: What was answered to the very same thing before; only then is there an answer to it.
    """

    def __init__(self, reason: str, answer: bytes | None = None) -> None:
        self.reason: Final = reason
        self.answer: Final = answer
        super().__init__(reason)
