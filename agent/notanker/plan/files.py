"""Lists a plan's files within bounds: no links, no odd names, not too many, not too large."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE

MANIFEST: Final = "manifest.json"
HEARTBEAT: Final = "heartbeat.json"
MAX_FILES: Final = 500
MAX_BYTES: Final = 20_000_000
MAX_DEPTH: Final = 8

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """One file of a plan; `name` is its path within the plan, with slashes."""

    name: str
    path: Path
    size_bytes: int


def belongs(name: str) -> bool:
    """Tell whether the file is the manifest, the heartbeat or a signature, and so no part of the plan."""
    signature = name.startswith((f"{MANIFEST}.", f"{HEARTBEAT}.")) and name.endswith(".sig")
    return name in (MANIFEST, HEARTBEAT) or signature


def allowed(name: str) -> bool:
    """Tell whether a file of a plan may have that path."""
    parts = name.split("/")
    return len(parts) <= MAX_DEPTH + 1 and all(_NAME.fullmatch(part) for part in parts)


def files_of(folder: Path) -> tuple[tuple[PlanFile, ...], list[Problem]]:
    """Return the files of a plan, sorted by name, and what is wrong with the rest.

    Names that begin with a dot are not looked at: a checkout's own files are no part of the plan.
    """
    problems: list[Problem] = []
    found: list[PlanFile] = []
    room = MAX_BYTES
    for item in _walk(folder, "", problems):
        if len(found) == MAX_FILES:
            problems.append(CATALOGUE.problem("too-many-files", Place(), limit=MAX_FILES))
            break
        if item.size_bytes > room:
            place = Place(item.name)
            problems.append(CATALOGUE.problem("plan-too-large", place, limit=MAX_BYTES))
            break
        room -= item.size_bytes
        found.append(item)
    return tuple(sorted(found, key=lambda item: item.name)), problems


def _walk(folder: Path, prefix: str, problems: list[Problem]) -> Iterator[PlanFile]:
    """Walk files before folders, so that the bounds never cost the files that matter most."""
    folders: list[tuple[Path, str]] = []
    for entry in _entries(folder, prefix, problems):
        name = prefix + entry.name
        if not _NAME.fullmatch(entry.name):
            problems.append(CATALOGUE.problem("bad-name", Place(printable(name)), name=_q(name)))
            continue
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError as error:
            problems.append(CATALOGUE.problem("no-folder", Place(name), reason=error.strerror))
            continue
        if stat.S_ISREG(info.st_mode):
            yield PlanFile(name, Path(entry.path), info.st_size)
        elif stat.S_ISDIR(info.st_mode) and name.count("/") < MAX_DEPTH:
            folders.append((Path(entry.path), name + "/"))
        else:
            problems.append(CATALOGUE.problem("no-regular-file", Place(name)))
    for path, inner in folders:
        yield from _walk(path, inner, problems)


def _entries(folder: Path, prefix: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            seen = [entry for _, entry in zip(range(MAX_FILES * 4), entries, strict=False)]
    except OSError as error:
        place = Place(prefix or str(folder))
        problems.append(CATALOGUE.problem("no-folder", place, reason=error.strerror or str(error)))
        return []
    visible = [entry for entry in seen if not entry.name.startswith(".")]
    return sorted(visible, key=lambda entry: entry.name)


def content_of(path: Path, limit_bytes: int) -> bytes | None:
    """Return a regular file's content; None if there is none, it is odd, or larger than that."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            content = stream.read(limit_bytes + 1)
    except OSError:
        return None
    return content if len(content) <= limit_bytes else None


def printable(text: str) -> str:
    """Return the text without what a terminal, a page or a JSON file cannot bear."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _q(text: str) -> str:
    return f"„{printable(text)}“"
