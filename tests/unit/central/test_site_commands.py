"""The operator's commands and `notanker enrol`, against a centre that runs: its own process, real TLS."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.central.conftest import Makers
from tests.unit.central.test_orders import Outage
from tests.unit.central.test_serving import Running, centre, toml
from tests.unit.shell.journal_desk import open_journal

from notanker.beat.code import make as make_code
from notanker.cli.central import central
from notanker.cli.enrol import enrol
from notanker.config.fields import read
from notanker.shell.enrolling import journal_is_new
from notanker.shell.sealing import read_key

__all__ = ["centre", "toml"]  # fixtures

LOOK_S = 1.1
"""So long until a running centre knows what a command did."""


def operate(running: Running, *words: str, status: int = 0) -> str:
    done = CliRunner().invoke(central, ["--config", str(running.toml), *words])
    assert done.exit_code == status, done.output
    return done.output


def test_the_environment_may_name_another_database(toml: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    done = CliRunner().invoke(
        central,
        ["--config", str(toml), "site", "add", "fern"],
        env={"NOTANKER_CENTRAL_DATABASE": f"sqlite:///{other}"},
    )
    assert done.exit_code == 0, done.output
    assert other.exists()
    listed = CliRunner().invoke(central, ["--config", str(toml), "site", "list"])
    assert "fern" not in listed.output


def code_for(running: Running, site: str = "nord") -> str:
    found = re.search(r"notanker enrol (\S+)", operate(running, "enrol", site))
    assert found is not None
    return found.group(1)


class Box:
    """A site's box: its folder and its configuration."""

    def __init__(self, folder: Path, running: Running, site: str = "nord") -> None:
        self.folder, self.running = folder, running
        self.config = folder / "notanker.toml"
        self.config.write_text(f'[site]\nid = "{site}"\n[paths]\nstate = "{folder}"\n')
        self.key, self.ca = folder / "centre.key", folder / "centre-ca.pem"

    def enrol(self, code: str, typed: str | None = None) -> Result:
        url = f"https://127.0.0.1:{self.running.port}"
        words = [code, "--url", url, "--config", str(self.config)]
        return CliRunner().invoke(enrol, words, input=typed)


@pytest.fixture
def box(tmp_path: Path, centre: Running) -> Box:
    folder = tmp_path / "box"
    folder.mkdir()
    return Box(folder, centre)


def test_one_command_here_and_one_there_and_the_site_reports(
    centre: Running, box: Box, make: Makers
) -> None:
    done = box.enrol(code_for(centre))
    assert done.exit_code == 0, done.output
    assert box.key.stat().st_mode & 0o777 == 0o600
    document, problems = read(box.config)
    assert problems == []
    assert document is not None
    assert document.table["centre"] == {
        "url": f"https://127.0.0.1:{centre.port}",
        "key": str(box.key),
    }

    async def live() -> None:
        async with open_journal(box.folder / "journal.sqlite") as store:
            assert journal_is_new(box.folder / "journal.sqlite")
            site = Outage(centre, store, box.key)
            await site.beat()
            await site.beat()
        assert not journal_is_new(box.folder / "journal.sqlite")

    asyncio.run(live())
    assert centre.sites()["nord"]["state"] == "backup"
    time.sleep(LOOK_S)
    assert centre.post(make.beat(2**40)) == (400, None), "the key that it had before"


def test_a_code_is_good_until_its_key_was_used(centre: Running, box: Box) -> None:
    code = code_for(centre)
    for _ in range(2):  # as if the first run had been stopped
        assert box.enrol(code).exit_code == 0

    async def live() -> None:
        async with open_journal(box.folder / "journal.sqlite") as store:
            await Outage(centre, store, box.key).beat()

    asyncio.run(live())
    before = box.key.read_text()
    again = box.enrol(code)
    assert again.exit_code == 2
    assert "does not know this code" in again.output
    assert box.key.read_text() == before


def test_a_program_gives_the_code_where_no_list_of_processes_shows_it(
    centre: Running, box: Box
) -> None:
    assert box.enrol("-", "7H2KQ\n").exit_code == 2
    done = box.enrol("-", f"{code_for(centre)}\n")
    assert done.exit_code == 0, done.output
    assert box.key.exists()


def test_a_site_changes_its_key_when_the_centre_asks(centre: Running, box: Box) -> None:
    assert box.enrol(code_for(centre)).exit_code == 0
    first = read_key(box.key)

    async def live() -> None:
        async with open_journal(box.folder / "journal.sqlite") as store:
            site = Outage(centre, store, box.key)
            await site.beat()
            operate(centre, "rotate", "nord")
            await site.beat()
            assert read_key(box.key) != first
            await site.beat()
            second = read_key(box.key)
            await site.beat()
            assert read_key(box.key) == second, "asked once"

    asyncio.run(live())
    told = operate(centre, "site", "list", "--json")
    listed = json.loads(told[told.index("{") :])["sites"]
    assert [(one["id"], one["key"]) for one in listed] == [("nord", read_key(box.key).number)]


def test_a_revoked_site_is_heard_no_more(centre: Running, make: Makers) -> None:
    assert centre.post(make.beat(1))[0] == 200
    operate(centre, "revoke", "nord")
    time.sleep(LOOK_S)
    assert centre.post(make.beat(2)) == (400, None)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ABCDE", "That is no code"),
        (make_code(bytes(23))[:-1] + "Z", "mistyped"),
        (make_code(bytes(23)), "does not know this code"),
    ],
)
def test_each_wrong_code_gets_its_sentence_and_changes_nothing(
    box: Box, code: str, sentence: str
) -> None:
    before = box.config.read_text()
    done = box.enrol(code)
    assert (done.exit_code, sentence in done.output) == (2, True), done.output
    assert (box.key.exists(), box.config.read_text()) == (False, before)


def test_a_code_for_another_site_changes_nothing(centre: Running, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    box = Box(folder, centre, site="sued")
    done = box.enrol(code_for(centre))
    assert done.exit_code == 2
    assert "for nord, but this box is sued" in done.output
    assert not box.key.exists()


def test_without_an_address_it_asks_for_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        enrol, [make_code(bytes(23)), "--config", str(tmp_path / "notanker.toml")]
    )
    assert done.exit_code == 2
    assert "--url" in done.output


def test_a_centre_that_is_not_there_leaves_the_code_good(box: Box, centre: Running) -> None:
    code = code_for(centre)
    centre.end()
    done = box.enrol(code)
    assert done.exit_code == 2
    assert "The code is still good" in done.output


def test_sites_are_added_renamed_and_removed_by_command(centre: Running) -> None:
    operate(centre, "site", "add", "west", "--name", "West", "--grace", "30")
    assert "already" in operate(centre, "site", "add", "west", status=2)
    assert "is no id" in operate(centre, "site", "add", "West!", status=2)
    operate(centre, "site", "rename", "west", "--name", "Westhafen", "--region", "Nord")
    assert centre.sites()["west"]["name"] == "Westhafen"
    operate(centre, "site", "remove", "west")
    assert "west" not in centre.sites()
    for words in (("enrol",), ("rotate",), ("revoke",), ("site-key",), ("site", "remove")):
        assert "There is no site west" in operate(centre, *words, "west", status=2)


def test_what_central_toml_declares_is_changed_there(centre: Running) -> None:
    told = operate(centre, "site", "rename", "nord", "--name", "x", status=2)
    assert "central.toml" in told
    operate(centre, "site", "add", "west")
    centre.end()
    again = operate(centre, "site", "list")
    assert "west" in again, "what was added by command stays"


def test_a_missing_master_key_is_told_with_what_to_do(centre: Running) -> None:
    (centre.toml.parent / "central.master").unlink()
    told = operate(centre, "site-key", "nord", status=2)
    assert "master key" in told
    assert "backup" in told


def test_the_code_is_drawn_as_a_picture_too(centre: Running, tmp_path: Path) -> None:
    picture = tmp_path / "code.svg"
    operate(centre, "enrol", "nord", "--svg", str(picture))
    assert picture.read_text().startswith("<?xml")


def test_a_new_master_key_opens_all_that_the_old_one_did(centre: Running, make: Makers) -> None:
    operate(centre, "new-master-key")
    centre.end()
    from tests.unit.central.test_serving import start

    again = start(centre.toml, centre.certificate)
    assert again.post(make.beat(1))[0] == 200
    again.end()
