"""`notanker panel`: the panel on the box, drawn in the terminal, without colour."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import click

from notanker.cli.exits import OK, SILENT, UNWELL
from notanker.cli.output import config_option, json_option, language, print_json, read_config, say
from notanker.cli.panel_words import LAMP_NAMES, RHYTHM_NAMES, TONE_NAMES, meaning
from notanker.cli.show import fresh_status
from notanker.config.model import Config
from notanker.core import panel as panels
from notanker.core.calendar import window_of
from notanker.core.names import Line
from notanker.core.panel import Hours
from notanker.core.status import Status
from notanker.lamps import LAMPS, RHYTHMS, PanelPicture, playing
from notanker.plan.words import ago_words, cause_words, in_language
from notanker.shell import clock
from notanker.shell.clock import Clock
from notanker.shell.settings import zone_of

CELLS: Final = 12
CELL_S: Final = 0.25
"""A strip of three seconds: the longest rhythm."""
TICK_S: Final = 0.1
READ_S: Final = 1.0
CLEAR: Final = "\x1b[H\x1b[2J"


@click.command()
@config_option
@json_option
@click.option("--watch", is_flag=True, help="Go on and flash, until Ctrl-C.")
def panel(config_path: Path, as_json: bool, watch: bool) -> None:
    """Show the lamps and the buzzer of the panel on the box."""
    config = read_config(config_path)
    status = fresh_status(config.paths.status)
    if as_json:
        print_json(_picture(config, status))
    elif watch and sys.stdout.isatty():
        _watch(config)
    else:
        click.echo("\n".join(lines(status, _picture(config, status))))
    raise SystemExit(_exit(status))


def lines(status: Status | None, picture: PanelPicture, at_s: float | None = None) -> list[str]:
    """Return the panel as lines of at most 80 columns.

    Args:
        status: What the agent knows, None if it does not answer.
        picture: What the panel shows.
        at_s: A moment of its rhythms, for who watches; None shows the rhythms as strips alone.
    """
    lang = language()
    rows = [_title(status), ""]
    for lamp in LAMPS:
        rhythm = getattr(picture, lamp)
        lit = "" if at_s is None else ("(#) " if playing(RHYTHMS[rhythm], at_s)[0] else "( ) ")
        name, word = in_language(LAMP_NAMES[lamp], lang), in_language(RHYTHM_NAMES[rhythm], lang)
        said = in_language(meaning(lamp, rhythm), lang)
        rows.append(f"{lit}{name:<13}{strip(picture, lamp)} {word:<15}{said}"[:80].rstrip())
    rows += ["", f"{say('Summer', 'Buzzer'):<13}{in_language(TONE_NAMES[picture.buzzer], lang)}"]
    if picture.offer:
        number, template, *_ = picture.offer.split()
        text = say(f"{template} der Störung {number}", f"{template} of incident {number}")
        rows.append(f"{say('Taste', 'Button'):<13}{text}"[:80])
    if status is not None and status.incident is not None:
        one = status.incident
        cause = cause_words(one.cause, lang, one.detail)
        rows.append(f"{say('Störung', 'Incident'):<13}{one.number}, {cause}"[:80])
    return rows


def strip(picture: PanelPicture, lamp: str) -> str:
    """Return three seconds of a lamp as characters: `#` on, `.` off."""
    steps = RHYTHMS[getattr(picture, lamp)]
    # Looked at just after a cell's beginning: the shortest flash is shorter than a cell.
    return "".join("#" if playing(steps, n * CELL_S + 0.01)[0] else "." for n in range(CELLS))


def _title(status: Status | None) -> str:
    if status is None:
        return say(
            "Der Agent meldet sich nicht: das Panel ist dunkel. Läuft „notanker run“?",
            "The agent does not answer: the panel is dark. Is 'notanker run' running?",
        )
    ago = ago_words(clock.age_s(status.written), language())
    return say(f"Panel {status.site}, Stand von {ago}", f"Panel {status.site}, {ago}")


def _picture(config: Config, status: Status | None) -> PanelPicture:
    if status is None:
        return PanelPicture()
    now, wanted = Clock().now(), config.panel
    hours = Hours(
        window_of(wanted.quiet_hours) if wanted else None,
        wanted.loud_in_incidents if wanted else False,
        clock.offset_s(now, zone_of(config.site.time_zone)),
    )
    return panels.picture(status, now, hours)


def _watch(config: Config) -> None:
    """Draw again and again; the status is read each second, or the flashing would wear out the box."""
    read_s, status, picture = 0.0, None, PanelPicture()
    try:
        while True:
            now_s = time.monotonic()
            if now_s >= read_s + READ_S:
                read_s, status = now_s, fresh_status(config.paths.status)
                picture = _picture(config, status)
            click.echo(CLEAR + "\n".join(lines(status, picture, now_s)))
            time.sleep(TICK_S)
    except KeyboardInterrupt:
        raise SystemExit(_exit(status)) from None


def _exit(status: Status | None) -> int:
    if status is None:
        return SILENT
    return OK if status.line is Line.PRIMARY and status.incident is None else UNWELL
