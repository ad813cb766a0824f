"""Where plans come from: `[[plan.sources]]` of notanker.toml, asked in their order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

import msgspec

from notanker.config.values import NAME, Port, check_host

Kind = Literal["centre", "sftp", "folder", "stick", "git"]

_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "centre": (),
    "sftp": ("host", "user", "key", "known_hosts", "path"),
    "folder": ("path",),
    "stick": ("path",),
    "git": ("url",),
}
_OVER_SSH: Final = re.compile(
    r"ssh://[A-Za-z0-9_@.:\[\]-]+/[!-~]+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[!-~]+"
)
_BRANCH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}")


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One source. Which of the fields it needs depends on its kind.

    Attributes:
        kind: `centre`: the depot of the centre in `[centre]`. `sftp`: a folder of a host. `folder`: a
            folder of this machine. `stick`: one that is there at times. `git`: a branch of a repository.
        path: The plan's folder; with `git`, within the repository.
        host: A name or an address.
        key: File with the private SSH key.
        known_hosts: File with the host's public key: no other is believed, not even the first time.
        url: Of the repository: over SSH, or a path of this machine.
        branch: Of the repository.
    """

    kind: Kind
    path: str = ""
    host: str = ""
    port: Port = 22
    user: str = ""
    key: Path | None = None
    known_hosts: Path | None = None
    url: str = ""
    branch: str = "main"

    def __post_init__(self) -> None:
        """Check that all is there which this kind needs."""
        if self.kind == "git" and self.url:
            self._check_git()
        for name in self.needs:
            if not getattr(self, name):
                raise ValueError(
                    f"{name}: Eine Quelle der Art {self.kind} braucht {name}; eintragen.",
                    f"{name}: A source of kind {self.kind} needs {name}; write it.",
                )
        if self.kind in ("folder", "stick") and not Path(self.path).is_absolute():
            raise ValueError(
                f"path: „{self.path}“ ist kein vollständiger Pfad; einen wie /media/plan eintragen.",
                f"path: '{self.path}' is no absolute path; write one such as /media/plan.",
            )
        if self.kind == "sftp" and not NAME.fullmatch(self.host):
            check_host("host", f"{self.host} ")

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields that this kind cannot do without."""
        over_ssh = ("key", "known_hosts") if self.kind == "git" and self.is_remote else ()
        return _NEEDS[self.kind] + over_ssh

    @property
    def is_remote(self) -> bool:
        """Whether the line is needed to get there."""
        return self.kind in ("centre", "sftp") or (
            self.kind == "git" and not self.url.startswith("/")
        )

    @property
    def label(self) -> str:
        """What people call it."""
        place = {"sftp": f"{self.host}:{self.path}", "git": self.url}.get(self.kind, self.path)
        return f"{self.kind} {place}".rstrip()

    def _check_git(self) -> None:
        here = self.url.startswith("/") and self.url.isprintable()
        if not here and not _OVER_SSH.fullmatch(self.url):
            raise ValueError(
                f"url: „{self.url}“ geht nicht; git@git.example:plan.git oder einen Pfad dieses Rechners"
                " eintragen. Über https ließe sich nicht sagen, welche Leitung git nimmt.",
                f"url: '{self.url}' does not do; write git@git.example:plan.git or a path of this machine."
                " Over https nobody could say which line git takes.",
            )
        if not _BRANCH.fullmatch(self.branch) or ".." in self.branch:
            raise ValueError(
                f"branch: „{self.branch}“ ist kein Zweig; einen wie main eintragen.",
                f"branch: '{self.branch}' is no branch; write one such as main.",
            )
