"""What a page may load and do: its own style and script, and nothing else (Content Security Policy)."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from flask import Response

_HEADER: Final = "content-security-policy"


def policy_of(style: str, script: str = "") -> str:
    """Return the policy of a page that has this style, and this script or none."""
    scripts = f"script-src {_digest(script)}; " if script else ""
    return (
        f"default-src 'none'; style-src {_digest(style)}; {scripts}"
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def dressed(html: str) -> Response:
    """Return a page that brings its own style, with the policy for it."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    return Response(html, headers={_HEADER: policy_of(style)})


def harden(answer: Response, policy: str) -> Response:
    """Give an answer the headers that all have."""
    answer.headers.setdefault(_HEADER, policy)
    answer.headers["x-content-type-options"] = "nosniff"
    # With "no-referrer" a browser would not even tell our own forms from another site's.
    answer.headers["referrer-policy"] = "same-origin"
    answer.headers["cross-origin-opener-policy"] = "same-origin"
    answer.headers["cache-control"] = "no-store"
    return answer


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
