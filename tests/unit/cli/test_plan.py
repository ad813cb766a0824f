"""`notanker plan`: what people sign, and what they see of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from notanker.cli.plan import plan
from notanker.cli.plan_view import viewed
from notanker.plan.accept import accept
from notanker.plan.load import load
from notanker.plan.trust.heartbeat import hear
from notanker.plan.trust.ratchet import BUILT
from tests.unit.plan.conftest import SAMPLE
from tests.unit.plan.signing import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(plan, [str(argument) for argument in arguments])


def accepted(office: Office, folder: Path) -> Result:
    store = folder.parent / "store"
    return run("accept", folder, "--store", store, "--allowed-signers", office.allowed)


def test_a_plan_is_packed_signed_verified_and_accepted(office: Office, tmp_path: Path) -> None:
    folder = office.plan(tmp_path / "plan")
    assert run("pack", folder, "--min-agent", "0.1").exit_code == 0
    assert json.loads((folder / "manifest.json").read_text())["min_agent"] == "0.1"
    assert run("sign", folder, "--key", office.folder / "anna").exit_code == 0
    told = run("verify", folder, "--store", tmp_path, "--allowed-signers", office.allowed)
    assert told.exit_code == 0
    assert "anna@ankerruf.example" in told.output
    assert accepted(office, folder).exit_code == 0


def test_a_refusal_leaves_word_with_place_and_step(office: Office, tmp_path: Path) -> None:
    folder = office.signed(tmp_path / "plan", "anna")
    (folder / "roles.toml").write_text("x")
    assert accepted(office, folder).exit_code == 2
    told = json.loads((tmp_path / "store" / "outcome.json").read_text())
    assert (told["accepted"], told["step"], told["source"]) == (False, "hashes", str(folder))
    [problem] = told["problems"]
    assert problem["place"]["file"] == "roles.toml"
    assert problem["de"]["what"]
    assert problem["en"]["cure"]


def test_the_plan_in_force_is_asked_about_again(office: Office, tmp_path: Path) -> None:
    folder = office.signed(tmp_path / "plan", "anna")
    accepted(office, folder)
    options = ("--store", tmp_path / "store", "--allowed-signers", office.allowed)
    assert run("recheck", folder, *options).exit_code == 0
    told = run("recheck", folder, *options, "--revoked", office.revoke("anna"))
    assert told.exit_code == 2
    assert json.loads((tmp_path / "store" / "standing.json").read_text())["lapsed"]


def test_a_heartbeat_is_signed_for_the_plan_that_lies_there(office: Office, tmp_path: Path) -> None:
    folder = office.signed(tmp_path / "plan", "anna", seq=77)
    office.allowed.write_text(
        f'centre namespaces="heartbeat@notanker" {office.public("stranger")}\n'
    )
    try:
        assert run("heartbeat", folder, "--key", office.folder / "stranger").exit_code == 0
        heard, problems = hear(folder, office.trust(tmp_path).keys, BUILT, None)
    finally:
        office.allow("anna", "bernd")
    assert problems == []
    assert heard is not None
    assert heard.seq == 77


def test_there_is_no_heartbeat_of_a_plan_that_is_not_packed(office: Office, tmp_path: Path) -> None:
    folder = office.plan(tmp_path / "plan")
    assert run("heartbeat", folder, "--key", office.folder / "anna").exit_code == 2
    assert not (folder / "heartbeat.json").exists()


def test_the_portal_shows_what_is_accepted(tmp_path: Path) -> None:
    found, _ = load(SAMPLE)
    assert found is not None
    accept(SAMPLE, tmp_path / "store")
    assert viewed(tmp_path / "store", found) == []


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("index.json", "/kontakte"),
        ("pages/en/home.html", "/en/"),
        ("pages/de/contacts.html", "/kontakte"),
    ],
)
def test_a_page_that_the_portal_does_not_show_is_told(name: str, page: str, tmp_path: Path) -> None:
    found, _ = load(SAMPLE)
    assert found is not None
    accept(SAMPLE, tmp_path / "store")
    (tmp_path / "store" / "current" / name).unlink()
    told = viewed(tmp_path / "store", found)
    assert page in " ".join(problem.en.what for problem in told)


def test_a_contact_that_is_missing_on_its_page_is_told(tmp_path: Path) -> None:
    found, _ = load(SAMPLE)
    assert found is not None
    accept(SAMPLE, tmp_path / "store")
    path = tmp_path / "store" / "current" / "pages" / "de" / "contacts.html"
    path.write_text(path.read_text().replace("tel:+493023125110", "tel:"))
    [problem] = viewed(tmp_path / "store", found)
    assert "+493023125110" in problem.en.what
