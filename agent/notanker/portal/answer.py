"""An answer as the bytes that go over the wire, made once and sent often."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

Fields = Iterable[tuple[str, str]]

TOLD_APART: Final = {"", "accept-encoding", "accept-language"}
SORRY: Final = {
    400: ("Diese Anfrage ist nicht zu verstehen.", "This request cannot be understood."),
    408: ("Diese Anfrage kam zu langsam.", "This request came too slowly."),
    413: ("Diese Anfrage ist zu groß.", "This request is too large."),
    431: ("Diese Anfrage ist zu groß.", "This request is too large."),
    500: ("Das ging schief.", "That went wrong."),
    501: ("Das gibt es hier nicht.", "There is nothing like that here."),
    503: (
        "Gerade sind zu viele da. Gleich noch einmal.",
        "Too many at once. Try again in a moment.",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        head: Status line and header fields, without the empty line at its end.
        whole: All of it, for a connection that goes on: the usual case, one piece of memory for all.
        keeps: Whether it may be given to others as well.
    """

    status: int
    head: bytes
    body: bytes
    whole: bytes
    tag: str = ""
    keeps: bool = False

    def wire(self, *, body: bool, lasts: bool) -> bytes:
        """Return what is sent."""
        if body and lasts:
            return self.whole
        end = b"\r\n" if lasts else b"Connection: close\r\n\r\n"
        return self.head + end + (self.body if body else b"")


def answer(status: int, fields: Fields, body: bytes = b"") -> Answer:
    """Make an answer. One that its maker marks `no-cache` may be kept, and gets a mark of its content,
    unless it depends on more than is told apart here (`Vary`).

    No `Date` is told: a box without a clock does not know it (RFC 9110, section 6.6.1).
    """
    told = [(name, value) for name, value in fields if name.lower() != "content-length"]
    named = {name.lower(): value for name, value in told}
    keeps = status == 200 and named.get("cache-control") == "no-cache" and _same_for_all(named)
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"' if keeps else ""
    if tag:
        told.append(("ETag", tag))
    if status not in (204, 304):
        told.append(("Content-Length", str(len(body))))
    head = _head(status, told)
    return Answer(status, head, body, head + b"\r\n" + body, tag, keeps)


def _same_for_all(named: dict[str, str]) -> bool:
    depends = {one.strip().lower() for one in named.get("vary", "").split(",")}
    return "set-cookie" not in named and depends <= TOLD_APART


def unchanged(known: Answer) -> Answer:
    """Return the answer for a browser that has this one already (RFC 9110, section 15.4.5)."""
    fields = (("ETag", known.tag), ("Cache-Control", "no-cache"))
    return answer(304, (*fields, ("Vary", "Accept-Encoding, Accept-Language")))


def sorry(status: int) -> Answer:
    """Return a refusal in plain words; nothing is needed to make it."""
    text = "\n".join((*SORRY.get(status, SORRY[500]), "Notruf: 112 und 110.", ""))
    fields = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return answer(status, fields, text.encode())


def redirect(where: str) -> Answer:
    """Send the browser elsewhere."""
    return answer(302, (("Location", where), ("Cache-Control", "no-store")))


def _head(status: int, fields: Fields) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")
