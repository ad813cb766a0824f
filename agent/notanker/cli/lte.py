"""What LTE has cost and may cost, in words for the terminal."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from notanker.cli.output import language, say, time_of
from notanker.core.budget import Purpose
from notanker.core.names import Uplink
from notanker.core.status import BudgetStatus, RestoringStatus, Status
from notanker.core.wording import BANDS, PURPOSES
from notanker.plan.words import duration_words, in_language

MB: Final = 1e6


def lte_lines(now: Status) -> list[tuple[str, str]]:
    """Return the lines of `notanker status` on LTE data, and on what the failback waits for."""
    lines = []
    if now.budget is not None:
        lines.append((say("LTE-Daten", "LTE data"), budget_words(now.budget)))
    backup = next((item for item in now.uplinks if item.uplink is Uplink.BACKUP), None)
    if backup is not None and (backup.rests or backup.proven is not None):
        text = say("zuletzt bewährt: ", "proven last: ")
        text += time_of(backup.proven) if backup.proven else say("unbekannt", "unknown")
        if backup.rests:
            text += say(", ruht, bis sie gebraucht wird", ", rests until it is needed")
        lines.append(("", text))
    if now.restoring is not None:
        lines.append((say("Rückschaltung", "Failback"), restoring_words(now.restoring)))
    return lines


def budget_words(budget: BudgetStatus) -> str:
    """Return `12.3 of 500 MB since 2026-11-05, plenty (standby 2.1, users 10.2; modem: 12.9)`."""
    lang = language()
    text = f"{budget.used_bytes / MB:.1f}"
    if budget.limit_bytes is not None:
        text += say(" von", " of") + f" {budget.limit_bytes / MB:.0f}"
    text += " MB " + _since(budget.month)
    if budget.limit_bytes is not None:
        text += f", {in_language(BANDS[budget.band], lang)}"
    parts = [
        f"{in_language(PURPOSES[Purpose(item.name)], lang)} {value / MB:.1f}"
        for item in fields(budget.purposes)
        if (value := getattr(budget.purposes, item.name))
    ]
    told = [", ".join(parts)] if parts else []
    if budget.modem_bytes is not None:
        told.append(f"Modem: {budget.modem_bytes / MB:.1f}")
    return f"{text} ({'; '.join(told)})" if told else text


def _since(month: str) -> str:
    if not month:
        return say("(Zeit noch unbekannt)", "(time not yet known)")
    return say(f"seit {month}", f"since {month}")


def restoring_words(state: RestoringStatus) -> str:
    """Return what the failback waits for."""
    lang = language()
    parts = []
    if state.left_s > 0:
        left, wait = (duration_words(s, lang) for s in (state.left_s, state.wait_s))
        parts.append(say(f"noch {left} von {wait}", f"{left} of {wait} left"))
    if not state.transacted:
        parts.append(say("nach einer echten Übertragung", "after a real transaction"))
    if state.opens_in_s > 0:
        opens = duration_words(state.opens_in_s, lang)
        parts.append(say(f"Zeitfenster öffnet in {opens}", f"window opens in {opens}"))
    if state.flaps:
        parts.append(say(f"{state.flaps} mal geflattert", f"flapped {state.flaps} times"))
    used = say("unbekannt", "unknown")
    if state.used_bytes is not None:
        used = f"{state.used_bytes / MB:.1f} MB"
    parts.append(say(f"bisher über LTE: {used}", f"by LTE so far: {used}"))
    return ", ".join(parts)
