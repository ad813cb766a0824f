"""A site gets its key by a code that is good once; whoever does not know the secret gets nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Hands, Makers

from notanker.beat import agreeing, code, cose
from notanker.core.heartbeat import Beat
from notanker.shell.aead import Aead, Exchange
from notanker.shell.sealing import SealError, SiteSeal, change_agreement, code_agreement
from notanker_central import orders, site_keys
from notanker_central.checking import RefusedError
from notanker_central.enrolling import (
    CODE_S,
    MOST_WRONG,
    REFUSALS,
    WINDOW_S,
    Code,
    KeyDesk,
    make_code,
)
from notanker_central.opening import LOOK_S, Opener
from notanker_central.store import Store
from notanker_central.vault import Vault


class Office:
    """A centre with its desk, its opener, and what an operator does."""

    def __init__(self, store: Store, hands: Hands, folder: Path) -> None:
        self.store, self.hands = store, hands
        self.vault = Vault(folder / "master")
        self.ca = folder / "ca.pem"
        self.ca.write_text("PEM\n")
        self.opener = Opener(store, self.vault, hands.clock)
        self.desk = KeyDesk(store, self.vault, hands.clock, self.opener.look_again, self.ca)

    def code(self, site: str = "nord") -> Code:
        with self.store.write() as connection:
            return make_code(connection, self.vault, site, self.hands.wall_s)

    def enrol(self, text: str, *, anew: bool = False) -> SiteSeal:
        agreement = code_agreement(code.secret_of(text))
        key, _ = agreement.granted(self.desk.agree(agreement.asked(anew=anew)))
        return SiteSeal(key)

    def takes(self, sealed: bytes) -> bool:
        self.hands.move(LOOK_S)
        try:
            self.opener.open(sealed)
        except RefusedError:
            return False
        return True

    def refusal(self, sealed: bytes) -> str:
        with pytest.raises(RefusedError) as refused:
            self.desk.agree(sealed)
        return refused.value.reason


@pytest.fixture
def office(store: Store, hands: Hands, tmp_path: Path) -> Office:
    return Office(store, hands, tmp_path)


@pytest.fixture
def beat(make: Makers) -> Callable[..., Beat]:
    return make.beat


def test_a_code_gives_a_site_its_key(office: Office, beat: Callable[..., Beat]) -> None:
    agreement = code_agreement(code.secret_of(office.code().text))
    key, granted = agreement.granted(office.desk.agree(agreement.asked()))
    assert (granted.site, granted.ca) == ("nord", "PEM\n")
    assert office.takes(SiteSeal(key).seal(beat(1)))


def test_a_code_may_be_used_again_until_its_key_was_and_never_after(
    office: Office, beat: Callable[..., Beat]
) -> None:
    text = office.code().text
    lost = office.enrol(text)
    kept = office.enrol(text)
    assert not office.takes(lost.seal(beat(1)))
    assert office.takes(kept.seal(beat(1)))
    asked = code_agreement(code.secret_of(text)).asked()
    assert office.refusal(asked) == "unknown-code"


def test_a_code_ends_after_an_hour_and_with_the_next_one(office: Office) -> None:
    first = office.code()
    second = office.code()
    assert office.refusal(code_agreement(code.secret_of(first.text)).asked()) == "unknown-code"
    office.hands.move(CODE_S)
    assert office.refusal(code_agreement(code.secret_of(second.text)).asked()) == "unknown-code"


def test_a_site_that_is_enrolled_goes_on_with_its_old_key_until_the_new_one_is_used(
    office: Office, beat: Callable[..., Beat]
) -> None:
    old = office.enrol(office.code().text)
    assert office.takes(old.seal(beat(1)))
    new = office.enrol(office.code().text)
    assert office.takes(old.seal(beat(2)))
    assert office.takes(new.seal(beat(3)))
    assert not office.takes(old.seal(beat(4)))


def test_whoever_knows_the_codes_name_but_not_the_code_uses_it_up(office: Office) -> None:
    secret = code.secret_of(office.code().text)
    forger = code_agreement(b"forged")
    for _ in range(MOST_WRONG):
        shared = agreeing.shared_of(b"forged", agreeing.ENROL)
        asked = agreeing.Asked(forger.exchange.public)
        sealed = agreeing.ask(
            Aead(shared.up), shared, agreeing.code_id(secret), os.urandom(8), asked
        )
        assert office.refusal(sealed) == "wrong-code"
    assert office.refusal(code_agreement(secret).asked()) == "unknown-code"


def test_guessing_is_stopped_for_the_rest_of_the_minute(office: Office) -> None:
    text = office.code().text
    guesses = [code_agreement(os.urandom(23)).asked() for _ in range(REFUSALS)]
    assert {office.refusal(guess) for guess in guesses} == {"unknown-code"}
    asked = code_agreement(code.secret_of(text)).asked()
    assert office.refusal(asked) == "too-many"
    office.hands.move(WINDOW_S + 1)
    office.desk.agree(asked)


def test_an_answer_of_somebody_in_between_gives_no_key(office: Office) -> None:
    agreement = code_agreement(code.secret_of(office.code().text))
    agreement.asked()
    shared = agreeing.shared_of(b"not the code", agreeing.ENROL)
    granted = agreeing.Granted(Exchange().public, 1, "nord")
    forged = agreeing.grant(Aead(shared.down), shared, os.urandom(8), granted)
    for answer in (forged, b"", bytes(100)):
        with pytest.raises(SealError):
            agreement.granted(answer)


def test_a_number_that_gives_the_key_away_is_refused_on_both_sides(office: Office) -> None:
    secret = code.secret_of(office.code().text)
    shared = agreeing.shared_of(secret, agreeing.ENROL)
    asked = agreeing.Asked(bytes(32))
    kid = agreeing.code_id(secret)
    sealed = agreeing.ask(Aead(shared.up), shared, kid, os.urandom(8), asked)
    assert office.refusal(sealed) == "malformed"
    granted = agreeing.grant(
        Aead(shared.down), shared, os.urandom(8), agreeing.Granted(bytes(32), 1, "nord")
    )
    with pytest.raises(SealError):
        code_agreement(secret).granted(granted)


def test_a_key_is_changed_when_the_centre_wants_it_and_at_no_other_time(
    office: Office, beat: Callable[..., Beat]
) -> None:
    old = office.enrol(office.code().text)
    assert office.takes(old.seal(beat(1)))
    assert office.refusal(change_agreement(old.key).asked()) == "not-wanted"
    with office.store.write() as connection:
        orders.want_key_change(connection, "nord", 1.0)
        orders.want_key_change(connection, "nord", 2.0)
        assert len(orders.due(connection, ["nord"])["nord"]) == 1
    for _ in range(2):  # the first answer is lost
        agreement = change_agreement(old.key)
        key, _ = agreement.granted(office.desk.agree(agreement.asked()))
    assert office.takes(old.seal(beat(2)))
    new = SiteSeal(key)
    assert office.takes(new.seal(beat(3)))
    assert not office.takes(old.seal(beat(4)))
    assert key.secret != old.key.secret
    with office.store.read() as connection:
        assert orders.due(connection, ["nord"]) == {}
        assert orders.last(connection, "nord") == [], "no person's order"


def test_a_change_that_is_not_sealed_with_the_sites_key_is_refused(
    office: Office, beat: Callable[..., Beat]
) -> None:
    site = office.enrol(office.code().text)
    assert office.takes(site.seal(beat(1)))
    with office.store.write() as connection:
        orders.want_key_change(connection, "nord", 1.0)
    forged = agreeing.shared_of(bytes(32), agreeing.CHANGE)
    asked = agreeing.Asked(Exchange().public)
    sealed = agreeing.ask(Aead(forged.up), forged, site.key.kid, os.urandom(8), asked)
    assert office.refusal(sealed) == "not-authentic"


def test_revoking_a_site_ends_its_code_too(office: Office, beat: Callable[..., Beat]) -> None:
    text = office.code().text
    site = office.enrol(text)
    with office.store.write() as connection:
        site_keys.revoke(connection, "nord", 1.0)
    assert not office.takes(site.seal(beat(1)))
    assert office.refusal(code_agreement(code.secret_of(text)).asked()) == "unknown-code"


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(sealed: bytes) -> None:
    try:
        agreeing.read(sealed)
    except cose.CoseError:
        return


@given(st.binary(min_size=23, max_size=23), st.data())
def test_a_code_is_read_however_it_is_typed(drawn: bytes, data: st.DataObject) -> None:
    text = code.make(drawn)
    assert len(text) == 29
    typed = text.lower().replace("-", data.draw(st.sampled_from(["", " ", "-", " - "])))
    typed = typed.replace("0", data.draw(st.sampled_from("0oO")))
    typed = typed.replace("1", data.draw(st.sampled_from("1iIlL")))
    assert code.secret_of(typed) == text.replace("-", "")[: code.SIGNS].encode()


@given(st.binary(min_size=23, max_size=23), st.integers(0, 24), st.sampled_from(code.ALPHABET))
def test_a_mistyped_sign_is_noticed_but_for_one_time_in_a_thousand(
    drawn: bytes, at: int, sign: str
) -> None:
    signs = code.make(drawn).replace("-", "")
    typed = signs[:at] + sign + signs[at + 1 :]
    if typed == signs:
        return
    try:
        found = code.secret_of(typed)
    except code.CodeError:
        return
    assert found != signs[: code.SIGNS].encode()


@pytest.mark.parametrize("text", ["", "ABCDE", "U" * 25, "ä" * 25, "1" * 1000])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(code.CodeError):
        code.secret_of(text)
