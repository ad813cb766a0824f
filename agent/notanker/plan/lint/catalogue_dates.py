"""The sentences on what is too old, too far ahead or overdue."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "review-overdue": Entry(
            "warning",
            (
                "Die Prüfung des Plans war bis {day} fällig.",
                "Prüfen, reviewed_on und review_by neu setzen.",
            ),
            (
                "The plan's review was due by {day}.",
                "Review it, set reviewed_on and review_by anew.",
            ),
        ),
        "review-far": Entry(
            "warning",
            (
                "Die nächste Prüfung ist erst in {days} Tagen.",
                "review_by auf höchstens 366 Tage setzen.",
            ),
            ("The next review is only in {days} days.", "Set review_by to at most 366 days."),
        ),
        "date-ahead": Entry(
            "warning",
            ("Das Datum {day} liegt in der Zukunft.", "Berichtigen."),
            ("The date {day} is in the future.", "Correct it."),
        ),
        "verified-long-ago": Entry(
            "warning",
            (
                "„{name}“ wurde vor {days} Tagen zuletzt angerufen.",
                "Anrufen und verified_on neu setzen.",
            ),
            ("'{name}' was last called {days} days ago.", "Call and set verified_on anew."),
        ),
        "tested-long-ago": Entry(
            "warning",
            (
                "Das wurde vor {days} Tagen zuletzt erprobt, erlaubt sind {limit}.",
                "Erproben und das Datum neu setzen.",
            ),
            (
                "This was last tried {days} days ago, {limit} are allowed.",
                "Try it and set the date anew.",
            ),
        ),
        "never-drilled": Entry(
            "warning",
            ("Dieses Szenario wurde nie geübt.", "Üben und drilled_on setzen."),
            ("This scenario has never been drilled.", "Drill it and set drilled_on."),
        ),
        "drill-overdue": Entry(
            "warning",
            (
                "Die Übung „{title}“ war am {day} geplant, ein Ergebnis fehlt.",
                "Nachholen, oder ein neues Datum setzen.",
            ),
            (
                "The drill '{title}' was planned for {day}, there is no result.",
                "Do it, or set a new date.",
            ),
        ),
        "action-overdue": Entry(
            "warning",
            (
                "„{what}“ war bis {day} zu tun.",
                "Erledigen und done_on setzen, oder due verschieben.",
            ),
            ("'{what}' was to be done by {day}.", "Do it and set done_on, or move due."),
        ),
        "risk-expired": Entry(
            "warning",
            (
                "Das Risiko „{title}“ war bis {day} angenommen.",
                "Beheben, oder neu entscheiden und expires setzen.",
            ),
            (
                "The risk '{title}' was accepted until {day}.",
                "Mend it, or decide anew and set expires.",
            ),
        ),
        "risk-expires-soon": Entry(
            "warning",
            (
                "Das Risiko „{title}“ ist nur noch bis {day} angenommen.",
                "Jetzt beheben oder neu entscheiden.",
            ),
            ("The risk '{title}' is accepted until {day} only.", "Mend it now, or decide anew."),
        ),
        "risk-too-long": Entry(
            "warning",
            (
                "Das Risiko ist für {days} Tage angenommen, erlaubt sind {limit}.",
                "expires früher setzen.",
            ),
            (
                "The risk is accepted for {days} days, {limit} are allowed.",
                "Set expires to an earlier day.",
            ),
        ),
    }
)
