"""Debian's own builds of the peers, as they lie unpacked in the checkout."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from notanker_lab.debian import unpacked
from notanker_lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Unpacked:
    """One package.

    Attributes:
        package: Its name in Debian.
        programs: What the bench runs of it, below its root; the first tells the version.
        libraries: Folder of libraries of its own, below its root.
        tools: Installed programs that it needs.
        needs: Other unpacked packages, of which the bench runs something.
    """

    package: str
    programs: tuple[str, ...]
    libraries: str = ""
    tools: tuple[str, ...] = ()
    needs: tuple["Unpacked", ...] = ()

    def path(self, program: str) -> Path:
        """Give the file of a program.

        Raises:
            LabError: it is not there.
        """
        return unpacked(self.package, program)

    @property
    def env(self) -> dict[str, str]:
        """Give the environment that the programs need."""
        return {"LD_LIBRARY_PATH": str(self.path(self.libraries))} if self.libraries else {}

    def check(self) -> None:
        """Make sure that all it needs is there.

        Raises:
            LabError: something is missing.
        """
        missing = [*self._missing_libraries(), *(t for t in self.tools if shutil.which(t) is None)]
        if missing:
            raise LabError(f"{self.package} lacks {', '.join(missing)}: run tools/setup test.")
        for other in self.needs:
            other.check()

    def version(self) -> str:
        """Give its version, for the table's heading."""
        line = [str(self.path(self.programs[0])), "--version"]
        done = subprocess.run(line, env=self._env(), capture_output=True, text=True, check=False)
        words = [word.lstrip("v") for word in (done.stdout + done.stderr).split()]
        return next((word for word in words if word[0].isdigit()), "")

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.env}

    def _missing_libraries(self) -> list[str]:
        line = ["ldd", *(str(self.path(program)) for program in self.programs)]
        done = subprocess.run(line, env=self._env(), capture_output=True, text=True, check=False)
        return sorted({t.split()[0] for t in done.stdout.splitlines() if "not found" in t})
