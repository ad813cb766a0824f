"""A plan from the real centre, over TLS: its depot, its site keys, and what each change costs on the line."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from notanker.beat.keys import SiteKey
from notanker.config.centre import CentreConfig
from notanker.config.plan_source import SourceConfig
from tests.contract.support.centre import RunningCentre, running_centre
from tests.contract.support.plan_site import PlanSite, codes
from tests.unit.plan.signing import Office

LTE_BYTES = 5000
"""What a changed contact may cost, packets and handshake and all."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@dataclass
class World:
    """A centre with a depot, and a box that asks it."""

    centre: RunningCentre
    site: PlanSite
    office: Office

    @property
    def depot(self) -> Path:
        return self.centre.folder / "depot" / "nord"

    def publish(self, seq: int, **changes: str) -> None:
        """Put a signed plan of that number into the depot, as an operator would copy it there."""
        shutil.rmtree(self.depot, ignore_errors=True)
        self.office.plan(self.depot, seq)
        for old, new in changes.items():
            path = self.depot / "contacts.toml"
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new, 1))
        self.office.pack(self.depot, "anna")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    with running_centre(tmp_path_factory.mktemp("centre")) as centre:
        yield centre


@pytest.fixture
def world(centre: RunningCentre, office: Office, tmp_path: Path) -> World:
    shutil.rmtree(centre.folder / "depot", ignore_errors=True)
    key = tmp_path / "key"
    key.write_text(centre.key + "\n")
    config = CentreConfig(
        url=f"https://central.example:{centre.port}",
        key=key,
        ca=centre.certificate,
        addresses=("127.0.0.1",),
    )
    site = PlanSite(tmp_path / "box", office, config, [SourceConfig(kind="centre")])
    return World(centre, site, office)


def test_a_new_plan_comes_into_force_and_the_next_look_finds_nothing_new(world: World) -> None:
    world.publish(42)
    told = world.site.fetch_one()
    assert (told.result, world.site.seq) == ("accepted", 42)
    assert told.files > 10
    again = world.site.fetch_one()
    assert (again.result, again.files) == ("unchanged", 0)
    assert again.wire_bytes < LTE_BYTES


def test_a_changed_contact_costs_less_than_five_kilobytes_of_lte(world: World) -> None:
    world.publish(42)
    whole = world.site.fetch_one()
    world.publish(43, **{"+49 171 39200 10": "+49 171 39200 19"})
    world.site.limit_bytes = 250_000  # as over LTE
    told = world.site.fetch_one()
    assert (told.result, world.site.seq) == ("accepted", 43)
    assert told.files == 2  # plan.toml with its number, and the contacts
    print(f"\nwhole plan {whole.wire_bytes} bytes, changed contact {told.wire_bytes} bytes")
    assert 0 < told.wire_bytes < LTE_BYTES


def test_what_is_half_copied_is_not_handed_out(world: World) -> None:
    world.publish(42)
    assert world.site.fetch_one().result == "accepted"
    new = {"+49 171 39200 10": "+49 171 39200 18"}
    world.publish(43, **new)
    contacts = world.depot / "contacts.toml"
    contacts.write_bytes(contacts.read_bytes()[:100])
    assert (world.site.fetch_one().result, world.site.seq) == ("unchanged", 42)
    world.publish(43, **new)
    assert (world.site.fetch_one().result, world.site.seq) == ("accepted", 43)


def test_a_file_that_was_lost_in_the_depot_comes_out_of_its_archive(world: World) -> None:
    world.publish(42)
    assert world.site.fetch_one().result == "accepted"
    (world.depot / "roles.toml").unlink()
    shutil.rmtree(world.site.folder)
    assert (world.site.fetch_one().result, world.site.seq) == ("accepted", 42)


def test_without_a_plan_for_this_site_the_centre_says_so(world: World) -> None:
    assert world.site.centre is not None
    world.site.id = "sued"
    world.site.centre.key.write_text(world.centre.other_key)
    told = world.site.fetch_one()
    assert (told.result, codes(told)) == ("failed", ["nothing-there"])


def test_a_site_does_not_get_the_plan_of_another(world: World) -> None:
    world.publish(42)
    assert world.site.centre is not None
    world.site.centre.key.write_text(world.centre.other_key)
    told = world.site.fetch_one()
    assert (told.result, codes(told), world.site.seq) == ("failed", ["not-let-in"], 0)


def test_a_wrong_site_key_is_let_nowhere(world: World) -> None:
    world.publish(42)
    assert world.site.centre is not None
    world.site.centre.key.write_text(SiteKey(1, bytes(32)).text())
    told = world.site.fetch_one()
    assert (told.result, codes(told), world.site.seq) == ("failed", ["not-let-in"], 0)


def test_another_machine_with_another_certificate_is_left(world: World, tmp_path: Path) -> None:
    world.publish(42)
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=x",
         "-keyout", "/dev/null", "-out", str(other)],
        check=True, capture_output=True,
    )  # fmt: skip
    assert world.site.centre is not None
    world.site.centre = CentreConfig(
        url=world.site.centre.url, key=world.site.centre.key, ca=other, addresses=("127.0.0.1",)
    )
    told = world.site.fetch_one()
    assert (told.result, codes(told), world.site.seq) == ("failed", ["other-host"], 0)


def test_an_older_plan_is_not_taken_and_nothing_is_fetched_for_it(world: World) -> None:
    world.publish(43)
    assert world.site.fetch_one().result == "accepted"
    world.publish(42)
    told = world.site.fetch_one()
    assert (told.result, codes(told), told.files) == ("older", ["older-number"], 0)
    assert world.site.seq == 43


def test_a_plan_that_nobody_signed_costs_no_more_than_its_manifest(world: World) -> None:
    world.publish(42)
    assert world.site.fetch_one().result == "accepted"
    shutil.rmtree(world.depot)
    world.office.pack(world.office.plan(world.depot, 43), "stranger")
    told = world.site.fetch_one()
    assert (told.result, told.files) == ("refused", 0)
    assert "too-few-signers" in codes(told)
    assert world.site.seq == 42


def test_over_lte_a_plan_that_is_too_large_waits_for_the_primary_line(world: World) -> None:
    world.publish(42)
    world.site.limit_bytes = 1000
    told = world.site.fetch_one()
    assert (told.result, codes(told), world.site.seq) == ("waits", ["waits"], 0)
    world.site.limit_bytes = None
    assert world.site.fetch_one().result == "accepted"


def test_a_large_file_comes_in_pieces(world: World) -> None:
    world.publish(42)
    page = world.depot / "pages" / "lang.md"
    rows = "\n".join(f"Zeile {number * 7919 % 1_000_003}" for number in range(30_000))
    page.write_text(f'+++\nid = "lang"\ntitle = "Lang"\n+++\n{rows}\n')
    world.office.pack(world.depot, "anna")
    assert page.stat().st_size > 2 * 128 * 1024
    assert (world.site.fetch_one().result, world.site.seq) == ("accepted", 42)
