"""What these pages have in common: one file of style in each, and nothing from anywhere else."""

from __future__ import annotations

from importlib import resources

from flask import Request

from notanker.errors import LANGUAGES, Language


def style_of(name: str) -> str:
    """Return a file of styles from the templates."""
    return (
        resources.files("notanker_central.public").joinpath(f"templates/{name}").read_text("utf-8")
    )


def language_of(asked: Request, usual: Language) -> Language:
    """Return the reader's language: the first of ours that the browser names, whatever country it adds."""
    for tag, quality in asked.accept_languages:
        primary = tag.partition("-")[0].lower()
        found = next((language for language in LANGUAGES if language == primary), None)
        if found is not None and quality > 0:
            return found
    return usual
