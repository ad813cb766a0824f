"""`notanker modem`: what a technician asks a modem, and the one report before he leaves the site."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from notanker.cli.asking import Asker, NoAnswer, asker
from notanker.cli.exits import OK, SILENT, UNWELL
from notanker.cli.modem_test import Finding, by_hand, findings_of
from notanker.cli.modem_words import device_words, info_lines, signal_line, state_lines
from notanker.cli.output import (
    NAME_COLUMNS,
    config_option,
    fail,
    json_option,
    print_json,
    read_config,
    say,
)
from notanker.config.model import Config, PluginConfig
from notanker.plugin import ModemInfo, Receipt, Signal, StoredMessage, UplinkState

EACH_S: Final = 1.0
BOXES: Final = {
    "in": ("empfangen", "received"),
    "sent": ("gesendet", "sent"),
    "draft": ("Entwurf", "draft"),
    "report": ("Bericht", "report"),
}

modem_option = click.option(
    "--modem", "name", help="Name of the modem's plugin, if there are several."
)


@click.group()
def modem() -> None:
    """Ask the modem: what it is, what it hears, whether it sends."""


@modem.command("list")
@config_option
@json_option
def list_modems(config_path: Path, as_json: bool) -> None:
    """List the configured modems, and what is plugged in but not configured."""
    config = read_config(config_path)
    rows = asyncio.run(_all_infos(config))
    if as_json:
        print_json([{"name": spec.name, "kind": spec.kind, "info": info} for spec, info in rows])
        return
    for spec, info in rows:
        told = info if isinstance(info, str) else _short(info)
        click.echo(f"{spec.name:<12}{spec.kind:<14}{told or '-'}")
    for port in _ports():
        click.echo(f"{say('Anschluss', 'port'):<12}{port}")


def _short(info: ModemInfo) -> str:
    firmware = info.firmware and f"({info.firmware})"
    return " ".join(filter(None, (device_words(info), firmware)))


async def _all_infos(config: Config) -> list[tuple[PluginConfig, ModemInfo | str]]:
    rows: list[tuple[PluginConfig, ModemInfo | str]] = []
    for spec in modems_of(config):
        async with asker(config, spec) as who:
            try:
                rows.append((spec, await who.ask("info")))
            except NoAnswer as error:
                rows.append((spec, str(error)))
    return rows


def _ports() -> list[Path]:
    """Return the serial ports that are plugged in, by the names that a replug does not change."""
    folder = Path("/dev/serial/by-path")
    return sorted(folder.iterdir()) if folder.is_dir() else []


@modem.command("info")
@modem_option
@config_option
@json_option
def info(config_path: Path, name: str | None, as_json: bool) -> None:
    """Show what the modem is, its SIM card and its data session."""

    async def ask(who: Asker) -> tuple[ModemInfo, UplinkState]:
        return await who.ask("info"), await who.ask("state")

    what, state = _with_modem(config_path, name, ask)
    if as_json:
        print_json({"info": what, "state": state})
        return
    for label, text in info_lines(what) + state_lines(state):
        click.echo(f"{label:<{NAME_COLUMNS}}{text}")


@modem.command("signal")
@modem_option
@click.option("--count", default=0, help="Ask so often; for ever if 0.", show_default=True)
@config_option
@json_option
def signal(config_path: Path, name: str | None, count: int, as_json: bool) -> None:
    """Show what the modem hears, each second, to point an antenna by. Ctrl-C ends it."""

    async def ask(who: Asker) -> None:
        asked = 0
        while not count or asked < count:
            if asked:
                await asyncio.sleep(EACH_S)
            _show_signal(await who.ask("signal"), as_json=as_json)
            asked += 1

    try:
        _with_modem(config_path, name, ask)
    except KeyboardInterrupt:
        click.echo()


def _show_signal(heard: Signal, *, as_json: bool) -> None:
    if as_json:
        print_json(heard)
    elif sys.stdout.isatty():
        click.echo(f"\r\x1b[K{signal_line(heard)}", nl=False)
    else:
        click.echo(signal_line(heard))


@modem.command("ussd")
@click.argument("code")
@modem_option
@config_option
def ussd(config_path: Path, name: str | None, code: str) -> None:
    """Ask the network, such as '*100#' for the balance of a prepaid card."""
    click.echo(_with_modem(config_path, name, lambda who: who.ask("ussd", code)))


@modem.group("sms")
def sms() -> None:
    """Send an SMS by hand, or list those that the modem holds."""


@sms.command("send")
@click.argument("number")
@click.argument("text")
@modem_option
@config_option
def send(config_path: Path, name: str | None, number: str, text: str) -> None:
    """Send TEXT to NUMBER, once, and say what proves that it left."""
    message = by_hand(number, text)
    receipt: Receipt = _with_modem(config_path, name, lambda who: who.ask("send", message))
    click.echo(say("Gesendet. Beleg: ", "Sent. Proof: ") + (receipt.proof or receipt.reference))


@sms.command("list")
@modem_option
@config_option
@json_option
def list_messages(config_path: Path, name: str | None, as_json: bool) -> None:
    """List the SMS that the modem holds in its own store."""
    found: tuple[StoredMessage, ...] = _with_modem(
        config_path, name, lambda who: who.ask("messages")
    )
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(say("Der Speicher ist leer.", "The store is empty."))
    for item in found:
        box = say(*BOXES.get(item.box, (item.box, item.box)))
        click.echo(f"{item.name:<12}{box:<12}{item.other:<18}{item.sent}")
        click.echo(f"    {(item.text or item.pdu)[:72]}")


@modem.command("test")
@click.option("--to", "number", help="Send a test SMS to this number as well.")
@modem_option
@config_option
@json_option
def test(config_path: Path, name: str | None, number: str | None, as_json: bool) -> None:
    """Check all that must be well before one leaves the site. Status 0 only if it is."""
    config = read_config(config_path)
    spec = the_modem(config, name)

    async def ask() -> list[Finding]:
        async with asker(config, spec) as who:
            return await findings_of(config, spec, who, number)

    findings = asyncio.run(ask())
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            click.echo(finding.line())
        bad = sum(not finding.well for finding in findings)
        click.echo(
            say("Alles in Ordnung.", "All is well.")
            if not bad
            else say(f"Nicht in Ordnung: {bad}.", f"Not well: {bad}.")
        )
    raise SystemExit(OK if all(finding.well for finding in findings) else UNWELL)


def modems_of(config: Config) -> list[PluginConfig]:
    """Return the plugins that are modems: those that bear the backup, or send SMS."""
    names = {config.backup.modem, *config.alerts.sms}
    return [spec for spec in config.plugin if spec.name in names]


def the_modem(config: Config, name: str | None) -> PluginConfig:
    """Return the modem that is meant, or end with a sentence: the backup's if none is named."""
    known = modems_of(config)
    wanted = name or config.backup.modem or (known[0].name if known else "")
    for spec in known:
        if spec.name == wanted:
            return spec
    names = ", ".join(spec.name for spec in known) or "-"
    return fail(
        f"Ein Modem „{wanted}“ gibt es hier nicht; es gibt: {names}.",
        f"There is no modem '{wanted}' here; there are: {names}.",
    )


def _with_modem(
    config_path: Path, name: str | None, what: Callable[[Asker], Coroutine[Any, Any, Any]]
) -> Any:
    config = read_config(config_path)
    spec = the_modem(config, name)

    async def run() -> Any:
        async with asker(config, spec) as who:
            return await what(who)

    try:
        return asyncio.run(run())
    except NoAnswer as error:
        _no_answer(spec, error)


def _no_answer(spec: PluginConfig, error: NoAnswer) -> NoReturn:
    if error.unknown:
        fail(
            f"{spec.name}: Das kann schon geschehen sein, aber niemand weiß es: {error}.",
            f"{spec.name}: it may have been done, but nobody knows: {error}.",
            UNWELL,
        )
    fail(f"{spec.name}: keine Antwort: {error}.", f"{spec.name}: no answer: {error}.", SILENT)
