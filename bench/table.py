"""Makes the table: medians, extremes and the number of runs, beside the bars."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.figures import FIGURES, Figure

Values = Mapping[str, Sequence[float]]


@dataclass(slots=True)
class Results:
    """All that was measured.

    Attributes:
        values: peer -> figure -> one value for each run.
        failures: What went wrong, as sentences.
        loads: The machine's load average at the end of each measurement.
    """

    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    def add(self, peer: str, figures: Mapping[str, float]) -> None:
        """Take in what one run gave."""
        mine = self.values.setdefault(peer, {})
        for name, value in figures.items():
            mine.setdefault(name, []).append(value)


def number(value: float, digits: int) -> str:
    """Write one value; what never happened is "never"."""
    return "never" if math.isinf(value) else f"{value:.{digits}f}"


def cell(values: Sequence[float], figure: Figure) -> str:
    """Write median, extremes and number of runs; "-" where nothing was measured."""
    if not values:
        return "-"
    middle, *extremes = (
        number(value, figure.digits) for value in (median(values), min(values), max(values))
    )
    return f"{middle} ({'-'.join(extremes)}; {len(values)})"


def render(results: Results, peers: Sequence[str], versions: Mapping[str, str]) -> str:
    """Give the whole table as Markdown."""
    heads = [f"{peer} {versions[peer]}".strip() for peer in peers]
    rows = [["median (min-max; runs)", "goal", "met", *heads]]
    if len(peers) > 1:
        rows[0].append(f"{peers[0]} / {peers[1]}")
    for name, figure in FIGURES.items():
        all_values = [results.values.get(peer, {}).get(name, []) for peer in peers]
        if any(all_values):
            rows.append(_row(figure, all_values))
    return _aligned(rows)


def _row(figure: Figure, all_values: Sequence[Sequence[float]]) -> list[str]:
    goal = "" if figure.goal is None else f"<= {figure.goal:g}"
    own = all_values[0]
    met = ""
    if figure.goal is not None and own:
        met = "yes" if median(own) <= figure.goal else "NO"
    row = [figure.title, goal, met, *(cell(values, figure) for values in all_values)]
    return [*row, _ratio(figure, *all_values[:2])] if len(all_values) > 1 else row


def _ratio(figure: Figure, own: Sequence[float], other: Sequence[float]) -> str:
    if not (figure.compared and own and other):
        return ""
    above, below = median(own), median(other)
    if math.isinf(above) or math.isinf(below) or not below:
        return ""
    return f"{above / below:.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
