"""The plugin: a channel that posts each message as an alert."""

from __future__ import annotations

import time
from typing import Final

from notanker.plugin import Channel, Message, MessageKind, Permanent, Receipt, Unknown
from notanker.plugin.web import Ask, Reply, exchange, refuse
from notanker_cap_webhook.config import CapWebhookConfig

HAD_IT: Final = 409
"""The service has an alert with this Idempotency-Key."""


class CapWebhook(Channel[CapWebhookConfig]):
    """One service that takes CAP alerts."""

    Config = CapWebhookConfig
    deadline_s = 90.0

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of address that it takes."""
        return self.config.kinds

    def send(self, message: Message) -> Receipt:
        """Hand one alert over; return once the service says that it has it.

        Raises:
            Retry: it surely was not taken.
            Permanent: it surely was not taken, and never will be.
            Unknown: it may have been taken.
        """
        if message.kind is MessageKind.ANSWER:
            raise Permanent("an answer to a person is no alert")
        if not self.config.url:
            raise Permanent("the option url is missing")
        reply = self._post(message)
        if reply.status != HAD_IT and (not reply.well or reply.page):
            raise refuse(reply)
        return Receipt(reference=self._key(message), proof=f"status {reply.status}")

    def find_sent(self, message: Message) -> bool | None:
        """Hand the same alert over again: the service knows it by its key, and says so or takes it now.

        That is True either way. Anything else proves nothing: the alert before may have been taken.

        Raises:
            Retry: the service cannot be asked now.
        """
        if not self.config.idempotent:
            return None
        try:
            self.send(message)
        except (Permanent, Unknown):
            return None
        return True

    def _post(self, message: Message) -> Reply:
        from notanker_cap_webhook.cap import document

        # CAP wants a time, so where the message has none the box's own clock has to do.
        body = document(message, self.config, time.time())  # noqa: TID251
        return exchange(
            Ask(
                "POST",
                self.config.url,
                body,
                self._headers(message, body),
                self.config.ca,
                self.config.connect_timeout_s,
                self.config.answer_timeout_s,
            )
        )

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/cap+xml; charset=utf-8",
            "Accept": "*/*",
            "User-Agent": "notanker",
            "Idempotency-Key": self._key(message),
        }
        if self.config.token is not None:
            headers["Authorization"] = f"Bearer {self.config.token.read()}"
        if self.config.hmac_key is not None:
            headers["X-Notanker-Signature"] = (
                f"sha256={_signature(self.config.hmac_key.read(), body)}"
            )
        return headers

    def _key(self, message: Message) -> str:
        """Return the alert's identifier: two sites of one service have the same marks."""
        return f"{self.config.site}-{message.mark}"


def _signature(key: str, body: bytes) -> str:
    import hmac

    return hmac.digest(key.encode(), body, "sha256").hex()
