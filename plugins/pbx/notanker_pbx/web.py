"""Reaches a telephone system by HTTP."""

from __future__ import annotations

from notanker.plugin import Order, SecretFile
from notanker.plugin.web import Ask, Reply, exchange, refuse
from notanker_pbx.config import PbxConfig


def order(config: PbxConfig, order: Order) -> str:
    """Give one order; return what says that it was taken.

    Raises:
        Retry: it surely was not.
        Permanent: it surely was not, and never will be.
        Unknown: it may have been.
    """
    what, body = config.order(order)
    return f"status {_said(config, what, body).status}"


def ask(config: PbxConfig) -> str:
    """Return what the system says of its state.

    Raises:
        Retry: it cannot be asked now.
        Permanent: it refuses to say.
        Unknown: no answer came.
    """
    return _said(config, config.ask, "").body.decode("utf-8", "replace")


def _said(config: PbxConfig, what: str, body: str) -> Reply:
    method, _, url = what.partition(" ")
    headers = {"Accept": "*/*", "User-Agent": "notanker"}
    if body:
        headers["Content-Type"] = config.content_type
    if config.secret is not None:
        name, value = _secret(config.secret, config.log_in)
        headers[name] = value
    reply = exchange(
        Ask(
            method,
            url,
            body.encode(),
            headers,
            config.ca,
            config.connect_timeout_s,
            config.answer_timeout_s,
        )
    )
    if not reply.well or reply.page:
        raise refuse(reply)
    return reply


def _secret(secret: SecretFile, kind: str) -> tuple[str, str]:
    value = secret.read()
    if kind == "bearer":
        return "Authorization", f"Bearer {value}"
    if kind == "basic":
        import base64

        return "Authorization", f"Basic {base64.b64encode(value.encode()).decode()}"
    return kind, value
