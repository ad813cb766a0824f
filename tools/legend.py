"""Draws the panel's legend, to print and glue on the box, into docs/panel.svg and docs/de/panel.svg.

The lamps' table on the page that lies in the box (docs/box.html, docs/de/box.html) is made here, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from notanker.cli.panel_words import LAMP_NAMES, MEANINGS, RHYTHM_NAMES, TONE_NAMES
from notanker.lamps import LAMPS, RHYTHMS, Rhythm, Tone

ROOT: Final = Path(__file__).resolve().parents[1]
FILES: Final = {0: ROOT / "docs" / "de" / "panel.svg", 1: ROOT / "docs" / "panel.svg"}
SHEETS: Final = {0: ROOT / "docs" / "de" / "box.html", 1: ROOT / "docs" / "box.html"}
MARKS: Final = ("<!-- lamps: made by tools/legend.py -->\n", "<!-- /lamps -->\n")
WIDTH: Final = 148
"""Millimetres: A5 on its side is 210 wide, A6 148; the legend fits either."""
SECONDS: Final = 6.0
STRIP: Final = 38.0
ROW: Final = 5.0
NOTES: Final = (
    (
        "Alle Lampen dunkel: niemand weiß etwas (Agent oder Strom aus).",
        "Taste kurz: alle Lampen leuchten, der Summer sagt den Stand.",
        "Taste 3 s (alle Lampen leuchten): quittieren.",
        "Taste 8 s (alle Lampen dreimal): Notfallübung gewünscht.",
        "Zwinkert der Notfallplan: Taste 8 bis 15 s (alle zwinkern) gibt den Text frei.",
    ),
    (
        "All lamps dark: nobody knows anything (agent or power is off).",
        "Button, short: all lamps light up, the buzzer says how it stands.",
        "Button, 3 s (all lamps lit): acknowledge.",
        "Button, 8 s (all lamps triple): a drill is wanted.",
        "Plan winks: button, 8 to 15 s (all wink), releases the text.",
    ),
)
TITLES: Final = ("Was das Panel zeigt", "What the panel shows")


def svg(language: int) -> str:
    """Return the legend in German (0) or English (1); its rows are what lamps and buzzer can do."""
    y, rows = 9.0, []
    rows.append(_text(4, y, TITLES[language], size=5, bold=True))
    for lamp in LAMPS:
        y += ROW + 2
        rows.append(_text(4, y, LAMP_NAMES[lamp][language], bold=True))
        for rhythm, said in MEANINGS[lamp].items():
            rows += [_strip(31, y, rhythm), _text(71, y, RHYTHM_NAMES[rhythm][language])]
            rows.append(_text(95, y, said[language]))
            y += ROW
        y -= ROW
    y += ROW + 2
    rows.append(_text(4, y, ("Summer", "Buzzer")[language], bold=True))
    for tone in (tone for tone in Tone if tone is not Tone.SILENT):
        rows.append(_text(31, y, TONE_NAMES[tone][language]))
        y += ROW
    y += 2
    for note in NOTES[language]:
        rows.append(_text(4, y, note))
        y += ROW
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{y:.0f}mm" '
        f'viewBox="0 0 {WIDTH} {y:.0f}" font-family="sans-serif">'
    )
    back = f'<rect width="{WIDTH}" height="{y:.0f}" fill="#fff"/>'
    return "\n".join([head, f"<title>{TITLES[language]}</title>", back, *rows, "</svg>", ""])


def sheet(page: str, language: int) -> str:
    """Return the page that lies in the box with its lamps as the panel plays them."""
    before, rest = page.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    return before + MARKS[0] + "".join(_rows(language)) + MARKS[1] + after


def _rows(language: int) -> Iterator[str]:
    for lamp in LAMPS:
        yield f'<tbody><tr><th colspan="2">{LAMP_NAMES[lamp][language]}</th></tr>\n'
        for rhythm, said in MEANINGS[lamp].items():
            picture = f'<svg viewBox="0 0 {STRIP + 1:g} 3.6">{_strip(0.1, 3.1, rhythm)}</svg>'
            words = f"{RHYTHM_NAMES[rhythm][language]}: {said[language]}"
            yield f"<tr><td>{picture}</td><td>{words}</td></tr>\n"
        yield "</tbody>\n"


def _text(x: float, y: float, text: str, *, size: float = 3.0, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{weight}>{text}</text>'


def _strip(x: float, y: float, rhythm: Rhythm) -> str:
    """Draw six seconds of a lamp: black is on."""
    frame = (
        f'<rect x="{x:g}" y="{y - 3:g}" width="{STRIP:g}" height="3.4" '
        'fill="none" stroke="#000" stroke-width="0.2"/>'
    )
    return frame + "".join(
        f'<rect x="{x + begin / SECONDS * STRIP:.2f}" y="{y - 3:g}" '
        f'width="{(end - begin) / SECONDS * STRIP:.2f}" height="3.4"/>'
        for begin, end in _lit(rhythm)
    )


def _lit(rhythm: Rhythm) -> list[tuple[float, float]]:
    """Return when the lamp is on within the strip."""
    steps = RHYTHMS[rhythm]
    if not steps:
        return []
    if not steps[1]:
        return [(0.0, SECONDS)]
    ends = [
        0.0,
        *itertools.takewhile(lambda s: s < SECONDS, itertools.accumulate(itertools.cycle(steps))),
    ]
    ends.append(SECONDS)
    return [(begin, end) for n, (begin, end) in enumerate(itertools.pairwise(ends)) if n % 2 == 0]


def main() -> None:
    """Write the files."""
    for language, path in FILES.items():
        path.write_text(svg(language), encoding="utf-8")
    for language, path in SHEETS.items():
        path.write_text(sheet(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
