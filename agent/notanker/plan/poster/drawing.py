"""Pieces of a picture in SVG: text, codes for cameras, and the five steps."""

from __future__ import annotations

from html import escape
from typing import Final

INK: Final = "#10222e"
DEEP: Final = "#0b3d5c"
PALE: Final = "#e8f1f7"
GREY: Final = "#4d6170"
FONT: Final = "font-family=\"'Noto Sans','DejaVu Sans',Arial,sans-serif\""
QUIET_MODULES: Final = 4
"""What a code needs around it (ISO/IEC 18004)."""

_PHONE: Final = '<rect x="7" y="2" width="10" height="20" rx="2"/>'
_SIGNAL: Final = (
    '<path d="M9.3 11.2a4 4 0 0 1 5.4 0M10.6 13a2.2 2.2 0 0 1 2.8 0"/><path d="M12 15v.01"/>'
)
_CORNERS: Final = '<path d="M3 7V3h4M17 3h4v4M21 17v4h-4M7 21H3v-4"/>'
_DOTS: Final = (
    '<path d="M7 7h3v3H7zM14 7h3v3h-3zM7 14h3v3H7zM14 14h1M17 17v.01M17 14v.01M14 17v.01"/>'
)
_PAGE: Final = '<path d="M6 3h12v18H6z"/><path d="M9 17.5h6"/>'
PICTURES: Final = (
    _PHONE + '<circle cx="12" cy="10" r="2.6"/><path d="M10.5 18.5h3"/>',
    _CORNERS
    + '<path d="M6.5 10.5a8 8 0 0 1 11 0M9 13.2a4.6 4.6 0 0 1 6 0"/><path d="M12 16v.01"/>',
    _PHONE + '<path d="m9.3 11.5 2 2 3.6-4.2M9.5 18h5"/>',
    _CORNERS + _DOTS,
    _PAGE + '<path d="m8.2 7.4 1 1 1.6-1.9M13 7.5h3M8.2 12.4l1 1 1.6-1.9M13 12.5h3"/>',
)
ANCHOR: Final = (
    '<path d="M12 7.5V21M5 12.5C5 18 8 21 12 21s7-3 7-8.5M3 14l2-2.5 2.3 2M16.7 13.5l2.3-2 2 2.5M8.5 10h7"/>'
    '<circle cx="12" cy="5" r="2.5"/>'
)


def text(
    x: float,
    y: float,
    size: float,
    said: str,
    *,
    fill: str = INK,
    bold: bool = False,
    middle: bool = False,
) -> str:
    """Return a line of text; positions and size in mm."""
    weight = ' font-weight="700"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    place = f'x="{x:g}" y="{y:g}" font-size="{size:g}"'
    return f'<text {place} fill="{fill}"{weight}{anchor} {FONT}>{escape(said)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"/>'


def picture(
    x: float, y: float, size: float, lines: str, colour: str = DEEP, width: float = 1.5
) -> str:
    """Return a drawing of 24 by 24 units, so large."""
    return (
        f'<g transform="translate({x:g} {y:g}) scale({size / 24:g})" fill="none" stroke="{colour}" '
        f'stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round">{lines}</g>'
    )


def badge(x: float, y: float, sign: str, radius: float = 6) -> str:
    """Return a sign in a circle, around that point."""
    circle = f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{DEEP}"/>'
    return circle + text(
        x, y + radius * 0.37, radius * 1.05, sign, fill="#fff", bold=True, middle=True
    )


def code(x: float, y: float, size: float, modules: tuple[bytes, ...]) -> str:
    """Return a code for cameras with the quiet zone it needs, on white."""
    count = len(modules) + 2 * QUIET_MODULES
    runs = "".join(_runs(row, number) for number, row in enumerate(modules, QUIET_MODULES))
    return (
        box(x, y, size, size, "#fff")
        + f'<path transform="translate({x:g} {y:g}) scale({size / count:g})" d="{runs}" fill="#000"/>'
    )


def _runs(row: bytes, y: int) -> str:
    """Return the dark modules of a row, neighbours in one piece."""
    found, start = [], None
    for x, dark in enumerate((*row, 0)):
        if dark & 1 and start is None:
            start = x
        elif not dark & 1 and start is not None:
            found.append(f"M{start + QUIET_MODULES} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(found)


def sheet(width: float, height: float, title: str, content: str) -> str:
    """Return the whole picture; sizes in mm."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}" role="img"><title>{escape(title)}</title>'
        f"{box(0, 0, width, height, '#fff')}{content}</svg>\n"
    )
