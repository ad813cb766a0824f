"""A peer that Debian does not have: a pinned release and its Python packages, in the checkout's cache.

Nothing of it is in the repository. What comes is the pinned commit or nothing, whichever copy it comes from.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker_lab.debian import UNPACKED
from notanker_lab.errors import LabError

_FETCH_S: Final = 300.0
_INSTALL_S: Final = 900.0
_LOOK_S: Final = 30.0
_PYTHONS: Final = ("python3.14", "python3.13", "python3.12")
_VERSION: Final = "import sys, venv; print(*sys.version_info[:2])"


@dataclass(frozen=True, slots=True)
class Release:
    """What is fetched.

    Attributes:
        name: Of the peer.
        tag: What its authors call the release.
        commit: Which commit that is.
        repository: Where it comes from, if `NOTANKER_<NAME>` names no other git repository.
        packages: Python packages beside those of its requirements.txt.
    """

    name: str
    tag: str
    commit: str
    repository: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A release that can be run.

    Attributes:
        tag: What its authors call it.
        source: Its files.
        programs: Where its Python and the programs of its packages are.
    """

    tag: str
    source: Path
    programs: Path

    @property
    def python(self) -> str:
        """Give its Python."""
        return str(self.programs / "python")


def fetched(releases: Mapping[tuple[int, int], Release]) -> Fetched:
    """Give the first release for which there is a Python, and fetch it if it is not there.

    Args:
        releases: The newest first, each by the oldest Python that runs it.

    Raises:
        LabError: it cannot be had.
    """
    python, version = _newest_python()
    release = next((one for least, one in releases.items() if version >= least), None)
    if release is None:
        raise LabError(f"No release of it runs on Python {version[0]}.{version[1]}.")
    name = f"{release.tag}-{release.commit[:8]}-python{version[0]}.{version[1]}"
    folder = UNPACKED.parent / release.name / name
    source, programs, whole = folder / "source", folder / "venv" / "bin", folder / "whole"
    if not whole.exists():
        shutil.rmtree(folder, ignore_errors=True)
        source.mkdir(parents=True)
        _fetch(release, source)
        _install(release, source, python, folder / "venv")
        whole.touch()
    return Fetched(release.tag, source, programs)


def done(
    line: Sequence[str],
    limit_s: float,
    hint: str = "",
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end and give what it printed.

    Args:
        line: The program and its arguments.
        limit_s: The longest it may take.
        hint: What helps if it fails.
        env: Its environment; ours by default.
        cwd: The folder it runs in; ours by default.

    Raises:
        LabError: it failed, or took longer.
    """
    try:
        ran = subprocess.run(
            line, check=True, timeout=limit_s, capture_output=True, text=True, env=env, cwd=cwd
        )
    except subprocess.CalledProcessError as error:
        raise LabError(f"{Path(line[0]).name}: {error.stderr[-1_000:].strip()}\n{hint}") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{Path(line[0]).name}: not done in {limit_s:.0f} s.\n{hint}") from error
    return ran.stdout


def _newest_python() -> tuple[str, tuple[int, int]]:
    """Give the newest Python that there is: peers leave old ones behind earlier than we do."""
    found: list[tuple[str, tuple[int, int]]] = []
    for name in (*filter(None, map(shutil.which, _PYTHONS)), sys.executable):
        try:
            words = done([name, "-c", _VERSION], _LOOK_S).split()
        except LabError:
            continue  # a pyenv has names for what is not chosen
        found.append((name, (int(words[0]), int(words[1]))))
    return max(found, key=lambda one: one[1])


def _fetch(release: Release, source: Path) -> None:
    variable = f"NOTANKER_{release.name.upper()}"
    repository = os.environ.get(variable) or release.repository
    git = ["git", "-C", str(source), "-c", "advice.detachedHead=false"]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    hint = f"{variable} can name another git repository that has {release.tag}."
    for words in (
        ["init", "--quiet"],
        ["fetch", "--quiet", "--depth=1", repository, f"refs/tags/{release.tag}"],
        ["checkout", "--quiet", release.commit],
    ):
        done([*git, *words], _FETCH_S, hint, env=environment)


def _install(release: Release, source: Path, python: str, place: Path) -> None:
    done([python, "-m", "venv", str(place)], _INSTALL_S)
    hint = "What comes without wheels needs a compiler: Debian's gcc and python3-dev."
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    packages = ["-r", str(source / "requirements.txt"), *release.packages]
    done([*pip, "--disable-pip-version-check", *packages], _INSTALL_S, hint)
