"""The key of a site's links."""

from __future__ import annotations

import hashlib

from notanker.beat.link_key import key_from, key_of


def test_site_and_centre_come_to_the_same_key() -> None:
    digest = hashlib.sha256(b"k" * 43).hexdigest()
    assert key_from(digest) == key_from(digest.upper()) == key_of("k" * 43)


def test_it_is_no_other_key_and_each_site_s_own() -> None:
    assert len(key_of("k" * 43)) == 32
    assert key_of("k" * 43).hex() != hashlib.sha256(b"k" * 43).hexdigest()
    assert key_of("k" * 43) != key_of("l" * 43)
