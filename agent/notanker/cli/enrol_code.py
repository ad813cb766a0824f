"""A site's code on the terminal: in words for paper, as a QR code for a phone's camera."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from notanker.cli.output import say


def show_code(url: str, code: str, site: str, svg: BinaryIO | None) -> None:
    """Print what is to be typed at the site."""
    typed = f"notanker enrol {code}" + (f" --url {url}" if url else "")
    click.echo(
        say(
            f"Am Standort {site} eingeben (gilt einmal, eine Stunde lang):\n\n    sudo {typed}\n",
            f"Type this at the site {site} (good once, for an hour):\n\n    sudo {typed}\n",
        )
    )
    if svg is not None or sys.stdout.isatty():
        _picture(typed, svg)


def _picture(typed: str, svg: BinaryIO | None) -> None:
    try:
        import segno
    except ImportError:  # an extra of the portal and the desk: the words above are enough
        return
    picture = segno.make(typed, error="m", micro=False)
    if svg is not None:
        picture.save(svg, kind="svg", scale=4)
    else:
        picture.terminal(compact=True)
