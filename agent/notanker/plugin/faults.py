"""What a plugin raises: three answers that tell the outbox what to do next, and no fourth."""

from __future__ import annotations

from typing import Final

from notanker.errors import NotankerError


class PluginError(NotankerError):
    """The base of what a plugin may raise on purpose; `reason` is for people.

    Attributes:
        left: The parts of a long message, from 1, that surely left all the same. They come back with
            the next attempt, in `Message.left`.
    """

    def __init__(self, reason: str, left: tuple[int, ...] = ()) -> None:
        self.reason: Final = reason
        self.left: Final = left
        super().__init__(reason)


class Retry(PluginError):  # noqa: N818 - an answer, not a fault; authors write `raise Retry(30)`
    """It was surely not done, and may work after `after_s` seconds."""

    def __init__(self, after_s: float, reason: str = "", left: tuple[int, ...] = ()) -> None:
        self.after_s: Final = after_s
        super().__init__(reason, left)


class Permanent(PluginError):  # noqa: N818
    """It was surely not done, and a repeat will not help: take the next channel."""


class Unknown(PluginError):  # noqa: N818
    """It was handed over perhaps: ask `find_sent` before you repeat it."""
