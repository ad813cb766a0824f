"""Debian's own builds of the peers, unpacked into the checkout's cache and not installed.

Installed, each would start a service and meddle with the machine's own network.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from notanker_lab.errors import LabError
from notanker_lab.reach import CHECKOUT

CACHE = CHECKOUT / ".cache" / "bench"
PACKAGES = CHECKOUT / "bench" / "packages.txt"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """One package.

    Attributes:
        package: Its name in Debian.
        programs: What the bench runs of it, below its root; the first tells the version.
        libraries: Folder of libraries of its own, below its root.
        tools: Programs of other packages that it needs.
    """

    package: str
    programs: tuple[str, ...]
    libraries: str = ""
    tools: tuple[str, ...] = ()

    def path(self, program: str) -> Path:
        """Give the file of a program."""
        return CACHE / self.package / program

    @property
    def env(self) -> dict[str, str]:
        """Give the environment that the programs need."""
        return {"LD_LIBRARY_PATH": str(self.path(self.libraries))} if self.libraries else {}

    def provide(self) -> None:
        """Have it unpacked.

        Raises:
            LabError: it cannot be fetched, or something that it needs is missing.
        """
        if not all(self.path(program).exists() for program in self.programs):
            CACHE.mkdir(parents=True, exist_ok=True)
            _run(["apt-get", "download", self.package], "try apt-get update first")
            _run(["dpkg", "-x", str(next(CACHE.glob(f"{self.package}_*.deb"))), self.package], "")
        missing = [*self._missing_libraries(), *(t for t in self.tools if shutil.which(t) is None)]
        if missing:
            advice = f"apt-get install --no-install-recommends {' '.join(needed())}"
            raise LabError(f"{self.package} lacks {', '.join(missing)}: {advice}")

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


def needed() -> list[str]:
    """Give the Debian packages that the peers' programs are linked to."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def _run(argv: Sequence[str], advice: str) -> None:
    done = subprocess.run(argv, cwd=CACHE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip()
        raise LabError(f"{' '.join(argv)} failed: {said} ({advice})" if advice else said)
