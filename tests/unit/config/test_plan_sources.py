"""Where plans come from, as it is written in notanker.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.config.load import load
from notanker.errors import errors_of
from tests.unit.config.samples import GOOD

SIGNED = '\n[plan]\nallowed_signers = "/etc/notanker/allowed_signers"\n'


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "notanker.toml"
    file.write_text(GOOD + text, encoding="utf-8")
    _, found = load(file)
    return [problem.sentence("en") for problem in errors_of(found)]


def source(**values: object) -> str:
    rows = "".join(f"{key} = {value!r}\n" for key, value in values.items())
    return f"\n[[plan.sources]]\n{rows}"


def test_sources_are_read_in_their_order(tmp_path: Path) -> None:
    text = SIGNED + source(kind="stick", path="/media/plan")
    ssh = {"key": "/k", "known_hosts": "/h"}
    text += source(kind="git", url="git@git.example:plan.git", **ssh)
    text += source(kind="sftp", host="files.example", user="box", path="p", **ssh)
    file = tmp_path / "notanker.toml"
    file.write_text(GOOD + text, encoding="utf-8")
    config, found = load(file)
    assert config is not None, [problem.sentence("en") for problem in found]
    assert [one.label for one in config.plan.sources] == [
        "stick /media/plan", "git git@git.example:plan.git", "sftp files.example:p",
    ]  # fmt: skip
    assert [one.is_remote for one in config.plan.sources] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (source(kind="stick", path="/media/plan"), "must be signed"),
        (SIGNED + source(kind="stick"), "needs path"),
        (SIGNED + source(kind="folder", path="plan"), "no absolute path"),
        (SIGNED + source(kind="sftp", host="x", user="u", key="/k", path="p"), "known_hosts"),
        (SIGNED + source(kind="git", url="https://git.example/x"), "which line"),
        (SIGNED + source(kind="git", url="git@git.example:x"), "needs key"),
        (SIGNED + source(kind="git", url="ext::sh -c x"), "does not do"),
        (SIGNED + source(kind="git", url="-oProxyCommand=x"), "does not do"),
        (SIGNED + source(kind="git", url="/a", branch="--upload-pack=x"), "no branch"),
        (SIGNED + source(kind="floppy"), "does not fit"),
    ],
)
def test_each_mistake_gets_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    assert any(words in sentence for sentence in problems(tmp_path, text))
