"""What a status report says (3GPP TS 23.040, 9.2.3.15)."""

from __future__ import annotations

import pytest

from notanker.errors import LANGUAGES
from notanker.plugin.sms.status import Fate, fate_of, words_for


@pytest.mark.parametrize(
    ("status", "fate", "words"),
    [
        (0x00, Fate.DELIVERED, "delivered"),
        (0x01, Fate.DELIVERED, "handed on, delivery not confirmed"),
        (0x1F, Fate.DELIVERED, "delivered (0x1F)"),
        (0x20, Fate.PENDING, "still trying: congestion"),
        (0x22, Fate.PENDING, "still trying: no answer from the recipient"),
        (0x30, Fate.PENDING, "still trying (0x30)"),
        (0x43, Fate.FAILED_PERMANENTLY, "failed for good: not obtainable"),
        (0x46, Fate.FAILED_PERMANENTLY, "failed for good: validity period expired"),
        (0x5F, Fate.FAILED_PERMANENTLY, "failed for good (0x5F)"),
        (0x62, Fate.FAILED_TEMPORARILY, "failed, no more tries: no answer from the recipient"),
        (0x7F, Fate.FAILED_TEMPORARILY, "failed, no more tries (0x7F)"),
    ],
)
def test_a_status_has_its_fate_and_its_words(status: int, fate: Fate, words: str) -> None:
    assert fate_of(status) is fate
    assert words_for(status, "en") == words


@pytest.mark.parametrize("status", [0x03, 0x0F, 0x26, 0x2F, 0x4A, 0x66, 0x80, 0xFF])
def test_a_reserved_status_counts_as_service_rejected(status: int) -> None:
    assert fate_of(status) is Fate.FAILED_TEMPORARILY
    assert words_for(status, "de") == "nicht zustellbar, kein weiterer Versuch: Dienst abgelehnt"


def test_only_what_is_still_tried_is_not_final() -> None:
    assert [fate for fate in Fate if not fate.is_final] == [Fate.PENDING]


def test_every_status_has_words_in_both_languages() -> None:
    assert all(words_for(status, language) for status in range(256) for language in LANGUAGES)
