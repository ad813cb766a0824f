"""Cuts the style sheet to a page: rules that nothing on the page can match stay behind.

A phone in an outage is slow and its line thin; of what it must read before it shows anything, half was for
other pages. A rule goes only if an element or class that it names is nowhere on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)")
_CLASSES: Final = re.compile(r'\bclass="([^"]*)"')
_DOUBT: Final = re.compile(r"\[[^\]]*\]|:(?:is|has|not|where)\((?:[^()]|\([^()]*\))*\)|::?[\w-]+")
"""What names nothing for sure: `:is(.a,.b)` matches with one of the two, `:not(.a)` without any."""
_NAMES: Final = re.compile(r"\.?[a-zA-Z][\w-]*")
_ALWAYS: Final = frozenset({"html", "head", "body", "tbody"})
"""A browser adds these by itself."""
_GROUPS: Final = ("@media", "@supports")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `wants` has what each of its selectors names."""

    text: str
    wants: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rules under one condition."""

    condition: str
    rules: tuple[Rule, ...]


Sheet = tuple[Rule | Group, ...]


def sheet(style: str) -> Sheet:
    """Read a style sheet without comments: rules, and rules within `@media` or `@supports`."""
    return tuple(
        Group(head, tuple(_rule(*inner) for inner in _blocks(body)))
        if head.startswith(_GROUPS)
        else _rule(head, body)
        for head, body in _blocks(style)
    )


def cut(whole: Sheet, html: str) -> str:
    """Return the rules that this page can use, in their order."""
    names = _names_in(html)
    return "".join(_told(part, names) for part in whole)


def _names_in(html: str) -> frozenset[str]:
    classes = {f".{one}" for several in set(_CLASSES.findall(html)) for one in several.split()}
    return _ALWAYS | classes | set(_TAG.findall(html))


def _told(part: Rule | Group, names: frozenset[str]) -> str:
    if isinstance(part, Rule):
        return part.text if any(one <= names for one in part.wants) else ""
    inner = "".join(_told(rule, names) for rule in part.rules)
    return f"{part.condition}{{{inner}}}" if inner else ""


def _rule(head: str, body: str) -> Rule:
    selectors = _DOUBT.sub("", "" if head.startswith("@") else head).split(",")
    return Rule(f"{head}{{{body}}}", tuple(frozenset(_NAMES.findall(one)) for one in selectors))


def _blocks(style: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and within each outermost pair of braces."""
    depth = begin = 0
    head = ""
    for brace in re.finditer("[{}]", style):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            head, begin = style[begin : brace.start()].strip(), brace.end()
        elif depth == 0:
            yield head, style[begin : brace.start()]
            begin = brace.end()
