"""Staged roll-out: a plan reaches only whom it was released to, and stops where it is not taken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.central.conftest import Hands, Makers
from tests.unit.plan.signing import Office

from notanker.cli.central import central
from notanker_central import load, rolling_out
from notanker_central.clock import Clock
from notanker_central.depot import Depot, Ready
from notanker_central.rolling_out import TIME_S
from notanker_central.store import Store


def states(store: Store, hands: Hands) -> dict[str, str]:
    with store.read() as connection:
        found = rolling_out.releases(connection, hands.wall_s)
    return {one.site: one.state for one in found}


def test_what_was_released_is_taken_late_or_silent_by_what_the_site_says(
    store: Store, make: Makers, hands: Hands
) -> None:
    with store.write() as connection:
        ready = [(site, Ready("ab" * 32, 7)) for site in ("nord", "sued")]
        rolling_out.release(connection, ready, hands.wall_s)
    assert states(store, hands) == {"nord": "silent", "sued": "silent"}
    store.take(make.beat(1, plan_seq=6), hands.wall_s)
    assert states(store, hands)["nord"] == "waiting"
    hands.move(TIME_S + 1)
    assert states(store, hands) == {"nord": "late", "sued": "silent"}
    store.take(make.beat(2, plan_seq=7), hands.wall_s)
    assert states(store, hands)["nord"] == "taken"


def test_a_new_release_replaces_the_one_before(store: Store, hands: Hands) -> None:
    for seq in (7, 8):
        with store.write() as connection:
            rolling_out.release(connection, [("nord", Ready(f"{seq}" * 64, seq))], hands.wall_s)
    with store.read() as connection:
        assert rolling_out.released(connection, "nord") == "8" * 64
        assert rolling_out.released(connection, "sued") is None


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture
def world(office: Office, tmp_path: Path, certificate: tuple[Path, Path]) -> Path:
    """Give a central.toml with two sites, for one of which a plan lies in the depot."""
    office.signed(tmp_path / "depot" / "nord", "anna", seq=42)
    sites = "".join(
        f'[[site]]\nid = "{name}"\nname = "{name}"\nregion = "R"\n' for name in ("nord", "sued")
    )
    path = tmp_path / "central.toml"
    path.write_text(
        f'[listen]\ncertificate = "{certificate[0]}"\nkey = "{certificate[1]}"\n'
        f'[database]\nurl = "sqlite:///{tmp_path}/central.sqlite"\n[alarm]\ncommand = ["true"]\n'
        f'[plans]\nfolder = "{tmp_path}/depot"\narchive = "{tmp_path}/archive"\nstaged = true\n{sites}'
    )
    return path


def order(world: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(central, ["--config", str(world), "plan", *words])
    return done.exit_code, done.output


def opened(world: Path) -> tuple[Store, Depot]:
    config, _ = load(world)
    assert config is not None
    store = Store(config.database.url)
    store.list_sites(config.sites)

    def released(site: str) -> str | None:
        with store.read() as connection:
            return rolling_out.released(connection, site)

    plans = Path(config.plans.folder), Path(config.plans.archive)
    return store, Depot(*plans, released)


def test_a_plan_reaches_a_site_once_it_was_released_to_it(world: Path, office: Office) -> None:
    store, depot = opened(world)
    assert depot.offer("nord") is None
    status, said = order(world, "roll-out", "nord", "sued")
    assert status == 0
    assert "nord" in said
    assert "42" in said
    first = depot.offer("nord")
    assert first is not None
    shutil.rmtree(world.parent / "depot" / "nord")
    office.signed(world.parent / "depot" / "nord", "anna", seq=43)
    assert depot.offer("nord") == first  # the next one lies there, and waits
    assert order(world, "roll-out", "--region", "R")[0] == 0
    assert depot.offer("nord") not in (None, first)
    store.close()


def test_a_site_that_has_not_taken_its_plan_stops_the_roll_out(world: Path, make: Makers) -> None:
    store, _ = opened(world)
    order(world, "roll-out", "nord")
    store.take(make.beat(1, plan_seq=41), Clock().wall_s())
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE plan_release SET at_s = at_s - 7200")
    status, said = order(world, "roll-out", "--all")
    assert status != 0
    assert "nord" in said
    assert '"late"' in order(world, "status", "--json")[1]
    assert order(world, "roll-out", "--all", "--anyway")[0] == 0
    store.close()


@pytest.mark.parametrize("words", [("roll-out",), ("roll-out", "west")])
def test_nobody_and_strangers_are_refused_in_words(world: Path, words: tuple[str, ...]) -> None:
    status, said = order(world, *words)
    assert status != 0
    assert said
