"""Draws an incident's time line, as SVG: one glance at what took how long.

Seconds decide at the beginning and hours at the end, so the axis is logarithmic and says so. Colours only
repeat what patterns and words tell: it is printed in black and white, and read by people who see no red.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from typing import Final

from notanker.core.moment import between_s
from notanker.core.names import Line, Outcome
from notanker.core.report import Report, ReportMessage
from notanker.core.wording import LINES

WIDTH: Final = 720
HEIGHT: Final = 210
LEFT: Final = 130
RIGHT: Final = 690
TRAFFIC_Y: Final = 34
TOLD_Y: Final = 92
SAID_Y: Final = 142
AXIS_Y: Final = 160
BAR: Final = 28
LEAST_LABEL: Final = 92
"""A span narrower than this has no room for its name; the rows below name it."""
MOST_MARKS: Final = 40

TICKS: Final = (
    (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (6 * 3600, "6 h"),
    (86_400, "24 h"), (7 * 86_400, "7 d"),
)  # fmt: skip
FILLS: Final = {
    Line.PRIMARY: "#2f7d4f",
    Line.HOLD_OFF: "#b8860b",
    Line.ISOLATED: "#b3261e",
    Line.BACKUP: "#1f5fa8",
    Line.WAIT_TO_RESTORE: "#5b8fc7",
}
DASHED: Final = frozenset({Line.ISOLATED, Line.HOLD_OFF})
OPEN: Final = frozenset({Outcome.FAILED, Outcome.UNKNOWN, Outcome.QUEUED})

WORDS: Final = {
    "title": ("Zeitlinie der Störung {n}", "Time line of incident {n}"),
    "traffic": ("Verkehr", "Traffic"),
    "told": ("Meldungen", "Messages"),
    "said": ("quittiert", "acknowledged"),
    "back": ("Hauptleitung wieder da", "primary line back"),
    "axis": ("Zeit seit Beginn, gestaucht", "time since it began, compressed"),
    "open": ("leer: nicht angekommen", "hollow: did not arrive"),
}


def timeline(report: Report, language: str) -> str:
    """Return the picture; it fits a column of 720 px, a phone and a printed page alike."""
    pick = 1 if language == "en" else 0
    end_s = max((span.to_s for span in report.spans), default=0.0)
    end_s = max(end_s, report.outage_s or 0.0, *(_after_s(report, m) for m in report.messages), 1.0)
    title = WORDS["title"][pick].format(n=report.number)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{title}" font-family="sans-serif" font-size="13">'
    )
    parts = [
        head,
        f"<title>{title}</title>",
        _text(0, TRAFFIC_Y + 19, WORDS["traffic"][pick]),
        _text(0, TOLD_Y + 5, WORDS["told"][pick]),
        *_spans(report, end_s, pick),
        *_back(report, end_s, pick),
        *_messages(report, end_s),
        *_acknowledged(report, end_s, pick),
        *_axis(end_s, pick),
        "</svg>",
    ]
    return "\n".join(parts)


def place(after_s: float, end_s: float) -> float:
    """Return where on the axis a moment stands."""
    share = math.log1p(max(0.0, after_s)) / math.log1p(end_s)
    return round(LEFT + min(1.0, share) * (RIGHT - LEFT), 1)


def _spans(report: Report, end_s: float, pick: int) -> Iterator[str]:
    for span in report.spans:
        x, until = place(span.from_s, end_s), place(span.to_s, end_s)
        width = max(1.5, round(until - x, 1))
        dash = ' stroke="#fff" stroke-dasharray="5 4" stroke-width="2"'
        yield (
            f'<rect x="{x}" y="{TRAFFIC_Y}" width="{width}" height="{BAR}"'
            f' fill="{FILLS[span.line]}"{dash if span.line in DASHED else ""}/>'
        )
        if width >= LEAST_LABEL:
            words = LINES[span.line][pick].split(",")[0]
            room = int(width / 7.7)
            shown = words if len(words) <= room else words[: room - 1] + "…"
            yield _text(x + 6, TRAFFIC_Y + 19, shown, 'fill="#fff"')


def _back(report: Report, end_s: float, pick: int) -> Iterator[str]:
    if report.outage_s is None:
        return
    x = place(report.outage_s, end_s)
    yield f'<line x1="{x}" x2="{x}" y1="22" y2="{TOLD_Y - 18}" stroke="currentColor"/>'
    anchor = "end" if x > WIDTH / 2 else "start"
    yield _text(x, 16, WORDS["back"][pick], f'fill="currentColor" text-anchor="{anchor}"')


def _messages(report: Report, end_s: float) -> Iterator[str]:
    last = 0.0
    for message in report.messages[:MOST_MARKS]:
        x = place(_after_s(report, message), end_s)
        hollow = message.outcome in OPEN
        fill = "none" if hollow else "currentColor"
        yield (
            f'<circle cx="{x}" cy="{TOLD_Y}" r="6" fill="{fill}" stroke="currentColor"'
            f' stroke-width="2"/>'
        )
        if x - last >= 34:  # marks that would stand on one another are left to the list
            yield _text(x, TOLD_Y + 24, message.mark, 'fill="currentColor" text-anchor="middle"')
            last = x


def _acknowledged(report: Report, end_s: float, pick: int) -> Iterator[str]:
    """Mark the first "I have it" under the messages; its word stands where it does not leave the picture."""
    if report.acknowledged is None:
        return
    x = place(between_s(report.opened, report.acknowledged), end_s)
    yield (f'<path d="M{x - 6} {SAID_Y}l6 -10l6 10z" fill="currentColor" stroke="currentColor"/>')
    right = x > WIDTH * 0.7
    shift, anchor = (-12, "end") if right else (12, "start")
    yield _text(
        x + shift, SAID_Y, WORDS["said"][pick], f'fill="currentColor" text-anchor="{anchor}"'
    )


def _axis(end_s: float, pick: int) -> Iterator[str]:
    yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{AXIS_Y}" y2="{AXIS_Y}" stroke="currentColor"/>'
    last = -100.0
    for seconds, label in TICKS:
        x = place(seconds, end_s)
        if seconds > end_s or x - last < 44:
            continue
        last = x
        yield f'<line x1="{x}" x2="{x}" y1="{AXIS_Y - 4}" y2="{AXIS_Y + 4}" stroke="currentColor"/>'
        yield _text(x, AXIS_Y + 20, label, 'fill="currentColor" text-anchor="middle"')
    legend = f"{WORDS['axis'][pick]} · {WORDS['open'][pick]}"
    yield _text(RIGHT, HEIGHT - 8, legend, 'fill="currentColor" text-anchor="end" font-size="12"')


def _after_s(report: Report, message: ReportMessage) -> float:
    return between_s(report.opened, message.settled or message.queued)


def _text(x: float, y: float, words: str, more: str = 'fill="currentColor"') -> str:
    return f'<text x="{x}" y="{y}" {more}>{html.escape(words, quote=False)}</text>'
