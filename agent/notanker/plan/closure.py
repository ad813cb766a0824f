"""What is lost with what: the agent asks it of each plan, the portal of each page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class Needing(Protocol):
    """What of a system the closure asks for."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Systems or resources."""

    @property
    def provides(self) -> tuple[str, ...]:
        """Resources."""


def closure(
    systems: Iterable[Needing], gone: Iterable[str], well: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return all resources and systems that are lost with these, themselves included.

    A resource is lost once all who provide it are; a system once one of its needs is. What nobody provides,
    such as `staff`, is there until it is named as gone. What is known to be well does not fall.
    """
    listed = tuple(systems)
    lost = set(gone) - well
    while fallen := {name for name in _fallen(listed, lost) if name not in lost | well}:
        lost |= fallen
    return frozenset(lost)


def _fallen(systems: tuple[Needing, ...], lost: set[str]) -> Iterator[str]:
    for system in systems:
        if any(need in lost for need in system.needs):
            yield system.id
    for resource in {name for system in systems for name in system.provides}:
        if all(system.id in lost for system in systems if resource in system.provides):
            yield resource
