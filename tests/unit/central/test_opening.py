"""Only a site's own, newest, sealed beat is taken; all others are refused, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.unit.central.conftest import Hands, Makers

from notanker.beat import sealing
from notanker.beat.keys import SiteKey
from notanker.core.heartbeat import Ack, Beat
from notanker.shell.sealing import SealError, SiteSeal
from notanker_central import enrolling, orders, site_keys, sites
from notanker_central.checking import RefusedError
from notanker_central.opening import LOOK_S, Opener
from notanker_central.store import Store
from notanker_central.taken import Taken
from notanker_central.vault import Vault, VaultError


@dataclass
class Centre:
    store: Store
    vault: Vault
    hands: Hands
    opener: Opener

    def key(self, site: str = "nord", **how: bool) -> SiteKey:
        with self.store.write() as connection:
            key = SiteKey(site_keys.next_number(connection), bytes(range(32)))
            told = {"recount": True, **how}
            site_keys.keep(connection, self.vault, site, key, self.hands.wall_s, **told)
        return key

    def look_again(self) -> None:
        self.hands.move(LOOK_S)

    def refusal(self, sealed: bytes) -> str:
        with pytest.raises(RefusedError) as refused:
            self.opener.open(sealed)
        return refused.value.reason

    def ends(self) -> dict[int, str]:
        with self.store.read() as connection:
            return {row.number: row.why for row in site_keys.changed(connection, 0)}


@pytest.fixture
def centre(store: Store, hands: Hands, tmp_path: Path) -> Centre:
    vault = Vault(tmp_path / "master")
    return Centre(store, vault, hands, Opener(store, vault, hands.clock))


@pytest.fixture
def beat(make: Makers) -> Callable[..., Beat]:
    return make.beat


def test_a_sealed_beat_opens_as_its_sites_and_the_answer_opens_there(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    seal = SiteSeal(centre.key())
    opened = centre.opener.open(seal.seal(beat(7)))
    assert (opened.site, opened.counter, opened.beat.version) == ("nord", 7, "0.1.0")
    answer = centre.opener.answer(opened, Taken(Ack(7, 3), newest=True))
    assert seal.open(answer, 7) == Ack(7, 3)
    with pytest.raises(SealError):
        seal.open(answer, 8)


def test_a_beat_with_a_strangers_key_is_refused(centre: Centre, beat: Callable[..., Beat]) -> None:
    key = centre.key()
    stranger = SiteSeal(SiteKey(key.number, bytes(32)))
    assert centre.refusal(stranger.seal(beat(1))) == "not-authentic"
    nobody = SiteSeal(SiteKey(key.number + 1, bytes(32)))
    assert centre.refusal(nobody.seal(beat(1))) == "unknown-key"


def test_one_site_cannot_speak_for_another(centre: Centre, beat: Callable[..., Beat]) -> None:
    nord = SiteSeal(centre.key("nord"))
    opened = centre.opener.open(nord.seal(beat(1, site="sued")))
    assert (opened.site, opened.beat.site) == ("nord", "nord")


def test_what_is_no_beat_is_refused(centre: Centre, beat: Callable[..., Beat]) -> None:
    seal = SiteSeal(centre.key())
    sealed = seal.seal(beat(1))
    assert centre.refusal(b"") == "malformed"
    assert centre.refusal(sealed[:-1]) == "malformed"
    assert centre.refusal(sealed[:-1] + bytes([sealed[-1] ^ 1])) == "not-authentic"
    rubbish = sealing.seal_beat(seal._up, seal._derived.up_iv, seal.key.kid, 1, b"rubbish")
    assert centre.refusal(rubbish) == "malformed"
    later = seal.seal(replace(beat(2), format=2))
    assert centre.refusal(later) == "unknown-format"


def test_the_beat_that_was_answered_last_is_answered_with_the_same_bytes(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    seal = SiteSeal(centre.key())
    sealed = seal.seal(beat(5))
    answer = centre.opener.answer(centre.opener.open(sealed), Taken(Ack(5, 0), newest=True))
    with pytest.raises(RefusedError) as refused:
        centre.opener.open(sealed)
    assert (refused.value.reason, refused.value.answer) == ("repeated", answer)
    other = seal.seal(beat(5, version="0.2.0"))
    assert centre.opener.open(other).counter == 5, "the database says that it is old"


def test_a_revoked_key_opens_nothing_a_second_later(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    seal = SiteSeal(centre.key())
    centre.opener.open(seal.seal(beat(1)))
    with centre.store.write() as connection:
        assert site_keys.revoke(connection, "nord", 1.0) == 1
    centre.look_again()
    assert centre.refusal(seal.seal(beat(2))) == "revoked-key"


def test_nothing_is_taken_of_a_site_that_was_removed(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    seal = SiteSeal(centre.key())
    centre.store.list_sites([])
    assert centre.refusal(seal.seal(beat(1))) == "not-listed"
    with centre.store.write() as connection:
        sites.remove(connection, "nord", 1.0)
    centre.look_again()
    assert centre.refusal(seal.seal(beat(1))) in ("not-listed", "revoked-key")


def test_the_old_key_is_good_until_the_new_one_was_used(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    old = SiteSeal(centre.key())
    centre.opener.open(old.seal(beat(1)))
    with centre.store.write() as connection:
        orders.want_key_change(connection, "nord", 1.0)
    new = SiteSeal(centre.key(recount=False))
    centre.look_again()
    centre.opener.open(old.seal(beat(2)))
    centre.opener.open(new.seal(beat(3)))
    assert centre.refusal(old.seal(beat(4))) == "old-key"
    assert centre.ends() == {1: "rotated", 2: ""}
    with centre.store.read() as connection:
        assert not orders.key_change_wanted(connection, "nord")


def test_a_pending_key_that_was_never_used_gives_way_to_the_next(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    first, second = centre.key(), centre.key()
    assert centre.refusal(SiteSeal(first).seal(beat(1))) == "old-key"
    assert centre.opener.open(SiteSeal(second).seal(beat(1))).site == "nord"


def test_a_new_box_counts_from_the_beginning_and_an_old_recording_stays_shut(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    old = SiteSeal(centre.key())
    recorded = old.seal(beat(900))
    centre.opener.open(recorded)
    centre.store.take(beat(900), 1.0)
    new = SiteSeal(centre.key(anew=True))
    centre.look_again()
    opened = centre.opener.open(new.seal(beat(1)))
    assert centre.store.take(opened.beat, 2.0)[1], "it is newer than all with this key"
    assert centre.refusal(recorded) == "old-key"
    with centre.store.read() as connection:
        row = sites.one(connection, "nord")
    assert row is not None
    assert (row.epoch, row.counter) == (2, 1)


def test_a_stolen_database_opens_nothing(
    centre: Centre, beat: Callable[..., Beat], tmp_path: Path
) -> None:
    key = centre.key()
    with centre.store.read() as connection:
        (row,) = site_keys.changed(connection, 0)
    assert key.secret not in row.sealed
    thief = Opener(centre.store, Vault(tmp_path / "other"), centre.hands.clock)
    with pytest.raises(RefusedError) as refused:
        thief.open(SiteSeal(key).seal(beat(1)))
    assert refused.value.reason == "key-not-opened"


def test_a_sealed_key_cannot_be_put_in_another_sites_row(centre: Centre) -> None:
    key = centre.key()
    with centre.store.read() as connection:
        (row,) = site_keys.changed(connection, 0)
    assert centre.vault.open(row.sealed, site_keys.label("nord", key.number)) == key.secret
    for site, number in (("sued", key.number), ("nord", key.number + 1)):
        with pytest.raises(VaultError):
            centre.vault.open(row.sealed, site_keys.label(site, number))


def test_the_master_key_can_be_changed_and_nothing_is_lost_on_the_way(
    centre: Centre, beat: Callable[..., Beat]
) -> None:
    key, path = centre.key(), centre.vault.path
    with centre.store.write() as connection:
        enrolling.make_code(connection, centre.vault, "sued", 1.0)
    before = path.read_bytes()
    centre.vault.add()
    assert Vault(path).open(_sealed(centre), "key 1 of nord") == key.secret, "stopped here"
    with centre.store.write() as connection:
        assert site_keys.seal_anew(connection, centre.vault) == 2
    centre.vault.forget_old()
    assert before not in path.read_bytes()
    assert Vault(path).open(_sealed(centre), "key 1 of nord") == key.secret
    assert centre.opener.open(SiteSeal(key).seal(beat(1))).site == "nord"


def _sealed(centre: Centre) -> bytes:
    with centre.store.read() as connection:
        sealed: bytes = site_keys.changed(connection, 0)[0].sealed
    return sealed


def test_the_master_key_is_for_its_owners_eyes_alone(centre: Centre) -> None:
    assert centre.vault.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"x", b"AAAA\n", bytes(100)])
def test_a_broken_master_key_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(VaultError, match="broken"):
        Vault(path)
    assert path.read_bytes() == content
