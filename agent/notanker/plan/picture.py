"""Draws the plan's dependency graph for people: what stands on what, and what an outage takes along.

It is read on a phone by scrolling, and printed in black and white: what is lost has a dashed frame and a
word, not a colour alone. Text is text, to be selected, searched and read aloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from notanker.core import graph as graphs
from notanker.plan.applicability import lost_with
from notanker.plan.layers import layered
from notanker.plan.model import Plan, Scenario
from notanker.plan.outlook import lost_at_first

BOX_PX: Final = (158, 62)
GAP_PX: Final = (22, 54)
EDGE_PX: Final = 20
HEAD_PX: Final = 64
LINE_LETTERS: Final = 19
"""Of a name in a box, at the 14 px of the style below in the broadest common font."""

WORDS: Final = {
    "title": ("Was wovon abhängt", "What depends on what"),
    "hint": ("Oben steht, was die anderen brauchen.", "What the others need is on top."),
    "lost": ("fällt weg", "lost"),
    "fading": ("hält {n} min", "for {n} min"),
    "later": ("fällt später weg", "lost later"),
    "core": ("Kern-Service", "core service"),
    "service": ("Service", "service"),
    "system": ("System", "system"),
    "needs": ("braucht", "needs"),
    "nothing": ("braucht nichts", "needs nothing"),
    "scenario": ("Szenario", "Scenario"),
}

_STYLE: Final = (
    "svg{background:#fff;color:#111;font:14px system-ui,sans-serif}"
    "rect{fill:#fff;stroke:#111;stroke-width:1.5}"
    ".core rect{stroke-width:3}.service rect{rx:16px}"
    ".lost rect{fill:#eee;stroke-dasharray:7 4;stroke-width:3}.later rect{stroke-dasharray:2 3}"
    "path{fill:none;stroke:#555;stroke-width:1.3}path.lost{stroke-dasharray:5 4}"
    ".word{font-weight:700}.small{font-size:12px}"
)


@dataclass(frozen=True, slots=True)
class _Node:
    """One box: a system, or a service below all of them."""

    id: str
    name: str
    needs: tuple[str, ...]
    kind: str
    state: str = ""
    word: str = ""


def picture(plan: Plan, language: str = "de", scenario: Scenario | None = None) -> str:
    """Return the graph as SVG; with a scenario what it takes away is marked."""
    drawing = _Drawing(plan, 1 if language == "en" else 0, scenario)
    return "\n".join(drawing.lines()) + "\n"


class _Drawing:
    def __init__(self, plan: Plan, tongue: int, scenario: Scenario | None) -> None:
        self.tongue, self.language = tongue, ("de", "en")[tongue]
        self.scenario = scenario
        gone = scenario.head.loses if scenario is not None else ()
        self.first = lost_at_first(plan, gone) if gone else frozenset()
        self.last = lost_with(plan, gone) if gone else frozenset()
        self.nodes = {node.id: node for node in self._nodes(plan)}
        self.rows = layered({node.id: node.needs for node in self.nodes.values()})
        self.at = dict(self._places())

    def word(self, key: str) -> str:
        return WORDS[key][self.tongue]

    def _nodes(self, plan: Plan) -> Iterator[_Node]:
        by_id = {system.id: system for system in plan.systems}
        graph = graphs.make(plan.graph())
        for system_id, needs in graph.needs:
            system = by_id[system_id]
            below = tuple(sorted({one for need in needs for one in need}))
            state = self._state((system_id,))
            word = self.word(state) if state else ""
            if state == "later" and system.holds_min:
                word = self.word("fading").format(n=system.holds_min)
            yield _Node(system_id, system.words(self.language), below, "system", state, word)
        for service in plan.services:
            below = tuple(
                sorted(s.id for s in plan.systems if set(s.provides).intersection(service.needs))
            )
            kind = "core" if service.core else "service"
            state = self._state(service.needs)
            word = self.word(state) if state else self.word(kind)
            name = service.name.words(self.language)
            yield _Node(f"service:{service.id}", name, below, kind, state, word)

    def _state(self, names: tuple[str, ...]) -> str:
        if self.first.intersection(names):
            return "lost"
        return "later" if self.last.intersection(names) else ""

    @property
    def width_px(self) -> int:
        most = max((len(row) for row in self.rows), default=1)
        return 2 * EDGE_PX + most * BOX_PX[0] + (most - 1) * GAP_PX[0]

    @property
    def height_px(self) -> int:
        count = max(1, len(self.rows))
        return HEAD_PX + EDGE_PX + count * BOX_PX[1] + (count - 1) * GAP_PX[1]

    def _places(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for level, row in enumerate(self.rows):
            taken = len(row) * BOX_PX[0] + (len(row) - 1) * GAP_PX[0]
            left = (self.width_px - taken) // 2
            for number, node in enumerate(row):
                x = left + number * (BOX_PX[0] + GAP_PX[0])
                yield node, (x, HEAD_PX + level * (BOX_PX[1] + GAP_PX[1]))

    def lines(self) -> Iterator[str]:
        width, height = self.width_px, self.height_px
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc" '
            f'lang="{self.language}">'
        )
        yield f'<title id="title">{escape(self._title())}</title>'
        yield f'<desc id="desc">{escape(self._told())}</desc>'
        yield f"<style>{_STYLE}</style>"
        yield f'<text x="{EDGE_PX}" y="26" class="word">{escape(self._title())}</text>'
        yield f'<text x="{EDGE_PX}" y="46" class="small">{escape(self.word("hint"))}</text>'
        for row in self.rows:
            for node in row:
                yield from self._edges(self.nodes[node])
        for row in self.rows:
            for node in row:
                yield from self._box(self.nodes[node])
        yield "</svg>"

    def _title(self) -> str:
        if self.scenario is None:
            return self.word("title")
        return f"{self.word('title')} · {self.word('scenario')}: {self.scenario.head.title}"

    def _told(self) -> str:
        """Tell in words what the picture shows, for whoever does not see it."""
        return " ".join(self._sentence(self.nodes[node]) for row in self.rows for node in row)

    def _sentence(self, node: _Node) -> str:
        names = ", ".join(self.nodes[one].name for one in node.needs)
        needs = f"{self.word('needs')} {names}" if names else self.word("nothing")
        return f"{node.name}{f' ({node.word})' if node.word else ''}: {needs}."

    def _edges(self, node: _Node) -> Iterator[str]:
        x, y = self.at[node.id]
        for need in node.needs:
            top, above = self.at[need]
            start, end = (top + BOX_PX[0] // 2, above + BOX_PX[1]), (x + BOX_PX[0] // 2, y)
            bend = max(24, (end[1] - start[1]) // 2)
            lost = ' class="lost"' if self.nodes[need].state else ""
            yield (
                f'<path{lost} d="M{start[0]} {start[1]}C{start[0]} {start[1] + bend} '
                f'{end[0]} {end[1] - bend} {end[0]} {end[1]}"/>'
            )

    def _box(self, node: _Node) -> Iterator[str]:
        x, y = self.at[node.id]
        classes = " ".join(part for part in (node.kind, node.state) if part)
        shown = _broken(node.name)
        words = [(text, "") for text in shown] + ([(node.word, "word small")] if node.word else [])
        yield f'<g class="{classes}">'
        yield f'<rect x="{x}" y="{y}" width="{BOX_PX[0]}" height="{BOX_PX[1]}"/>'
        first = y + BOX_PX[1] // 2 + 5 - (len(words) - 1) * 9
        for number, (text, kind) in enumerate(words):
            style = f' class="{kind}"' if kind else ""
            yield (
                f'<text x="{x + BOX_PX[0] // 2}" y="{first + 18 * number}"{style} '
                f'text-anchor="middle">{escape(text)}</text>'
            )
        yield "</g>"


def _broken(name: str) -> list[str]:
    """Return a name on one line or two; what does not fit is cut, and stands whole in the description."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LINE_LETTERS or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > 2:
        lines = [lines[0], " ".join(lines[1:])]
    return [line if len(line) <= LINE_LETTERS else f"{line[: LINE_LETTERS - 1]}…" for line in lines]
