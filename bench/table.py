"""Makes the table: medians, percentiles, extremes and the number of runs, beside the bars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.figures import FIGURES, Figure

Value = float | str
Figures = Mapping[str, Value]
"""What one run gave: numbers, and words such as a cause."""


@dataclass(slots=True)
class Results:
    """All that was measured.

    Attributes:
        values: peer -> figure -> one value for each run.
        failures: What went wrong, as sentences.
        loads: The machine's load average at the end of each measurement.
    """

    values: dict[str, dict[str, list[Value]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    def add(self, peer: str, figures: Figures) -> None:
        """Take in what one run gave."""
        mine = self.values.setdefault(peer, {})
        for name, value in figures.items():
            mine.setdefault(name, []).append(value)

    def of(self, peer: str, name: str) -> list[Value]:
        """Give what one peer's runs gave for one figure."""
        return self.values.get(peer, {}).get(name, [])

    def numbers(self, peer: str, name: str) -> list[float]:
        """Give the numbers among them."""
        return [value for value in self.of(peer, name) if not isinstance(value, str)]


def render(results: Results, peers: Sequence[str], versions: Mapping[str, str]) -> str:
    """Give the whole table as Markdown; the bars are for the first peer."""
    heads = [f"{peer} {versions.get(peer, '')}".strip() for peer in peers]
    rows = [["median (min-max; runs)", "goal", "stretch", "met", *heads]]
    for name, figure in FIGURES.items():
        cells = [_cell(results, peer, name, figure) for peer in peers]
        if set(cells) != {"-"}:
            stretch = "" if figure.stretch is None else f"{figure.stretch:g}"
            met = figure.met(results.numbers(peers[0], name))
            rows.append([figure.title, figure.bar(), stretch, met, *cells])
    return aligned(rows)


def _cell(results: Results, peer: str, name: str, figure: Figure) -> str:
    words = Counter(value for value in results.of(peer, name) if isinstance(value, str))
    if words:
        return ", ".join(f"{word} ({count})" for word, count in words.most_common())
    return figure.cell(results.numbers(peer, name))


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as a Markdown table whose columns line up; the first row is the head."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
