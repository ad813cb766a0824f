"""What every page wears: style, mark, symbols, headers, compression. All of it is in the page itself."""

from __future__ import annotations

import base64
import gzip
import hashlib
from pathlib import Path
from typing import Final

from markupsafe import Markup

from notanker.portal import tailoring

_SHEET: Final = tailoring.sheet(Path(__file__).with_name("style.css").read_text("utf-8"))
_BARE: Final = "<style></style>"
"""Where a page's style goes: no text of a plan or a person can say this, for `<` is escaped in it."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_ANCHOR: Final = (
    '<path d="M12 7.5V21M5 12.5C5 18 8 21 12 21s7-3 7-8.5M3 14l2-2.5 2.3 2M16.7 13.5l2.3-2 2 2.5M8.5 10h7"/>'
    '<circle cx="12" cy="5" r="2.5"/>'
)
_SVG: Final = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>'
)
_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#2b78b8" '
    f'stroke-width="2">{_ANCHOR}</svg>'
)
_RING: Final = '<circle cx="12" cy="12" r="10"/>'
_SHAPES: Final = {
    "ok": _RING + '<path d="m7.5 12.5 3 3 6-7"/>',
    "info": _RING + '<path d="M12 7v5l3 2"/>',
    "warn": '<path d="M12 3 2 20.5h20zM12 10v4.5M12 17.5v.01"/>',
    "bad": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8zM8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "unknown": _RING + '<path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17v.01"/>',
}
MARK: Final = Markup(_SVG.format(_ANCHOR))  # noqa: S704 -- made of the constants above
ICON: Final = "data:image/svg+xml;base64," + base64.b64encode(_ICON.encode()).decode()
SYMBOLS: Final = {
    mood: Markup(_SVG.format(shape))  # noqa: S704 -- made of the constants above
    for mood, shape in _SHAPES.items()
}


def dressed(page: str) -> tuple[str, str]:
    """Return a page with what it needs of the style sheet, and that style."""
    style = tailoring.cut(_SHEET, page)
    return page.replace(_BARE, f"<style>{style}</style>", 1), style


def policy(*styles: str) -> str:
    """Return the content security policy that allows these styles and nothing else."""
    hashes = " ".join(f"'sha256-{_hash(style)}'" for style in styles if style) or "'none'"
    return (
        f"default-src 'none'; style-src {hashes}; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def running_foot(left: str, page: str) -> Markup:
    """Return the style that puts a line at the foot of each printed sheet, with the sheet's number."""
    return Markup(  # noqa: S704 - the texts are escaped for a style sheet
        "@page{@bottom-left{content:" + _string(left) + ";font:8pt sans-serif}"
        "@bottom-right{content:" + _string(f"{page} ") + ' counter(page) "/" counter(pages);'
        "font:8pt sans-serif}}"
    )


def _string(text: str) -> str:
    """Return a string of CSS: whatever is not plain is written by its number."""
    return (
        '"' + "".join(c if c.isalnum() or c in " .,-()/·" else f"\\{ord(c):x} " for c in text) + '"'
    )


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def zipped(content: bytes) -> bytes:
    """Return the content compressed; equal content gives equal bytes."""
    return gzip.compress(content, compresslevel=6, mtime=0)
