"""`notanker plan poster`: the sheet on the wall that leads to the portal, and the card for the wallet."""

from __future__ import annotations

import base64
import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from notanker.cli.exits import WRONG
from notanker.cli.output import fail, print_problems, say_aloud
from notanker.errors import errors_of
from notanker.shell import clock

if TYPE_CHECKING:
    from notanker.plan.model import Plan
    from notanker.plan.poster.poster import Facts
    from notanker.plan.values import Tongue

FILE: Final = click.Path(path_type=Path)
_KEY: Final = re.compile(r"[ -~]{8,63}")
"""A WPA passphrase (IEEE 802.11, J.4.1)."""
MAX_SSID_BYTES: Final = 32
MAX_KEY_BYTES: Final = 200
_URL: Final = re.compile(r"http://[0-9.]{7,15}(?::[0-9]{1,5})?/")


@click.command()
@click.argument("folder", type=FILE)
@click.option("--lang", default="de,en", show_default=True, help="The first one is the large one.")
@click.option("--ssid", default="NOTFALL", show_default=True, help="The name of the Wi-Fi.")
@click.option("--key-file", type=FILE, help="File with the Wi-Fi's key; without it, an open one.")
@click.option("--url", default="http://10.42.0.1/", show_default=True, help="The portal's address.")
@click.option("--card", is_flag=True, help="The card for the wallet instead of the poster.")
@click.option("-o", "--output", type=FILE, required=True, help="A file ending in .svg or .pdf.")
def poster(folder: Path, output: Path, card: bool, **wanted: Any) -> None:
    """Draw the poster for the plan in FOLDER: two codes for cameras, and five steps in pictures."""
    from notanker.plan.load import load
    from notanker.plan.poster import poster as drawing

    if output.suffix not in (".svg", ".pdf"):
        fail(
            f"{output}: die Endung muss .svg oder .pdf sein.",
            f"{output}: it must end in .svg or .pdf.",
        )
    plan, problems = load(folder)
    if plan is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    facts = _facts(plan, **wanted)
    drawn = drawing.card(facts) if card else drawing.poster(facts)
    width, height = (2 * drawing.CARD[0], drawing.CARD[1]) if card else drawing.A4
    content = drawn.encode() if output.suffix == ".svg" else _pdf(drawn, width, height)
    try:
        output.write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{output}: {reason}.", f"{output}: {reason}.")
    say_aloud(f"Geschrieben: {output}", f"Written: {output}")


def _facts(plan: Plan, lang: str, ssid: str, key_file: Path | None, url: str) -> Facts:
    from notanker.plan.poster import words
    from notanker.plan.poster.poster import Facts, owner_of

    languages: tuple[Tongue, ...] = tuple("en" if one == "en" else "de" for one in lang.split(","))
    if not set(lang.split(",")) <= {"de", "en"}:
        fail(f"--lang {lang}: de, en oder beide.", f"--lang {lang}: de, en or both.")
    if not 0 < len(ssid.encode()) <= MAX_SSID_BYTES:
        fail("--ssid: 1 bis 32 Bytes.", "--ssid: 1 to 32 bytes.")
    if not _URL.fullmatch(url):
        fail(
            f"--url {url}: eine Adresse mit Zahlen wie http://10.42.0.1/, denn Namen löst nicht jedes"
            " Handy auf.",
            f"--url {url}: an address in figures such as http://10.42.0.1/, for not every phone"
            " resolves names.",
        )
    key = _key(key_file)
    bridge = plan.escalation.bridge
    return Facts(
        ssid=ssid,
        key=key,
        url=url,
        wifi_code=_code(_wifi(ssid, key)),
        url_code=_code(url),
        place=f"{plan.head.organisation}, {plan.head.site}",
        owner=owner_of(plan, languages[0]),
        version=plan.head.version,
        made=dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC).date(),
        languages=languages[:2],
        numbers=((words.BRIDGE, bridge.phone),) if bridge else (),
    )


def _key(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with file.open("rb") as stream:
            key = stream.read(MAX_KEY_BYTES).decode("utf-8", "replace").strip("\r\n")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"{file}: {reason}.", f"{file}: {reason}.")
    if not _KEY.fullmatch(key):
        fail(
            f"{file}: kein WLAN-Schlüssel; 8 bis 63 Zeichen ohne Umlaute in einer Zeile.",
            f"{file}: no Wi-Fi key; 8 to 63 plain characters in one line.",
        )
    return key


def _wifi(ssid: str, key: str) -> str:
    """Return what a camera joins a Wi-Fi by (the ZXing form, which Android and iOS read)."""
    name, secret = (re.sub(r'([\\;,":])', r"\\\1", one) for one in (ssid, key))
    return f"WIFI:T:WPA;S:{name};P:{secret};;" if key else f"WIFI:T:nopass;S:{name};;"


def _code(text: str) -> tuple[bytes, ...]:
    try:
        import segno
    except ImportError:
        _missing("segno")
    return tuple(bytes(row) for row in segno.make(text, error="m", micro=False).matrix)


def _pdf(drawn: str, width: float, height: float) -> bytes:
    from notanker.plan.paper import NoPaperError, weasyprint

    try:
        library = weasyprint()
    except NoPaperError:
        _missing("weasyprint")
    image = base64.b64encode(drawn.encode()).decode()
    style = f"@page{{size:{width}mm {height}mm;margin:0}}body{{margin:0}}img{{display:block;width:100%}}"
    page = f'<style>{style}</style><img alt="" src="data:image/svg+xml;base64,{image}">'
    return bytes(library.HTML(string=page).write_pdf())


def _missing(package: str) -> None:
    fail(
        f"{package} fehlt. Das Poster wird am Schreibtisch gemacht: pip install 'notanker[desk]'.",
        f"{package} is missing. The poster is made at a desk: pip install 'notanker[desk]'.",
    )
