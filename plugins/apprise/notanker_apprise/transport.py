"""Watches what apprise's services do on the wire, below the library: HTTP by requests, mail by smtplib."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

import requests

from notanker_apprise.verdict import Seen


def watch(saw: Callable[[Seen], None]) -> None:
    """Have everything told that requests and smtplib do from now on in this process."""
    _watch_http(saw)
    _watch_mail(saw)


def _watch_http(saw: Callable[[Seen], None]) -> None:
    send = requests.Session.send

    def watched(self: requests.Session, request: Any, **options: Any) -> requests.Response:
        try:
            response = send(self, request, **options)
        except requests.RequestException as error:
            saw(of_http_error(error))
            raise
        saw(Seen("answer", response.status_code, after_s=_wait(response)))
        return response

    requests.Session.send = watched  # type: ignore[method-assign]


def of_http_error(error: requests.RequestException) -> Seen:
    """Return whether the request can have been read by anybody."""
    never = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ProxyError,
        requests.exceptions.SSLError,
        requests.exceptions.InvalidURL,
    )
    name = type(error).__name__
    refused = type(error) is requests.ConnectionError and _unconnected(error)
    return Seen("connect" if refused or isinstance(error, never) else "exchange", reason=name)


def _unconnected(error: requests.RequestException) -> bool:
    """Say whether the connection was never there (urllib3 says why in its text alone)."""
    text = repr(error)
    return any(
        name in text
        for name in ("NewConnectionError", "NameResolutionError", "Name or service", "unreachable")
    )


def _wait(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _watch_mail(saw: Callable[[Seen], None]) -> None:
    for name in ("connect", "login", "sendmail"):
        setattr(smtplib.SMTP, name, _watched(getattr(smtplib.SMTP, name), saw, name))


def _watched(
    method: Callable[..., Any], saw: Callable[[Seen], None], name: str
) -> Callable[..., Any]:
    def watched(*arguments: Any, **options: Any) -> Any:
        try:
            result = method(*arguments, **options)
        except (smtplib.SMTPException, OSError) as error:
            saw(of_mail_error(error, name))
            raise
        if name == "sendmail":
            saw(Seen("answer", 250))
        return result

    return watched


def of_mail_error(error: Exception, during: str) -> Seen:
    """Return how far the mail got: only what breaks off while it is handed over leaves doubt."""
    name = f"SMTP {type(error).__name__}"
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code = max(int(code) for code, _ in error.recipients.values())
        return Seen("answer", code, name)
    if isinstance(error, smtplib.SMTPResponseException):
        return Seen("answer", int(error.smtp_code), name)
    return Seen("exchange" if during == "sendmail" else "connect", reason=name)
