"""The plugin's options."""

from __future__ import annotations

from typing import Annotated

import msgspec

from notanker.plugin import SecretFile

Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class AppriseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One service.

    Attributes:
        kinds: The kinds of address of the plan that it takes; a message comes with the person's own.
        url: A file with one apprise address. `{recipient}` in it becomes what the plan has for the person.
        subject: Whether the message's first words go out as a subject as well; chats need none.
        links: Whether an alarm has the link by which its reader takes the incident on. Off where many read
            along: whoever has the link can press in the recipient's name.
        connect_timeout_s: How long a connection may take.
        read_timeout_s: How long an answer may take. After that nobody knows whether the message left.
    """

    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1, max_length=8)] = ("mail",)
    url: SecretFile | None = None
    subject: bool = True
    links: bool = True
    connect_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    read_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 15.0
