"""The one report before a technician leaves the site: everything that must be well, each with its reason."""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from notanker.cli.asking import Asker, NoAnswer
from notanker.cli.modem_words import (
    GRADES,
    SIMS,
    registration_words,
    sim_words,
    strength,
)
from notanker.cli.output import NAME_COLUMNS, say
from notanker.cli.show import STALE_S
from notanker.config.model import Config, PluginConfig
from notanker.core.names import Uplink, Verdict
from notanker.core.status import Status
from notanker.plugin import (
    Message,
    ModemInfo,
    Receipt,
    Registration,
    Signal,
    Sim,
    StoredMessage,
    UplinkState,
)
from notanker.shell import clock

SAMPLES: Final = 5
EACH_S: Final = 1.0
LEAST_GRADE: Final = 2
"""`usable`: what is weaker in fine weather fails in a storm."""
FEW_SLOTS: Final = 10
"""So many SMS in the modem's store are worth a look: nobody has taken them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    well: bool
    text: str

    def line(self) -> str:
        """Return it as one line for the terminal; the mark can be read without colour."""
        mark = say("ok    ", "ok    ") if self.well else say("FEHLER", "WRONG ")
        return f"{mark}  {self.name:<{NAME_COLUMNS}}{self.text}"


def by_hand(number: str, text: str) -> Message:
    """Return a message that no incident sends; its mark, at its end, tells it from all others."""
    serial = int(clock.wall_s()) % 100_000
    mark = f"T-{serial}"
    text = f"{text} {say('Nr', 'No')} {mark}"
    return Message(id=mark, mark=mark, recipient=number, text=text, reference=serial % 256)


async def findings_of(
    config: Config, spec: PluginConfig, who: Asker, number: str | None
) -> list[Finding]:
    """Ask the modem everything, and the agent what it sees of the backup uplink."""
    findings = [await _modem(who)]
    if findings[0].well:
        findings += [
            *await _state(who, config, spec),
            await _signal(who),
            await _store(who),
        ]
        if number is not None:
            findings.append(await _sms(who, config, number))
    return [*findings, *_agent(config)]


async def _told(who: Asker, method: str, argument: object = None) -> tuple[Any, str]:
    try:
        return await who.ask(method, argument), ""
    except NoAnswer as error:
        return None, str(error)


async def _modem(who: Asker) -> Finding:
    info: ModemInfo | None
    info, reason = await _told(who, "info")
    if info is None:
        return Finding("Modem", well=False, text=reason)
    if info.sim in (None, Sim.READY):
        return Finding(
            "Modem", well=True, text=f"{info.manufacturer} {info.model}, {info.firmware}"
        )
    return Finding(say("SIM-Karte", "SIM card"), well=False, text=sim_words(info))


async def _state(who: Asker, config: Config, spec: PluginConfig) -> list[Finding]:
    state: UplinkState | None
    state, reason = await _told(who, "state")
    if state is None:
        return [Finding(say("Zustand", "State"), well=False, text=reason)]
    findings = []
    if state.sim is not None and state.sim is not Sim.READY:
        findings.append(
            Finding(say("SIM-Karte", "SIM card"), well=False, text=say(*SIMS[state.sim]))
        )
    registered = state.registration in (None, Registration.HOME, Registration.ROAMING)
    network = " ".join(filter(None, (state.operator, state.network)))
    words = ", ".join(filter(None, (network, registration_words(state.registration))))
    findings.append(Finding(say("Netz", "Network"), well=registered, text=words or "-"))
    if spec.name == config.backup.modem:
        text = say("steht", "is up") if state.connected else say("steht nicht", "is down")
        resting = config.backup.mode == "cold" and not state.connected
        text += say(", ruht bis zum Ausfall", ", rests until an outage") if resting else ""
        well = bool(state.connected) or resting
        findings.append(Finding(say("Datenverbindung", "Data session"), well=well, text=text))
    return findings


async def _signal(who: Asker) -> Finding:
    """Look several times: the mean of some seconds is what an antenna is judged by."""
    heard: list[float] = []
    latest: Signal | None = None
    reason = ""
    for index in range(SAMPLES):
        await asyncio.sleep(EACH_S if index else 0)
        latest, reason = await _told(who, "signal")
        found = None if latest is None else strength(latest)
        heard += [] if found is None else [found[1]]
    found = None if latest is None else strength(latest)
    if found is None or not heard:
        text = reason or say("kein Empfang", "no signal")
        return Finding(say("Empfang", "Signal"), well=False, text=text)
    name, _, _, grade = found
    mean, spread = statistics.fmean(heard), max(heard) - min(heard)
    text = f"{name} {mean:.0f} dBm (±{spread / 2:.0f}), {say(*GRADES[grade])}"
    return Finding(say("Empfang", "Signal"), well=grade >= LEAST_GRADE, text=text)


async def _store(who: Asker) -> Finding:
    held: tuple[StoredMessage, ...] | None
    held, reason = await _told(who, "messages")
    name = say("SMS-Speicher", "SMS store")
    if held is None:
        return Finding(name, well=False, text=reason)
    inbound = sum(item.box == "in" for item in held)
    text = say(f"{inbound} empfangene liegen dort", f"{inbound} received lie there")
    return Finding(name, well=inbound < FEW_SLOTS, text=text)


async def _sms(who: Asker, config: Config, number: str) -> Finding:
    site = config.site.id
    message = by_hand(number, say(f"Test von notanker, {site}.", f"Test of notanker, {site}."))
    receipt: Receipt | None
    receipt, reason = await _told(who, "send", message)
    name = say("Test-SMS", "Test SMS")
    if receipt is None:
        return Finding(name, well=False, text=reason)
    return Finding(name, well=True, text=f"{message.mark}: {receipt.proof or receipt.reference}")


def _agent(config: Config) -> list[Finding]:
    """Say what the running agent sees of the backup uplink, and whether it reaches the centre."""
    name = say("Standortwächter", "Agent")
    try:
        now = msgspec.json.decode(config.paths.status.read_bytes(), type=Status)
    except (OSError, msgspec.MsgspecError):
        return [Finding(name, well=False, text=say("läuft nicht", "does not run"))]
    if clock.age_s(now.written) > STALE_S:
        return [Finding(name, well=False, text=say("meldet sich nicht", "does not answer"))]
    backup = next((item for item in now.uplinks if item.uplink is Uplink.BACKUP), None)
    proven = backup is not None and (backup.verdict is Verdict.UP or backup.rests)
    text = say("trägt Daten", "carries data")
    if not proven:
        text = say("trägt keine Daten", "carries no data")
    findings = [Finding(say("Ersatzanbindung", "Backup uplink"), well=proven, text=text)]
    if now.heartbeat.enabled:
        well = now.heartbeat.acknowledged is not None and not now.heartbeat.reason
        told = now.heartbeat.reason or say("kommt an", "arrives")
        findings.append(Finding(say("Lebenszeichen", "Heartbeat"), well=well, text=told))
    findings.append(Finding("Plan", well=bool(now.plan.id), text=now.plan.id or "-"))
    return findings
