"""An alarm after an all-clear that did not hold says so, in both languages, within one SMS."""

from __future__ import annotations

import pytest

from notanker.core.facts import Opened, PrimaryBack, Queued, Reopened, Resolved
from notanker.core.incident import Incident, fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line
from notanker.plugin.sms.text import segments
from notanker.shell.logs import QUIET
from notanker.shell.texts import Context, text_of


def at(seconds: float) -> Moment:
    return Moment(seconds, 1_790_000_000.0 + seconds, trusted=True, boot="b1")


def again(system: str = "") -> Incident:
    opened = Opened(at(0), 17, Cause.PROVIDER, "", Line.BACKUP, system=system)
    back = (PrimaryBack(at(600), 17), Resolved(at(660), 17))
    reopened = Reopened(at(900), 17, Cause.PROVIDER, "", Line.BACKUP)
    (one,) = fold([opened, *back, reopened]).open
    return one


def queued(template: str, language: str, seconds: float = 905) -> Queued:
    return Queued(at(seconds), 17, "17-3", template, "mara", "Mara", "+493023125110", language)


@pytest.mark.parametrize(
    ("template", "system", "language", "words"),
    [
        ("T1", "", "de", "Hauptleitung wieder aus seit 16:28, 2. Ausfall"),
        ("T1-isolated", "", "de", "Hauptleitung wieder aus seit 16:28, 2. Ausfall"),
        ("T1", "", "en", "main line down again since 16:28, outage 2"),
        ("T1-system", "pbx", "de", "antwortet wieder nicht seit 16:28, 2. Ausfall"),
        ("T1-system", "pbx", "en", "does not answer again since 16:28, outage 2"),
    ],
)
def test_the_alarm_says_again_and_counts(
    template: str, system: str, language: str, words: str
) -> None:
    text = text_of(queued(template, language), again(system), Context(None, "musterhafen"), QUIET)
    assert words in text
    assert segments(text) == 1


def test_the_all_clear_leaves_out_the_calm_between() -> None:
    (one,) = fold([*again().facts, PrimaryBack(at(1200), 17)]).open
    text = text_of(queued("T12", "de", 1300), one, Context(None, "musterhafen"), QUIET)
    assert "Ausfall 15 min" in text
