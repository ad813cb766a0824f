"""`notanker orders`: codes that the box takes, and that it could not tell itself."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from notanker.cli.commands import notanker
from notanker.config.model import OrdersConfig
from notanker.core import codes
from notanker.shell import clock
from notanker.shell.journal import Journal
from notanker.shell.one_time import CodeRefused, OneTimeCodes
from tests.unit.config.samples import GOOD


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "notanker.toml"
    files = f'[orders]\ntotp = "{tmp_path}/totp"\npaper = "{tmp_path}/paper"\n'
    path.write_text(f"{GOOD}\n{files}", "utf-8")
    return path


def call(config: Path, *line: str) -> Result:
    return CliRunner().invoke(notanker, ["orders", *line, "--config", str(config)])


def codes_of(config: Path, *line: str) -> list[str]:
    listed: list[str] = json.loads(call(config, "codes", "--json", *line).stdout)
    return [code.replace("-", "").lower() for code in listed]


def tried(folder: Path, *wanted: str) -> list[bool]:
    """Return whether each code counts, one after the other."""

    async def run() -> list[bool]:
        store = Journal(folder / "journal.sqlite")
        store.start()
        box = OneTimeCodes(OrdersConfig(totp=folder / "totp", paper=folder / "paper"), store)
        good = []
        try:
            for code in wanted:
                try:
                    await box.use("mara-beispiel", code)
                except CodeRefused:
                    good.append(False)
                else:
                    good.append(True)
        finally:
            await asyncio.to_thread(store.close)
        return good

    return asyncio.run(run())


def test_each_code_of_the_list_counts_once(config: Path) -> None:
    listed = codes_of(config, "--count", "2")
    assert tried(config.parent, *listed, listed[0]) == [True, True, False]


def test_the_list_can_be_printed_and_the_box_has_only_hashes(config: Path) -> None:
    shown = call(config, "codes")
    assert shown.exit_code == 0
    assert shown.stdout.count("[ ]") == 20
    assert all(len(line) < 80 for line in shown.stdout.splitlines())
    kept = (config.parent / "paper").read_text()
    for word in shown.stdout.split():
        assert word.replace("-", "").lower() not in kept or "-" not in word
    assert stat.S_IMODE((config.parent / "paper").stat().st_mode) == 0o640


def test_a_new_list_ends_the_old_one_unless_it_is_kept(config: Path) -> None:
    first = codes_of(config, "--count", "1")
    second = codes_of(config, "--count", "1", "--keep")
    third = codes_of(config, "--count", "1")
    assert tried(config.parent, *first, *second, *third) == [False, False, True]


def test_who_is_enrolled_has_codes_that_count(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "trusted", lambda: True)
    call(config, "enrol", "jonas-muster")
    uri = call(config, "enrol", "mara-beispiel").stdout.strip()
    secret = codes.secret_of(parse_qs(urlsplit(uri).query)["secret"][0])
    assert secret is not None
    code = codes.totp(secret, int(clock.wall_s()) // codes.STEP_S)
    assert tried(config.parent, code, code) == [True, False]
    assert (config.parent / "totp").read_text().count("\n") == 2


def test_enrolling_again_ends_the_secret_before(config: Path) -> None:
    first = call(config, "enrol", "mara-beispiel").stdout
    assert call(config, "enrol", "mara-beispiel").stdout != first
    assert (config.parent / "totp").read_text().count("mara-beispiel") == 1


@pytest.mark.parametrize(
    "line", [("enrol", "Mara Beispiel"), ("enrol", ""), ("codes", "--count", "0")]
)
def test_what_cannot_be_made_is_a_sentence(config: Path, line: tuple[str, ...]) -> None:
    result = call(config, *line)
    assert result.exit_code == 2
    assert result.output.strip()


@pytest.mark.parametrize("line", [("codes",), ("enrol", "mara-beispiel")])
def test_without_a_place_for_them_there_are_no_codes(tmp_path: Path, line: tuple[str, ...]) -> None:
    path = tmp_path / "notanker.toml"
    path.write_text(GOOD)
    result = call(path, *line)
    assert result.exit_code == 2
    assert "[orders]" in result.output


def test_what_root_makes_can_be_read_by_whom_the_folder_is_for(
    config: Path, tmp_path: Path
) -> None:
    group = 65534 if os.geteuid() == 0 else os.getegid()
    os.chown(tmp_path, -1, group)
    assert call(config, "codes").exit_code == 0
    assert call(config, "enrol", "mara-beispiel").exit_code == 0
    assert {(tmp_path / name).stat().st_gid for name in ("paper", "totp")} == {group}


def test_where_none_were_made_yet_that_is_what_is_said(config: Path) -> None:
    async def refused() -> str:
        store = Journal(config.parent / "journal.sqlite")
        store.start()
        box = OneTimeCodes(
            OrdersConfig(totp=config.parent / "totp", paper=config.parent / "paper"), store
        )
        try:
            with pytest.raises(CodeRefused) as error:
                await box.use("mara-beispiel", "123456")
        finally:
            await asyncio.to_thread(store.close)
        return str(error.value)

    assert asyncio.run(refused()) == "no_codes"
