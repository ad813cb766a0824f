"""Programs of Debian that are run without being installed: installed, they would start services.

`tools/setup test` unpacks their packages (tools/packages.txt) into the checkout.
"""

import os
from pathlib import Path
from typing import Final

from notanker_lab.errors import LabError
from notanker_lab.reach import CHECKOUT

UNPACKED: Final = CHECKOUT / ".cache" / "debian"
LIBRARIES: Final = f"usr/lib/{os.uname().machine}-linux-gnu"
"""Where a package has its libraries (Debian's multiarch folders)."""


def unpacked(package: str, path: str = "") -> Path:
    """Give a file or folder of a package.

    Raises:
        LabError: it is not there.
    """
    found = UNPACKED / package / path
    if not found.exists():
        raise LabError(f"{package} is not unpacked in {UNPACKED}: run tools/setup test.")
    return found
