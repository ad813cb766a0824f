"""Fail where a document does not say the truth: dead links, make targets and commands that do not exist."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"`make ([a-z0-9-]+)")
COMMAND = re.compile(r"`notanker ([a-z-]+)")
OUTSIDE = re.compile(r"mailto:|[a-z]+://")
HOST = re.compile(r"https?://[^\s\"')]*(?:simple/|/packages/|registry\.)")


def main() -> int:
    """Check every tracked Markdown file."""
    faults = [fault for path in documents() for fault in faults_of(path)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def documents() -> list[Path]:
    """Give the Markdown files that git tracks or will track."""
    line = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).exists()]


def faults_of(path: Path) -> Iterator[str]:
    """Give what is wrong in one document."""
    text = path.read_text(encoding="utf-8")
    where = path.relative_to(ROOT)
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if not OUTSIDE.match(target) and not (path.parent / target).exists():
            yield f"{where}: there is no {target}"
    for name in MAKE.findall(text):
        if not re.search(rf"^{name}:", targets, re.MULTILINE):
            yield f"{where}: there is no target `make {name}`"
    for name in set(COMMAND.findall(text)) - commands():
        yield f"{where}: there is no command `notanker {name}`"
    for found in HOST.findall(text):
        yield f"{where}: address of a package host: {found}"


def commands() -> set[str]:
    """Give the names of the product's commands."""
    from notanker.cli.commands import PLACES

    return set(PLACES)


if __name__ == "__main__":
    sys.exit(main())
