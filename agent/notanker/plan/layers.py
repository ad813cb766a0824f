"""Puts a dependency graph into layers: what needs nothing on top, what needs much below, few crossings.

Longest path for the layers, then a few sweeps that put each node under the middle of what it hangs on
(Sugiyama's barycentres). The same plan always gives the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SWEEPS: Final = 8

Edges = Mapping[str, tuple[str, ...]]
"""For each node what it hangs on; no circles."""


def layered(edges: Edges) -> tuple[tuple[str, ...], ...]:
    """Return the layers from top to bottom, each in its order from left to right."""
    depth: dict[str, int] = {}
    for node in sorted(edges):
        _depth(node, edges, depth, ())
    rows = [
        sorted(n for n in depth if depth[n] == level)
        for level in range(max(depth.values(), default=-1) + 1)
    ]
    above, below = _near(edges), _near(_turned(edges))
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            _settle(row, rows, above if downwards else below)
    return tuple(tuple(row) for row in rows)


def _depth(node: str, edges: Edges, depth: dict[str, int], way: tuple[str, ...]) -> int:
    if node not in depth:
        inner = [n for n in edges.get(node, ()) if n not in way and n != node]
        below = (_depth(n, edges, depth, (*way, node)) for n in inner)
        depth[node] = max(below, default=-1) + 1
    return depth[node]


def _near(edges: Edges) -> dict[str, tuple[str, ...]]:
    return {node: tuple(sorted(set(inner))) for node, inner in edges.items()}


def _turned(edges: Edges) -> dict[str, tuple[str, ...]]:
    turned: dict[str, tuple[str, ...]] = dict.fromkeys(edges, ())
    for node, inner in edges.items():
        for one in inner:
            turned[one] = (*turned.get(one, ()), node)
    return turned


def _settle(row: list[str], rows: list[list[str]], near: Edges) -> None:
    """Order a row by the middle of each node's neighbours; one without neighbours stays where it is."""
    at = {node: (n + 0.5) / len(other) for other in rows for n, node in enumerate(other)}

    def middle(node: str) -> float:
        places = [at[one] for one in near.get(node, ()) if one in at]
        return sum(places) / len(places) if places else at[node]

    row.sort(key=lambda node: (round(middle(node), 9), node))
