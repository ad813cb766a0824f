"""The words for spans of time."""

from __future__ import annotations

import pytest

from notanker.plan.words import ago_words, duration_words


@pytest.mark.parametrize(
    ("seconds", "german", "ago", "english"),
    [
        (-1.0, "0 s", "vor 0 s", "0 s ago"),
        (59.4, "59 s", "vor 59 s", "59 s ago"),
        (720.0, "12 min", "vor 12 min", "12 min ago"),
        (12_480.0, "3 h 28 min", "vor 3 h 28 min", "3 h 28 min ago"),
        (90_000.0, "1 Tag 1 h", "vor 1 Tag 1 h", "1 day 1 h ago"),
        (187_200.0, "2 Tage 4 h", "vor 2 Tagen 4 h", "2 days 4 h ago"),
    ],
)
def test_a_span_is_told_as_people_say_it(
    seconds: float, german: str, ago: str, english: str
) -> None:
    assert duration_words(seconds, "de") == german
    assert ago_words(seconds, "de") == ago
    assert ago_words(seconds, "en") == english
