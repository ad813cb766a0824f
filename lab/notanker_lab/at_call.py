"""One AT command as it was asked, and one answer (ITU-T V.250, 3GPP TS 27.007)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Form = Literal["set", "read", "test", "run"]
_EXTENDED: Final = re.compile(r"([+^*$%#][A-Z0-9]+)", re.IGNORECASE)
_BASIC: Final = re.compile(r"(&?[A-Z])(\d*)", re.IGNORECASE)
_CME_TEXTS: Final = {
    3: "operation not allowed", 4: "operation not supported", 10: "SIM not inserted",
    11: "SIM PIN required", 12: "SIM PUK required", 13: "SIM failure", 14: "SIM busy",
    15: "SIM wrong", 16: "incorrect password", 30: "no network service", 50: "incorrect parameters",
    100: "unknown", 107: "GPRS services not allowed", 148: "unspecified GPRS error", 515: "device busy",
}  # fmt: skip


class AtError(Exception):
    """A command ends with ERROR."""

    def line(self, verbosity: int) -> str:  # noqa: ARG002 - the others need it
        """Give the final line at this setting of +CMEE."""
        return "ERROR"


class CmeError(AtError):
    """A command ends with an error of the equipment."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code: Final = code

    def line(self, verbosity: int) -> str:
        """Give the final line at this setting of +CMEE."""
        shown: object = self.code
        if verbosity == 2:
            shown = _CME_TEXTS.get(self.code, self.code)
        return f"+CME ERROR: {shown}" if verbosity else "ERROR"


class CmsError(AtError):
    """A command ends with an error of the message service, told at every setting."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code: Final = code

    def line(self, verbosity: int) -> str:  # noqa: ARG002 - as above
        """Give the final line."""
        return f"+CMS ERROR: {self.code}"


@dataclass(frozen=True, slots=True)
class Call:
    """One command of a line.

    Attributes:
        name: in capitals: "+CSQ", "E", "&F".
        form: AT+X=1 set, AT+X? read, AT+X=? test, AT+X run.
        text: what stands behind the =, or a basic command's number.
    """

    name: str
    form: Form
    text: str = ""

    @property
    def args(self) -> list[str]:
        """The values, without quotes; an empty one is ""."""
        values = re.findall(r'("[^"]*"?|[^,"]*)(?:,|$)', self.text)
        found = [value.strip().strip('"') for value in values]
        return found[:-1] if len(found) > 1 and not self.text.endswith(",") else found

    def arg(self, place: int, otherwise: str = "") -> str:
        """Give one value, or ``otherwise`` where there is none."""
        values = self.args
        return values[place] if place < len(values) and values[place] else otherwise

    def number(self, place: int, otherwise: int = 0) -> int:
        """Give one value as a number.

        Raises:
            CmeError: it is none.
        """
        text = self.arg(place, str(otherwise))
        if not text.lstrip("-").isdigit():
            raise CmeError(50)
        return int(text)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers.

    Attributes:
        lines: before the final one.
        final: the final line; None while a prompt or the network is waited for.
        prompt: takes what is typed at the prompt.
        blank: the lines are a list of SMS.
    """

    lines: Sequence[str] = ()
    final: str | None = "OK"
    prompt: Callable[[str], None] | None = None


def ok(*lines: str) -> Reply:
    """Give an answer that ends with OK."""
    return Reply(lines)


def commands(line: str) -> Iterator[Call]:
    """Give the commands of one line, without its AT.

    Raises:
        AtError: something in it is no command.
    """
    at = 0
    while at < len(line):
        if line[at] in "; ":
            at += 1
            continue
        found, at = _next(line, at)
        yield found


def _next(line: str, at: int) -> tuple[Call, int]:
    if line[at] in "Dd":
        return Call("D", "set", line[at + 1 :]), len(line)
    if name := _EXTENDED.match(line, at):
        end = _end(line, name.end())
        return _extended(name[1].upper(), line[name.end() : end].strip()), end + 1
    if name := _BASIC.match(line, at):
        return Call(name[1].upper(), "set", name[2]), name.end()
    raise AtError


def _end(line: str, at: int) -> int:
    """Find the next semicolon that is not between quotes."""
    quoted = False
    for place in range(at, len(line)):
        quoted ^= line[place] == '"'
        if line[place] == ";" and not quoted:
            return place
    return len(line)


def _extended(name: str, rest: str) -> Call:
    forms: dict[str, Form] = {"": "run", "?": "read", "=?": "test"}
    if rest in forms:
        return Call(name, forms[rest])
    if not rest.startswith("="):
        raise AtError
    return Call(name, "set", rest[1:])
