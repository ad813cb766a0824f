"""`notanker status` and `notanker plugins`: what the agent's snapshot says, for people and programs."""

from __future__ import annotations

import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import click
import msgspec

from notanker.cli.exits import OK, SILENT, UNWELL
from notanker.cli.lte import lte_lines
from notanker.cli.output import (
    NAME_COLUMNS,
    config_option,
    fail,
    json_option,
    language,
    print_json,
    read_config,
    say,
    time_of,
)
from notanker.core.names import Cause, Line
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
    cause_words,
    duration_words,
    fallback_words,
    in_language,
)
from notanker.shell import clock

STALE_S = 3 * REFRESH_S


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
        for name, text in _lines(now, stale=stale):
            click.echo(f"{name:<{NAME_COLUMNS}}{text}")
    raise SystemExit(SILENT if stale else OK if _well(now) else UNWELL)


def _well(now: Status) -> bool:
    return now.line is Line.PRIMARY and now.incident is None


def _lines(now: Status, *, stale: bool) -> list[tuple[str, str]]:
    lang = language()
    age = duration_words(clock.age_s(now.written), lang)
    fresh = say(f"Stand von vor {age}", f"as of {age} ago")
    warning = say(" - DER AGENT MELDET SICH NICHT", " - THE AGENT DOES NOT ANSWER")
    lines = [
        (say("Standort", "Site"), f"{now.site} ({fresh}{warning if stale else ''})"),
        (say("Verkehr", "Traffic"), f"{fallback_words(now.line, lang)}, {time_of(now.line_since)}"),
    ]
    for uplink in now.uplinks:
        name = (
            say("Hauptleitung", "Primary line")
            if uplink.uplink == "primary"
            else say("Ersatz", "Backup")
        )
        works = verdict_words(uplink.verdict, degraded=uplink.degraded)
        text = f"{uplink.interface}: {in_language(works, lang)}"
        if uplink.rtt_ms is not None:
            text += (
                f", {uplink.rtt_ms:.0f} ms, {uplink.loss_pct or 0:.0f} % {say('Verlust', 'loss')}"
            )
        lines.append((name, text))
    return lines + lte_lines(now) + _incident_lines(now) + _system_lines(now) + _part_lines(now)


def _incident_lines(now: Status) -> list[tuple[str, str]]:
    if now.incident is None:
        return [(say("Störung", "Incident"), say("keine", "none"))]
    lines: list[tuple[str, str]] = []
    for incident in (now.incident, *now.further):
        lines += incident_lines(incident)
    return lines


def incident_lines(incident: IncidentStatus) -> list[tuple[str, str]]:
    """Return one incident, line by line: cause, evidence, who was told."""
    lang = language()
    cause = cause_words(incident.cause, lang, incident.detail)
    lines = [
        (say("Störung", "Incident"), f"{incident.number}, {cause}, {time_of(incident.opened)}")
    ]
    if incident.cause is not Cause.UNKNOWN:
        since = time_of(incident.detail.since) if incident.detail.since else ""
        told = in_language(sentence_pair(incident.cause, incident.detail, since), lang)
        sure = in_language(CONFIDENCES[incident.detail.confidence], lang)
        evidence = in_language(evidence_pair(incident.evidence), lang)
        lines += _wrapped(say("Ursache", "Cause"), f"{told} ({sure})")
        lines += _wrapped(say("Beleg", "Evidence"), evidence)
    for message in incident.messages:
        outcome = in_language(OUTCOMES[message.outcome], lang)
        lines.append(("", f"{message.mark} {message.contact}: {outcome}"))
    return lines + [_draft_line(draft) for draft in incident.drafts]


def _draft_line(draft: DraftStatus) -> tuple[str, str]:
    """Return how a text for people outside stands; whether it still counts, the agent's status says."""
    what = f"{draft.template} ({in_language(draft_pair(draft.template), language())})"
    by = ", ".join(draft.released_by)
    if draft.drill:
        told = say("Übung", "drill")
    elif draft.missing:
        told = say(f"Entwurf, es fehlen {draft.missing}", f"draft, {draft.missing} missing")
    else:
        told = say(f"freigegeben von {by}", f"released by {by}")
    return say("Entwurf", "Draft"), f"{what}: {told}"


def _wrapped(name: str, text: str) -> list[tuple[str, str]]:
    """Break a long text for a terminal of 80 columns."""
    rows = textwrap.wrap(text, 80 - NAME_COLUMNS) or [""]
    return [(name if number == 0 else "", row) for number, row in enumerate(rows)]


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
    for finding in now.findings:
        lines += _wrapped(say("Befund", "Finding"), finding)
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
