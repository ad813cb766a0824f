"""Secrets are files: a configuration holds the path, the value is read where it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from notanker.plugin.faults import Retry

MAX_BYTES: Final = 4096
MENDED_AFTER_S: Final = 60.0
SHORTEST_REDACTED: Final = 3
"""Shorter secrets are not looked for in output: "a" would blacken every line and hide nothing."""

_known: set[str] = set()


class SecretFile:
    """The path of a file that holds a secret. Neither `repr` nor `str` show its content."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        """Take an absolute path.

        Raises:
            ValueError: the path isn't absolute. The message doesn't repeat it: people paste the
                secret itself here.
        """
        if not path.startswith("/") or "\x00" in path:
            raise ValueError("not an absolute path")
        self.path: Final = path

    def __repr__(self) -> str:
        return f"SecretFile({self.path!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretFile) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def read(self) -> str:
        """Return the value, without the line end at its end.

        Raises:
            Retry: the file cannot be read now; somebody has to mend it.
        """
        try:
            with Path(self.path).open("rb") as stream:
                value = stream.read(MAX_BYTES + 1).decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise Retry(MENDED_AFTER_S, f"secret file {self.path}: {reason}") from None
        if not value or len(value) > MAX_BYTES:
            raise Retry(MENDED_AFTER_S, f"secret file {self.path}: empty or too long")
        _known.add(value)
        return value


def redacted(text: str) -> str:
    """Return the text with every secret that this process has read replaced by `***`."""
    for value in _known:
        if len(value) >= SHORTEST_REDACTED:
            text = text.replace(value, "***")
    return text
