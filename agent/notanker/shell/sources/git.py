"""A branch of a git repository, as a source of files: who may say what the plan is, its signature tells.

git fetches into a bare repository of our own, and files are read out of that one by one: nothing is ever
checked out, so no filter and no hook of theirs is asked. It runs with no configuration but the one line
that is written here, within bounds on time and on the size of what it writes.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from notanker.config.plan_source import SourceConfig
from notanker.plan.copying import MAX_ENTRIES
from notanker.plan.delta import digest
from notanker.plan.files import MAX_BYTES
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed
from notanker.shell.sources.contract import failed, offered
from notanker.shell.sources.errand import Way

MAX_FILE_BYTES: Final = 4 * MAX_BYTES
"""No file that git writes may be larger: of a repository with more in it than a plan, nothing is taken."""
MAX_OUTPUT_BYTES: Final = 1_000_000
_MINE: Final = "refs/notanker/plan"
_CONFIG: Final = """\
[safe]
\tdirectory = {url}
[core]
\thooksPath = /dev/null
\tfsmonitor = false
[protocol]
\tallow = never
[protocol "ssh"]
\tallow = always
[protocol "file"]
\tallow = always
[fetch]
\tfsckObjects = true
\trecurseSubmodules = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


class GitSource:
    """The source. Over a line that costs nothing is fetched: git cannot be told how much it may take.

    Raises:
        SourceError: git is not installed.
    """

    wire_bytes: Final = 0  # told by nobody; over LTE there is none

    def __init__(self, config: SourceConfig, way: Way, folder: Path) -> None:
        if shutil.which("git") is None:
            raise failed("not-installed", what="git", how="apt install git")
        self._config = config
        self._way = way
        self._home = folder / f"git-{digest(config.url.encode())[:16]}"
        self._prefix = "" if config.path in ("", ".") else config.path.strip("/") + "/"

    def __enter__(self) -> Self:
        """Fetch the branch, its latest state alone.

        Raises:
            SourceError: that fails.
            OSError: the disk is full or not ours.
        """
        if self._config.is_remote and self._way.limit_bytes is not None:
            raise failed("not-over-lte", self._config.label)
        self._home.mkdir(mode=0o700, exist_ok=True)
        config = _CONFIG.format(url=_quoted(self._config.url))
        (self._home / "config.own").write_text(config, "utf-8")
        repository = self._home / "repository"
        if not (repository / "HEAD").exists():
            self._git("init", "--quiet", "--bare", "--template=", str(repository))
        branch = f"+refs/heads/{self._config.branch}:{_MINE}"
        self._git(
            "-C", str(repository), "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
            "--depth=1", "--", self._config.url, branch,
        )  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing was opened that stays open."""

    def offer(self) -> dict[str, bytes]:
        """Return what the branch offers."""
        listing = self._read("ls-tree", "-z", "--name-only", f"{_MINE}:{self._prefix.rstrip('/')}")
        names = [name.decode("utf-8", "replace") for name in listing.split(b"\0")[:MAX_ENTRIES]]
        parts = [name for name in names if offers.is_part(name)]
        return offered(parts, self._file, self._config.label)

    def content(self, name: str, listed: Listed, before: bytes) -> bytes:
        """Return a file of the branch."""
        del before
        return self._file(name, listed.size)

    def _file(self, name: str, limit_bytes: int) -> bytes:
        return self._read("cat-file", "blob", f"{_MINE}:{self._prefix}{name}", limit=limit_bytes)

    def _read(self, *arguments: str, limit: int = MAX_OUTPUT_BYTES) -> bytes:
        return self._git("-C", str(self._home / "repository"), *arguments, limit=limit)

    def _git(self, *arguments: str, limit: int = MAX_OUTPUT_BYTES) -> bytes:
        """Run git, and return what it prints, one byte more than allowed if it is longer.

        Raises:
            SourceError: it fails.
        """
        with (self._home / "words").open("wb") as words:
            process = subprocess.Popen(
                ["git", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=words, env=self._environment(), start_new_session=True,
            )  # fmt: skip
        try:
            with contextlib.suppress(ProcessLookupError):  # it has ended already
                limit_pair = (MAX_FILE_BYTES, MAX_FILE_BYTES)
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limit_pair)
            found = process.stdout.read(limit + 1) if process.stdout else b""
            status = process.wait() if len(found) <= limit else 0
        finally:  # too late, or more than is wanted: ssh ends with it
            _end(process)
        if status:
            raise self._fault()
        return found

    def _fault(self) -> Exception:
        words = (self._home / "words").read_text("utf-8", "replace").strip().splitlines()
        reason = words[-1][:200] if words else "git"
        text = " ".join(words)
        if "Host key verification failed" in text:
            return failed("other-host", self._config.label, reason="host key")
        if "Permission denied" in text:
            return failed("not-let-in", self._config.label, reason=reason)
        return failed("not-reached", self._config.label, reason=reason)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self._home),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(self._home / "config.own"),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": self._ssh(),
        }

    def _ssh(self) -> str:
        """Return how git calls ssh: with the pinned key of the host, over the line that was named."""
        config = self._config
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(config.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityFile": str(config.key),
            "ConnectTimeout": "20",
            "ServerAliveInterval": "10",
        }
        if self._way.interface:
            options["BindInterface"] = self._way.interface
        line = ["ssh", "-F", "none"]
        for name, value in options.items():
            line += ["-o", f"{name}={value}"]
        return shlex.join(line)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and all that it started."""
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
