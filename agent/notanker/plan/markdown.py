"""Turns the plan's Markdown into HTML: no raw HTML, no pictures from outside, steps as checkboxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notanker.plan.checklist import STEP, Note, note_of
from notanker.plan.model import dialled

Notes = Callable[[Note], str]
"""Makes the HTML of a step's note."""

_NUMBER: Final = re.compile(r"(?<![\w+])\+[1-9](?:[ ]?\d){6,14}(?!\w)")
_BLANK: Final = re.compile(r"_{3,}")
"""What is left for a pen: in a form, a row of underscores."""
_PAGE: Final = re.compile(
    r"(?:\.\./|\./)*(?:(scenarios|measures|forms|pages)/)?([A-Za-z0-9._-]+\.md)(#[\w-]+)?"
)


class Renderer:
    """Renders bodies of one plan in one language.

    Args:
        note: Makes the HTML of a step's note.
        links: Where each text file of the plan is shown, by `folder/name.md`.
    """

    def __init__(self, note: Notes, links: Mapping[str, str]) -> None:
        self._links = links
        self._note = note
        parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
        parser.core.ruler.before("inline", "steps", self._steps)
        parser.add_render_rule("step_open", _step_open)
        parser.add_render_rule("step_close", _step_close)
        parser.add_render_rule("text", _text)
        parser.add_render_rule("image", _image)
        parser.add_render_rule("table_open", _table_open)
        parser.add_render_rule("table_close", _table_close)
        parser.core.ruler.push("links", self._links_and_headings)
        parser.core.ruler.push("empty heads", _no_empty_heads)
        self._parser = parser
        self._folder, self._level, self._anchor = "", 1, ""

    def html(self, body: str, folder: str, level: int = 1, anchor: str = "") -> str:
        """Render the body of a file of that folder, below a title of that level.

        With an `anchor` its sections can be jumped to: `<anchor>1` is the first.
        """
        self._folder, self._level, self._anchor = folder, level, anchor
        try:
            return str(self._parser.render(body))
        except RecursionError:  # a text nested without end is shown as it is written
            return f"<pre>{escape(body)}</pre>\n"

    def _steps(self, state: StateCore) -> None:
        """Turn `- [ ] {…} text` into a step: a label with its box, note and text."""
        tokens = state.tokens
        for number, token in enumerate(tokens):
            if token.type != "inline" or number < 2 or tokens[number - 2].type != "list_item_open":
                continue
            found = STEP.match(token.content)
            if found is None:
                continue
            note = note_of(found[1]) if found[1] else None
            rest = token.content[found.end() :]
            token.content = rest if note or not found[1] else f"{found[1]} {rest}"
            tokens[number - 2].attrSet("class", "step")
            tokens[number - 1] = Token("step_open", "", 1, content=self._note(note) if note else "")
            tokens[number + 1] = Token("step_close", "", -1)

    def _links_and_headings(self, state: StateCore) -> None:
        sections = 0
        for token in state.tokens:
            if token.type == "heading_open" and token.tag == "h2" and self._anchor:
                sections += 1
                token.attrSet("id", f"{self._anchor}{sections}")
            if token.type in ("heading_open", "heading_close"):
                # The first level is the page's own title; a text's `##` comes next below it.
                token.tag = f"h{min(6, max(2, int(token.tag[1])) + self._level - 1)}"
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrSet("href", self._href(str(child.attrGet("href") or "")))

    def _href(self, href: str) -> str:
        found = _PAGE.fullmatch(href)
        if found is None:
            return href
        name = f"{found[1] or self._folder}/{found[2]}"
        return self._links.get(name, href) + (found[3] or "")


Env = MutableMapping[str, Any]
Tokens = Sequence[Token]


def _no_empty_heads(state: StateCore) -> None:
    """Make a table's empty heads plain cells: read aloud, a head without words is a riddle."""
    tokens = state.tokens
    for token, inside, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.type == "th_open" and inside.type == "inline" and not inside.content.strip():
            token.tag = after.tag = "td"


def _step_open(_: RendererProtocol, tokens: Tokens, at: int, __: OptionsDict, ___: Env) -> str:
    return f'<label><input type="checkbox"><span>{tokens[at].content}'


def _step_close(_: RendererProtocol, __: Tokens, ___: int, ____: OptionsDict, _____: Env) -> str:
    return "</span></label>"


def _text(_: RendererProtocol, tokens: Tokens, at: int, __: OptionsDict, ___: Env) -> str:
    """Show a number that can be dialled as a link, outside of links."""
    content = escape(tokens[at].content)
    if at and any(token.type == "link_open" for token in tokens[max(0, at - 1) : at]):
        return content
    content = _BLANK.sub('<span class="blank"></span>', content)
    return _NUMBER.sub(lambda found: tel(found[0]), content)


def tel(number: str) -> str:
    """Return the link that dials the number."""
    return f'<a class="tel" href="tel:{dialled(number)}">{escape(number)}</a>'


def _image(_: RendererProtocol, tokens: Tokens, at: int, __: OptionsDict, ___: Env) -> str:
    return f'<em class="image">{escape(tokens[at].content)}</em>'


def _table_open(_: RendererProtocol, __: Tokens, ___: int, ____: OptionsDict, _____: Env) -> str:
    return '<div class="wide" tabindex="0" role="group">\n<table>\n'


def _table_close(_: RendererProtocol, __: Tokens, ___: int, ____: OptionsDict, _____: Env) -> str:
    return "</table>\n</div>\n"
