"""The plugin's options."""

from __future__ import annotations

from typing import Annotated

import msgspec

from notanker.plugin import SecretFile


class AppriseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One service.

    Attributes:
        url: A file with one apprise address. `{recipient}` in it becomes what the plan has for the person.
        subject: Whether the message's first words go out as a subject as well; chats need none.
        connect_timeout_s: How long a connection may take.
        read_timeout_s: How long an answer may take. After that nobody knows whether the message left.
    """

    url: SecretFile | None = None
    subject: bool = True
    connect_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    read_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 15.0
