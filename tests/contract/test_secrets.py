"""A secret is in its file and where it is used; in no log, status, command line or environment."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from notanker.plugin import Retry, SecretFile, Unknown
from notanker.plugin.options import decoded, encoded
from tests.contract.support.runner import Runner

SECRET = "tief-im-Wald-4711"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    return path


def test_a_plugin_cannot_log_its_secret_by_accident(runner: Runner, secret: Path) -> None:
    leaks = runner.start("leaks", {"secret": str(secret)})
    with pytest.raises(Retry) as retry:
        leaks.send("reason")
    assert "***" in retry.value.reason
    pid = leaks.pid()
    argv = Path(f"/proc/{pid}/cmdline").read_bytes()
    environ = Path(f"/proc/{pid}/environ").read_bytes()
    with pytest.raises(Unknown):
        leaks.send()
    leaks.await_health("ok")
    runner.stop()
    text = runner.output() + repr(leaks.seen) + argv.decode() + environ.decode()
    for trace in ("printed ***", "written ***", "logged ***", "the bug ***"):
        assert trace in text, trace
    assert SECRET not in text


def test_a_secret_file_shows_its_path_only(secret: Path) -> None:
    field = SecretFile(str(secret))
    assert field.read() == SECRET
    assert SECRET not in repr(field) + str(field)
    assert msgspec.json.decode(
        msgspec.json.encode(field, enc_hook=encoded), type=SecretFile, dec_hook=decoded
    ) == SecretFile(str(secret))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 5000])
def test_a_secret_that_cannot_be_read_is_tried_again(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Retry, match="secret file"):
        SecretFile(str(path)).read()


def test_a_secret_in_the_place_of_its_path_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="absolute") as error:
        SecretFile(SECRET)
    assert SECRET not in str(error.value)


def test_the_library_beneath_huawei_lte_may_not_log_passwords() -> None:
    # In a process of its own: other tests may have touched the loggers.
    code = (
        "import logging; logging.basicConfig(level=logging.DEBUG)\n"
        "import notanker_huawei_lte, requests\n"
        "from huawei_lte_api.Connection import Connection\n"
        "logging.getLogger().setLevel(logging.DEBUG)\n"
        "try: Connection('http://127.0.0.1:9/', 'admin', 'tief-im-Wald-4711', timeout=1)\n"
        "except requests.RequestException: print('tried')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "tried\n"
    assert done.stderr == ""
    assert logging.getLogger("huawei_lte_api").name  # the name that is pinned is the library's own
