"""What the bench needs of a program that keeps a site on the internet."""

from pathlib import Path
from subprocess import Popen
from typing import Protocol

from bench.costs import tree

from notanker_lab import Lab


class Peer(Protocol):
    """One program in one lab.

    Attributes:
        name: As in the table.
        tells_people: Whether it sends SMS.
        patience_s: It is given so long to move traffic; what takes longer is "never".
    """

    name: str
    tells_people: bool
    patience_s: float

    def prepare(self, lab: Lab) -> None:
        """Put everything in place, short of starting it."""

    def launch(self) -> None:
        """Start it, and return at once."""

    def rest(self) -> None:
        """Return when it watches the line, traffic goes by the primary, and nothing is pending.

        Raises:
            LabError: it does not come to that.
        """

    def cause(self) -> str:
        """Give what it says is wrong, "" if it says nothing."""

    def pids(self) -> dict[str, list[int]]:
        """Give its processes of this moment by part."""

    def said(self) -> str:
        """Give the end of what it logged, for a run that failed."""


class Silent:
    """What peers have in common that tell nobody anything: one program in the site, and its log."""

    name = ""
    tells_people = False
    patience_s = 20.0

    def __init__(self) -> None:
        self._lab: Lab | None = None
        self._process: Popen[bytes] | None = None

    @property
    def lab(self) -> Lab:
        """The lab that it was prepared for."""
        assert self._lab is not None
        return self._lab

    def cause(self) -> str:
        """Give nothing: it does not say why."""
        return ""

    def pids(self) -> dict[str, list[int]]:
        """Give the program, its children, and the scripts that run just now."""
        return {"agent": [] if self._process is None else tree(self._process.pid)}

    def said(self) -> str:
        """Give the end of its log."""
        return "" if self._process is None else tail(self.lab, self._process)


def tail(lab: Lab, process: "Popen[bytes]") -> str:
    """Give the last lines that a process wrote."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in lab.logs(process)]
    return "\n".join("\n".join(text.splitlines()[-3:]) for text in texts).strip()[-600:]


def script(path: Path, text: str) -> Path:
    """Write a program of a few lines that root alone may run."""
    path.write_text(text, encoding="ascii")
    path.chmod(0o700)
    return path
