"""A host that serves a folder by SFTP: a real sshd without rights, with the bad manners of the lab's."""

from __future__ import annotations

import shutil
from pathlib import Path

from notanker.config.plan_source import SourceConfig
from notanker_lab.pbx_ssh import USER, SshPbx


class SftpHost(SshPbx):
    """The host; `mode` as in the lab (`refuses`, `stranger`, `silent`, `closed`)."""

    @property
    def plan(self) -> Path:
        """The folder that it serves."""
        return self._own / "plan"

    def serve_plan(self, folder: Path) -> None:
        """Serve a copy of that folder."""
        shutil.rmtree(self.plan, ignore_errors=True)
        shutil.copytree(folder, self.plan)
        for path in (self.plan, *self.plan.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)

    def source(self, **values: object) -> SourceConfig:
        """Return how a box is told of it."""
        known: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "key": self.key,
            "known_hosts": self.known_hosts,
            "path": str(self.plan),
        }
        return SourceConfig(kind="sftp", **{**known, **values})  # type: ignore[arg-type]

    def _furnish(self) -> None:
        super()._furnish()
        for path in self._own.glob("*.conf"):
            lines = [line for line in path.read_text().splitlines() if "ForceCommand" not in line]
            path.write_text("\n".join([*lines, "Subsystem sftp internal-sftp", ""]))
