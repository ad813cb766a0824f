"""A webhook: the picture as JSON on every change, signed by HMAC-SHA256."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import msgspec

from notanker_central.alarm.channels import post, signed
from notanker_central.push.picture import Picture
from notanker_central.push.settings import Push


class WebhookSender:
    """Posts pictures."""

    wants_changes = True

    def __init__(
        self, settings: Push, wall_s: Callable[[], float], tls: ssl.SSLContext | None = None
    ) -> None:
        self._url = settings.url
        self._secret = settings.secret
        self._wall_s = wall_s
        self._tls = tls

    def send(self, told: Picture) -> None:
        """Post the picture.

        Raises:
            ChannelError: nobody took it.
        """
        body = msgspec.json.encode({"kind": "fleet", **msgspec.to_builtins(told)})
        post(self._url, body, signed(body, self._secret, self._wall_s()), tls=self._tls)
