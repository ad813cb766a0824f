"""What a rendered page leaves open: what is gone at this moment, and what therefore helps no longer.

A page is rendered once, complete, with its cards in the order of calm days. Comments say what each needs.
When a page is asked for, the cards that need what is gone go to the end, each with the reason; everything
else is left as it lies on the disk. A page whose comments nobody reads is still a whole page.

    <!--list measures 5-->              cards of one kind, five at most
    <!--card mobile-voice|hotline-->    one card: what it needs, and what it keeps or replaces
    <!--gone-->                         where the reason stands
    <!--/card--> <!--/list-->
    <!--meaning-->                      where the portal says what it means for the staff, see `MEANING`
    <!--if lost--> ... <!--/if-->       only while anything is gone
    <!--fits line:backup--> ... <!--/fits-->    only while the line is in one of these states
    <!--rest--> <!--moved--> <!--/rest-->   where the gone cards of all lists go, if the page has such a place
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

import msgspec


class Node(msgspec.Struct, frozen=True):
    """One system of the plan, as far as it bears on others."""

    id: str
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()


class Offered(msgspec.Struct, frozen=True):
    """One service, by its names in each language."""

    id: str
    names: dict[str, str]
    needs: tuple[str, ...] = ()
    core: bool = False


class Facts(msgspec.Struct, frozen=True):
    """`live.json` of an accepted plan: what stands on what, and how people call it, by language."""

    nodes: tuple[Node, ...] = ()
    services: tuple[Offered, ...] = ()
    names: dict[str, dict[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Gone:
    """What is gone at one moment.

    Attributes:
        lost: Resources and systems.
        hit: Services that do not run as usual, and `line:<state>` while the line is not in its usual one.
        names: How people call what is lost.
        sentences: What is said of a card of that kind, with `{names}`.
    """

    lost: frozenset[str] = frozenset()
    hit: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)


MEANING: Final = "<!--meaning-->"
SERIAL: Final = "<!--serial-->"
"""Where a form's serial number stands."""
_LIST: Final = re.compile(r"<!--list (\w+)(?: (\d+))?-->(.*?)<!--/list-->", re.DOTALL)
_CARD: Final = re.compile(r"<!--card ([^|>]*)\|([^|>]*)-->(.*?)<!--/card-->\s*", re.DOTALL)
_IF: Final = re.compile(r"<!--if lost-->(.*?)<!--/if-->\s*", re.DOTALL)
_FITS: Final = re.compile(r"<!--fits ([^>]*)-->(.*?)<!--/fits-->", re.DOTALL)
_REST: Final = re.compile(r"<!--rest-->(.*?)<!--/rest-->\s*", re.DOTALL)
_LEFT: Final = re.compile(r"<!--(?:gone|moved|meaning|serial)-->")


def arranged(page: str, gone: Gone) -> str:
    """Return the page as it is right at this moment."""
    page = _IF.sub(lambda found: found[1] if gone.lost else "", page)
    page = _FITS.sub(lambda f: f[2] if gone.hit.intersection(f[1].split()) else "", page)
    moved: list[str] = []
    has_rest = "<!--rest-->" in page
    page = _LIST.sub(lambda found: _list(found, gone, moved if has_rest else None), page)
    rest = "".join(moved)
    page = _REST.sub(lambda f: f[1].replace("<!--moved-->", rest) if rest else "", page)
    return _LEFT.sub("", page)


def _list(found: re.Match[str], gone: Gone, elsewhere: list[str] | None) -> str:
    kind, most, inner = found[1], int(found[2] or 10_000), found[3]
    cards = [
        _Card(needs.split(), keeps.split(), html) for needs, keeps, html in _CARD.findall(inner)
    ]
    first = sorted(
        (card for card in cards if not card.missing(gone)), key=lambda card: card.rank(gone)
    )
    last = [card.marked(kind, gone) for card in cards if card.missing(gone)]
    if elsewhere is not None:
        elsewhere += last
        if first or not last:
            last = []
        else:
            return f'<p class="hint">{escape(gone.sentences.get("below", ""))}</p>'
    return "".join([*(card.html for card in first), *last][:most])


@dataclass(frozen=True, slots=True)
class _Card:
    needs: list[str]
    keeps: list[str]
    html: str

    def missing(self, gone: Gone) -> list[str]:
        return [need for need in self.needs if need in gone.lost]

    def rank(self, gone: Gone) -> int:
        """Put what stands in for the lost before what helps in any case, and last what others would need."""
        if not (gone.lost or gone.hit) or not self.keeps:
            return 1
        return 0 if (gone.hit | gone.lost).intersection(self.keeps) else 2

    def marked(self, kind: str, gone: Gone) -> str:
        names = ", ".join(dict.fromkeys(gone.names.get(one, one) for one in self.missing(gone)))
        told = gone.sentences.get(kind, "{names}").format(names=names)
        return self.html.replace("<!--gone-->", f'<p class="gone">{escape(told)}</p>', 1)


def encoded(facts: Facts) -> bytes:
    """Return the facts as JSON."""
    return msgspec.json.encode(facts)


def decoded(raw: bytes) -> Facts | None:
    """Read the facts; None if they cannot be read."""
    try:
        return msgspec.json.decode(raw, type=Facts)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
