"""`notanker plan fetch` at the keyboard: what became of each source, and whose files those are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from notanker.cli.owner import become_owner
from tests.unit.config.samples import GOOD
from tests.unit.plan.signing import Office

NOBODY = 65534


@dataclass
class Desk:
    """A box's files, where a user without rights can get to as well."""

    folder: Path
    office: Office

    @property
    def stick(self) -> Path:
        return self.folder / "stick"

    def configure(self, sources: str) -> None:
        signers = self.folder / "allowed_signers"
        shutil.copy(self.office.allowed, signers)
        (self.folder / "notanker.toml").write_text(
            f'{GOOD}\n[plan]\nallowed_signers = "{signers}"\n{sources}\n'
            f'[paths]\nstate = "{self.folder / "state"}"\nrun = "{self.folder / "run"}"\n'
        )

    def fetch(self, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
        config = ["--config", str(self.folder / "notanker.toml")]
        return subprocess.run(
            [sys.executable, "-m", "notanker.cli", "plan", "fetch", *config, *arguments],
            capture_output=True, text=True, check=False,
            env={**os.environ, "NOTANKER_LANG": language},
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="notanker-fetch."))
    folder.chmod(0o755)
    (folder / "state").mkdir()
    yield Desk(folder, Office.open(tmp_path))
    shutil.rmtree(folder)


def test_each_source_is_told_with_what_became_of_it(desk: Desk) -> None:
    desk.office.signed(desk.stick, "anna")
    desk.configure(
        f'[[plan.sources]]\nkind = "stick"\npath = "{desk.stick}"\n'
        f'[[plan.sources]]\nkind = "folder"\npath = "{desk.folder}/none"\n'
    )
    done = desk.fetch()
    assert done.returncode == 1, done.stderr
    assert f"stick {desk.stick}: accepted" in done.stdout
    assert "There is no plan" in done.stdout
    german = desk.fetch(language="de")
    assert f"stick {desk.stick}: nichts Neues" in german.stdout
    assert "Dort liegt kein Plan" in german.stdout
    told = json.loads(desk.fetch("--json").stdout)
    assert [one["result"] for one in told["sources"]] == ["unchanged", "failed"]


def test_without_a_source_a_sentence_says_what_to_write(desk: Desk) -> None:
    desk.configure("")
    done = desk.fetch()
    assert done.returncode == 2
    assert "[[plan.sources]]" in done.stderr


def test_what_root_fetches_belongs_to_the_agents_user(desk: Desk) -> None:
    state = desk.folder / "state"
    owner = NOBODY if os.geteuid() == 0 else os.geteuid()
    os.chown(state, owner, -1)
    child = os.fork()
    if child == 0:
        become_owner(state)
        (state / "arrivals").mkdir()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert (state / "arrivals").stat().st_uid == owner
