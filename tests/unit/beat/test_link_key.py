"""The key of a site's links."""

from __future__ import annotations

from notanker.beat.keys import derive
from notanker.beat.link_key import key_of

SECRET = bytes(range(32))


def test_it_is_no_other_key_and_each_site_s_own() -> None:
    derived = derive(SECRET)
    assert len(key_of(SECRET)) == 32
    assert key_of(SECRET) not in (SECRET, derived.up, derived.down)
    assert key_of(SECRET) != key_of(bytes(32))
