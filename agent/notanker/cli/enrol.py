"""`notanker enrol`: the site gets its key from the centre, by the code that the centre gave out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from notanker.beat import code as codes
from notanker.cli.output import config_option, fail, print_problems, say
from notanker.config.fields import read
from notanker.config.values import is_origin
from notanker.files import replace_file

STATE: Final = Path("/var/lib/notanker")
JOURNAL: Final = "journal.sqlite"
MOST_SIGNS: Final = 100


@dataclass(frozen=True, slots=True)
class _Known:
    """What notanker.toml says already."""

    site: str
    state: Path
    centre: dict[str, Any]


@click.command()
@click.argument("code")
@click.option("--url", help="Where the centre is, as https://centre.example:8443.")
@config_option
def enrol(code: str, url: str | None, config_path: Path) -> None:
    """Enrol this site by the CODE that `notanker central enrol` printed; - reads it from standard input."""
    from notanker.shell import enrolling

    if code == "-":  # a program gives it this way: the list of processes is open to everybody
        code = sys.stdin.readline(MOST_SIGNS).strip()

    secret, known = _secret(code), _known(config_path)
    where = _where(url, known)
    try:
        anew = enrolling.journal_is_new(known.state / JOURNAL)
        key, granted = enrolling.agree(where, secret, anew=anew)
    except enrolling.EnrolError as error:
        _not_enrolled(error.why, error.detail, where.url)
    if known.site and granted.site != known.site:
        fail(
            f"Der Code gehört zu {granted.site}, dieses Gerät ist aber {known.site}: nichts geändert.",
            f"The code is for {granted.site}, but this box is {known.site}: nothing was changed.",
        )
    key_path = Path(known.centre.get("key") or known.state / enrolling.KEY_NAME)
    ca_path = Path(known.centre.get("ca") or known.state / enrolling.CA_NAME)
    try:
        enrolling.keep(key_path, ca_path, known.state, key, granted)
        written = _write_part(
            config_path, known, where.url, key_path, ca_path if granted.ca else None
        )
    except OSError as error:
        fail(
            f"Der Schlüssel ließ sich nicht ablegen ({error}). Der Code gilt noch: mit sudo wiederholen.",
            f"The key could not be put down ({error}). The code is still good: try again with sudo.",
        )
    _tell(granted.site, written, ca_path if granted.ca and not known.centre.get("ca") else None)


def _secret(code: str) -> bytes:
    try:
        return codes.secret_of(code)
    except codes.CodeError as error:
        if error.mistyped:
            fail(
                "Der Code ist vertippt: Die Prüfzeichen am Ende passen nicht.",
                "The code is mistyped: its check signs at the end do not fit.",
            )
        fail(
            "Das ist kein Code: fünf Gruppen zu fünf Zeichen, wie die Zentrale sie ausgibt.",
            "That is no code: five groups of five signs, as the centre prints them.",
        )


def _known(config_path: Path) -> _Known:
    """Read what there is of the configuration; a new box may have none yet."""
    if not config_path.exists():
        return _Known("", STATE, {})
    document, problems = read(config_path)
    if document is None:
        print_problems(problems)
        raise SystemExit(2)
    site, paths, centre = (_table(document.table, name) for name in ("site", "paths", "centre"))
    return _Known(str(site.get("id", "")), Path(str(paths.get("state", STATE))), centre)


def _table(table: Any, name: str) -> dict[str, Any]:
    found = table.get(name, {})
    return found if isinstance(found, dict) else {}


def _where(url: str | None, known: _Known) -> Any:
    from notanker.shell.enrolling import Where

    given = url or str(known.centre.get("url", ""))
    if not is_origin(given):
        fail(
            "Wo ist die Zentrale? Mit --url https://zentrale.example:8443 angeben.",
            "Where is the centre? Give it with --url https://centre.example:8443.",
        )
    addresses = known.centre.get("addresses") or [""]
    same = given == known.centre.get("url")
    return Where(given, str(addresses[0]) if same else "")


def _write_part(config_path: Path, known: _Known, url: str, key: Path, ca: Path | None) -> bool:
    """Add [centre] to the configuration if it has none; return whether it was added."""
    if known.centre or not config_path.exists():
        return False
    part = f'\n[centre]\nurl = "{url}"\nkey = "{key}"\n' + (f'ca = "{ca}"\n' if ca else "")
    text = config_path.read_text(encoding="utf-8").rstrip("\n") + "\n" + part
    mode = config_path.stat().st_mode & 0o777
    replace_file(config_path, text.encode(), sync=True, mode=mode, keep_owner=True)
    return True


def _tell(site: str, written: bool, ca: Path | None) -> None:
    click.echo(say(f"Angemeldet als {site}.", f"Enrolled as {site}."))
    if written:
        click.echo(
            say(
                "[centre] steht jetzt in der Konfiguration: systemctl restart notanker-agent",
                "[centre] is in the configuration now: systemctl restart notanker-agent",
            )
        )
    elif ca is not None:
        click.echo(say(f'Unter [centre] ergänzen: ca = "{ca}"', f'Add under [centre]: ca = "{ca}"'))


def _not_enrolled(why: str, detail: str, url: str) -> NoReturn:
    if why == "unreached":
        fail(
            f"Die Zentrale {url} ist nicht zu erreichen ({detail}). Der Code gilt noch.",
            f"The centre {url} cannot be reached ({detail}). The code is still good.",
        )
    if why == "busy":
        fail(
            "Die Zentrale kann gerade nichts speichern. Gleich noch einmal versuchen.",
            "The centre cannot store anything right now. Try again in a moment.",
        )
    if why == "forged":
        fail(
            f"Was unter {url} antwortet, kennt den Code nicht: Das ist nicht die Zentrale.",
            f"What answers at {url} does not know the code: that is not the centre.",
        )
    fail(
        "Die Zentrale kennt diesen Code nicht: verbraucht, abgelaufen oder durch einen neuen ersetzt. "
        "Dort „notanker central enrol“ wiederholen.",
        "The centre does not know this code: used up, run out, or replaced by a new one. "
        "Run 'notanker central enrol' there again.",
    )
