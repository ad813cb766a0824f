"""Keys and signed plans for tests."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.unit.plan.conftest import SAMPLE

from notanker.plan.files import MANIFEST, files_of
from notanker.plan.load import load
from notanker.plan.trust.checking import Case, Trust, check
from notanker.plan.trust.manifest import manifest_of
from notanker.plan.trust.sshsig import Keys, sign


@dataclass
class Office:
    """Where plans are signed: two people with a key each, and one whom nobody knows."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Office:
        office = cls(folder)
        for name in ("anna", "bernd", "stranger"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name],
                check=True,
            )
        office.allow("anna", "bernd")
        return office

    @property
    def allowed(self) -> Path:
        return self.folder / "allowed_signers"

    def public(self, name: str) -> str:
        kind, key, _ = (self.folder / f"{name}.pub").read_text().split()
        return f"{kind} {key}"

    def allow(self, *names: str, options: str = "") -> None:
        """Let these people sign, and nobody else."""
        lines = [
            f'{name}@ankerruf.example namespaces="plan@notanker"{options} {self.public(name)}\n'
            for name in names
        ]
        self.allowed.write_text("".join(lines))

    def revoke(self, *names: str) -> Path:
        """Return a file of keys that no longer count."""
        path = self.folder / "revoked"
        path.write_text("".join(f"{self.public(name)}\n" for name in names))
        return path

    def trust(self, memory: Path, signers: int = 1, revoked: Path | None = None) -> Trust:
        return Trust(Keys(self.allowed, revoked), memory, "musterhafen", signers)

    def plan(self, folder: Path, seq: int = 42) -> Path:
        """Make a plan of that number, not yet packed."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SAMPLE, folder)
        head = folder / "plan.toml"
        head.write_text(head.read_text().replace("seq = 42", f"seq = {seq}"))
        return folder

    def pack(self, folder: Path, *signers: str) -> Path:
        """Pack and sign the plan in the folder."""
        plan, _ = load(folder)
        assert plan is not None
        (folder / MANIFEST).write_bytes(manifest_of(files_of(folder)[0], plan.head))
        for index, name in enumerate(signers):
            suffix = f".{index}" if index else ""
            sign(folder / MANIFEST, self.folder / name, folder / f"{MANIFEST}{suffix}.sig")
        return folder

    def signed(self, folder: Path, *signers: str, seq: int = 42) -> Path:
        """Make a plan of that number, packed and signed."""
        return self.pack(self.plan(folder, seq), *signers)


def codes(folder: Path, trust: Trust) -> list[str]:
    """Return the codes of what is wrong with the plan in the folder."""
    return [problem.code for problem in checked(folder, trust).problems]


def checked(folder: Path, trust: Trust) -> Case:
    """Check the plan in the folder."""
    return check(files_of(folder)[0], trust, None)
