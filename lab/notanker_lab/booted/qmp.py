"""What is said to a running qemu: a JSON line to ask, one to answer (qemu: docs/interop/qmp-spec)."""

import json
import socket
from pathlib import Path
from typing import Any, Final

from notanker_lab.errors import LabError

_TIMEOUT_S: Final = 60.0
_MOST_LINES: Final = 1000


def ask(path: Path, command: str, **arguments: Any) -> Any:
    """Run one command of qemu's and give what it returned.

    Raises:
        LabError: qemu refuses, or does not answer.
    """
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(_TIMEOUT_S)
            sock.connect(str(path))
            with sock.makefile("rw", encoding="utf-8") as talk:
                talk.readline()
                _put(talk, "qmp_capabilities", {})
                return _put(talk, command, arguments)
    except (OSError, ValueError) as error:
        raise LabError(f"qemu does not answer {command}: {error}") from error


def _put(talk: Any, command: str, arguments: dict[str, Any]) -> Any:
    talk.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    talk.flush()
    for _ in range(_MOST_LINES):
        told = json.loads(talk.readline())
        if "error" in told:
            raise LabError(f"qemu refuses {command}: {told['error'].get('desc')}")
        if "return" in told:
            return told["return"]
    raise LabError(f"qemu tells of events without end, and nothing of {command}.")
