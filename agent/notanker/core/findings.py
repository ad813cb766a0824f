"""What a status gives people to look after: nothing is broken yet, or only a part that nobody misses yet."""

from __future__ import annotations

from collections.abc import Iterator

from notanker.core.budget import Band
from notanker.core.names import Uplink, Verdict
from notanker.core.status import BudgetStatus, Status, SystemStatus
from notanker.core.wording import BANDS, UPLINKS, Pair


def findings(status: Status) -> tuple[Pair, ...]:
    """Return each finding as a sentence, German and English."""
    return (
        *_budget(status.budget),
        *_centre(status),
        *_anchors(status),
        *_systems(status),
        *_outside(status),
    )


def _budget(budget: BudgetStatus | None) -> Iterator[Pair]:
    if budget is None or budget.band is Band.PLENTY:
        return
    used, limit = (f"{size / 1e6:.0f}" for size in (budget.used_bytes, budget.limit_bytes or 0))
    german, english = BANDS[budget.band]
    yield (
        f"LTE-Datenbudget: {used} von {limit} MB, {german}",
        f"LTE data budget: {used} of {limit} MB, {english}",
    )


def _centre(status: Status) -> Iterator[Pair]:
    if status.heartbeat.mute:
        why = f" ({status.heartbeat.reason})" if status.heartbeat.reason else ""
        yield (
            f"Zentrale stumm: seit mehr als 30 Minuten bestätigt sie kein Lebenszeichen{why}",
            f"Centre mute: it has confirmed no heartbeat for more than 30 minutes{why}",
        )


def _anchors(status: Status) -> Iterator[Pair]:
    for item in status.anchors:
        if item.everywhere:
            yield (
                f"Prüfziel {item.anchor} schweigt über beide Leitungen: es ist aus, nicht die Leitung",
                f"Anchor {item.anchor} is silent over both lines: it is dead, not the line",
            )
        else:
            other = Uplink.BACKUP if item.uplink is Uplink.PRIMARY else Uplink.PRIMARY
            here, there = UPLINKS[item.uplink], UPLINKS[other]
            yield (
                f"Prüfziel {item.anchor} schweigt nur über die {here[0]}: sie erreicht nicht alles",
                f"Anchor {item.anchor} is silent over the {here[1]} but not over the {there[1]}",
            )


def _systems(status: Status) -> Iterator[Pair]:
    for item in status.systems:
        if item.heard is None and item.verdict is Verdict.UNKNOWN:
            yield (
                f"{item.name[0]} hat noch nie geantwortet; Adresse in [[watch]] prüfen",
                f"{item.name[1]} has never answered; check its address in [[watch]]",
            )
        if item.days_left is not None and item.days_left < item.warn_days:
            yield _certificate(item, item.days_left)


def _outside(status: Status) -> Iterator[Pair]:
    """Yield what people outside would be told in other words, and what callers hear by mistake."""
    for incident in (*((status.incident,) if status.incident else ()), *status.further):
        for draft in incident.drafts:
            if any(draft.refused):
                yield (
                    f"{draft.template}: der eigene Text ist nicht zu gebrauchen ({draft.refused[0]})",
                    f"{draft.template}: the plan's own text cannot be used ({draft.refused[1]})",
                )
    for one in status.announcements:
        why = f" ({one.reason})" if one.reason else ""
        if not one.sure and (one.reason or not one.on):
            yield (
                f"Störungsansage {one.head_number} ist nicht sicher {'an' if one.on else 'aus'}{why}",
                f"Announcement {one.head_number} is not surely {'on' if one.on else 'off'}{why}",
            )


def _certificate(item: SystemStatus, days: float) -> Pair:
    if days < 0:
        return (
            f"{item.name[0]}: Zertifikat seit {-days:.0f} Tagen abgelaufen",
            f"{item.name[1]}: certificate expired {-days:.0f} days ago",
        )
    return (
        f"{item.name[0]}: Zertifikat läuft in {days:.0f} Tagen ab",
        f"{item.name[1]}: certificate expires in {days:.0f} days",
    )
