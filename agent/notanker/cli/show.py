"""`notanker status` and `notanker plugins`: what the agent's snapshot says, for people and programs."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import click
import msgspec

from notanker.cli.exits import OK, SILENT, UNWELL
from notanker.cli.lte import lte_lines
from notanker.cli.output import (
    config_option,
    fail,
    json_option,
    language,
    print_json,
    print_rows,
    read_config,
    say,
    time_of,
)
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Stage, Uplink, Verdict
from notanker.core.status import REFRESH_S, DraftStatus, IncidentStatus, Status
from notanker.core.wording import (
    CONFIDENCES,
    OUTCOMES,
    VERDICTS,
    draft_pair,
    evidence_pair,
    sentence_pair,
    verdict_words,
)
from notanker.plan.words import (
    ago_words,
    cause_words,
    duration_words,
    fallback_words,
    in_language,
)
from notanker.shell import clock

STALE_S = 3 * REFRESH_S
DRILL_S = 3600.0
"""So long somebody's wish for a drill makes an outage count as one."""


def read_status(path: Path) -> Status:
    """Read the agent's snapshot, or end with a sentence and status 3."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Status)
    except OSError as error:
        reason = error.strerror or str(error)
    except msgspec.MsgspecError as error:
        reason = str(error)
    return fail(
        f"Vom Standortwächter ist nichts bekannt: {path}: {reason}. Läuft „notanker run“?",
        f"Nothing is known of the agent: {path}: {reason}. Is 'notanker run' running?",
        SILENT,
    )


def fresh_status(path: Path) -> Status | None:
    """Return the agent's snapshot, None if there is none or the agent does not answer."""
    try:
        status = msgspec.json.decode(path.read_bytes(), type=Status)
    except (OSError, msgspec.MsgspecError):
        return None
    return None if clock.age_s(status.written) > STALE_S else status


@click.command()
@config_option
@json_option
def status(config_path: Path, as_json: bool) -> None:
    """Show the line, the incident, and how everything does."""
    now = read_status(read_config(config_path).paths.status)
    stale = clock.age_s(now.written) > STALE_S
    if as_json:
        print_json(now)
    else:
        print_rows(_lines(now, stale=stale))
    raise SystemExit(SILENT if stale else OK if _well(now) else UNWELL)


def _well(now: Status) -> bool:
    return now.line is Line.PRIMARY and now.incident is None


Rows = list[tuple[str, str]]


def _lines(now: Status, *, stale: bool) -> Rows:
    """Return what there is to say, the most important first: who reads it has a small screen and no time."""
    open_now = (*((now.incident,) if now.incident else ()), *now.further)
    return [
        *_head(now, stale=stale),
        *(row for one in open_now for row in _incident_rows(one)),
        *_way_lines(now),
        *([] if open_now else [(say("Störung", "Incident"), say("keine", "none"))]),
        *((say("Befund", "Finding"), finding) for finding in now.findings),
        *(row for one in open_now for row in _told_rows(one)),
        *_system_lines(now),
        *_part_lines(now),
    ]


def _head(now: Status, *, stale: bool) -> Rows:
    ago = ago_words(clock.age_s(now.written), language())
    warning = say("DER AGENT MELDET SICH NICHT", "THE AGENT DOES NOT ANSWER")
    rows = [(say("Achtung", "Attention"), warning)] if stale else []
    fresh = say(f"Stand von {ago}", f"as of {ago}")
    rows.append((say("Standort", "Site"), f"{now.site} ({fresh})"))
    if not now.written.trusted:
        unsure = say("nicht gestellt, alle Zeiten sind Spannen", "not set, all times are spans")
        rows.append((say("Uhr", "Clock"), unsure))
    asked = now.box.drill_asked
    if asked is not None and clock.age_s(asked) < DRILL_S:
        told = say(f"gewünscht {time_of(asked)}", f"asked for {time_of(asked)}")
        rows.append((say("Übung", "Drill"), told))
    return rows


def _way_lines(now: Status) -> Rows:
    """Return where traffic goes, and how both ways do."""
    lang = language()
    since = time_of(now.line_since)
    rows = [(say("Verkehr", "Traffic"), f"{fallback_words(now.line, lang)}, {since}")]
    for uplink in now.uplinks:
        primary = uplink.uplink is Uplink.PRIMARY
        name = say("Hauptleitung", "Primary line") if primary else say("Ersatz", "Backup")
        works = verdict_words(uplink.verdict, degraded=uplink.degraded)
        text = f"{uplink.interface}: {in_language(works, lang)}"
        if uplink.rtt_ms is not None and uplink.verdict is not Verdict.DOWN:
            loss = say("Verlust", "loss")
            text += f", {uplink.rtt_ms:.0f} ms, {uplink.loss_pct or 0:.0f} % {loss}"
        rows.append((name, text))
    return rows + lte_lines(now)


def incident_lines(incident: IncidentStatus) -> Rows:
    """Return one incident: cause, who has it, evidence, who was told."""
    return _incident_rows(incident) + _told_rows(incident)


def _incident_rows(incident: IncidentStatus) -> Rows:
    lang = language()
    cause = cause_words(incident.cause, lang, incident.detail)
    rows = [(say("Störung", "Incident"), f"{incident.number}, {cause}, {time_of(incident.opened)}")]
    rows.append(("", _handled(incident)))
    if incident.cause is not Cause.UNKNOWN:
        since = _since(incident.detail.since) if incident.detail.since else ""
        told = in_language(sentence_pair(incident.cause, incident.detail, since), lang)
        sure = in_language(CONFIDENCES[incident.detail.confidence], lang)
        rows.append((say("Ursache", "Cause"), f"{told} ({sure})"))
        evidence = in_language(evidence_pair(incident.evidence), lang)
        rows += [(say("Beleg", "Evidence"), evidence)] if evidence else []
    return rows


def _since(moment: Moment) -> str:
    """Return what stands after "since": in German a span does, where the clock was not trusted."""
    if moment.trusted:
        return time_of(moment)
    return say(duration_words(clock.age_s(moment), "de", dative=True), time_of(moment))


def _handled(incident: IncidentStatus) -> str:
    """Say whether it is over, and whether somebody has it."""
    if incident.resolved is not None:
        at = time_of(incident.resolved)
        return say(f"behoben, {at}", f"resolved, {at}")
    who, at = incident.acknowledged_by or "-", time_of(incident.acknowledged)
    if incident.acknowledged is None:
        held = say("noch von niemandem übernommen", "nobody has it yet")
    else:
        held = say(f"übernommen von {who}, {at}", f"taken on by {who}, {at}")
    watched = say("geht wieder, wird beobachtet; ", "works again, being watched; ")
    return f"{watched if incident.stage is Stage.RESTORING else ''}{held}"


def _told_rows(incident: IncidentStatus) -> Rows:
    rows = []
    for message in incident.messages:
        outcome = in_language(OUTCOMES[message.outcome], language())
        rows.append((say("Meldung", "Message"), f"{message.mark} {message.contact}: {outcome}"))
    return rows + [_draft_line(draft) for draft in incident.drafts]


def _draft_line(draft: DraftStatus) -> tuple[str, str]:
    """Return how a text for people outside stands; whether it still counts, the agent's status says."""
    what = f"{draft.template} ({in_language(draft_pair(draft.template), language())})"
    by = ", ".join(draft.released_by)
    if draft.drill:
        told = say("Übung", "drill")
    elif draft.missing:
        one = draft.missing == 1
        german = f"wartet auf {draft.missing} Freigabe{'' if one else 'n'}"
        told = say(german, f"waits for {draft.missing} release{'' if one else 's'}")
    else:
        told = say(f"freigegeben von {by}", f"released by {by}")
    return say("Entwurf", "Draft"), f"{what}: {told}"


def _system_lines(now: Status) -> list[tuple[str, str]]:
    lang = language()
    lines: list[tuple[str, str]] = []
    for item in now.systems:
        told = in_language(VERDICTS[item.verdict], lang)
        heard = "" if item.heard is None else f", {time_of(item.heard)}"
        text = f"{in_language(item.name, lang)}: {told}{heard if item.verdict == 'down' else ''}"
        lines.append((say("System", "System"), text))
    return lines


def _part_lines(now: Status) -> list[tuple[str, str]]:
    lines = [
        ("Plugin", f"{p.name} ({p.kind}): {p.health} {p.reason}".rstrip()) for p in now.plugins
    ]
    if now.modem is not None and now.modem.told is not None:
        signal = "" if now.modem.signal_dbm is None else f", {now.modem.signal_dbm:.0f} dBm"
        lines.append(("Modem", f"{now.modem.operator}{signal}"))
    if now.heartbeat.enabled:
        told = time_of(now.heartbeat.acknowledged)
        lines.append((say("Lebenszeichen", "Heartbeat"), f"{told} {now.heartbeat.reason}".rstrip()))
    lines.append(("Plan", f"{now.plan.id or '-'} {now.plan.version}".rstrip()))
    if now.plan.contact is not None:
        heard = time_of(now.plan.contact)
        lines.append(
            ("", say(f"Planverteilung zuletzt {heard}", f"last heard of its source {heard}"))
        )
    return lines


@click.command()
@config_option
@json_option
def plugins(config_path: Path, as_json: bool) -> None:
    """List the plugins that are installed, and how the configured ones do."""
    config = read_config(config_path)
    installed = sorted(entry.name for entry in entry_points(group="notanker.plugins"))
    configured = {plugin.name: plugin.kind for plugin in config.plugin}
    health = {}
    if config.paths.status.exists():
        health = {p.name: p for p in read_status(config.paths.status).plugins}
    if as_json:
        print_json({"installed": installed, "configured": configured, "health": health})
        return
    click.echo(say("installiert: ", "installed: ") + ", ".join(installed))
    for name, kind in configured.items():
        state = f"{health[name].health} {health[name].reason}".rstrip() if name in health else "-"
        click.echo(f"{name:<18}{kind:<18}{state}")
