"""Commands that root calls, and that write where a service does: they go on as that service's user."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def become_owner(folder: Path) -> None:
    """Go on as the user to whom a service's folder belongs, where root calls.

    What root wrote there the service could not read, change or clear away.
    """
    if os.geteuid() != 0 or not folder.is_dir():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    import pwd

    with contextlib.suppress(KeyError):  # a user without a name has no further groups
        os.initgroups(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid)
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
