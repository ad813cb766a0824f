"""One port of the AT emulator: its line editor, its prompt, its echo and its answers."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from notanker_lab import at_mangle
from notanker_lab.at_call import AtError, Call, CmeError, CmsError, Reply, commands
from notanker_lab.at_switches import Switch

if TYPE_CHECKING:
    from notanker_lab.at_device import Device

CR, LF, ESC, SUBSTITUTE, BACKSPACE = 0x0D, 0x0A, 0x1B, 0x1A, 0x08
_MOST_BYTES: Final = 4096
URC: Final = "^RSSI:14"


class Session:
    """What is typed at one port, and what it says.

    Args:
        device: the modem behind it.
        write: puts bytes on the port.
    """

    def __init__(self, device: "Device", write: Callable[[bytes], None]) -> None:
        self._device = device
        self._write = write
        self._line = bytearray()
        self._prompt: Callable[[str], None] | None = None
        self._waiting = False
        self._queue = bytearray()
        self._deaf = False
        self._echoes_prompt = False
        self._free_s = 0.0
        self._foreign = 0
        self._boot = device.boots
        self.in_data = False

    @property
    def at_prompt(self) -> bool:
        """Whether what is typed becomes an SMS."""
        return self._prompt is not None

    def feed(self, data: bytes) -> None:
        """Take what came over the port."""
        if self._boot != self._device.boots:
            self.reset()
        if not self._device.up:
            return
        for place, byte in enumerate(data):
            if self._waiting:
                self._queue += data[place:]
                return
            self._take(byte)

    def reset(self) -> None:
        """Forget what was typed, as a reboot does."""
        self._boot = self._device.boots
        self._line.clear()
        self._queue.clear()
        self._prompt, self._waiting, self._deaf, self.in_data = None, False, False, False

    def say(self, *lines: str) -> None:
        """Say unasked lines."""
        if not self.in_data:
            self._send(b"".join(_framed(line) for line in lines))

    def wait(self) -> None:
        """Take no command until ``finish``: the network is asked."""
        self._waiting = True

    def finish(self, reply: Reply, command: str = "") -> None:
        """Answer a command that had to wait."""
        self._answer(reply.lines, reply.final, command)
        self.go_on()

    def go_on(self) -> None:
        """Take commands again, first those that came meanwhile."""
        self._waiting = False
        queued, self._queue = bytes(self._queue), bytearray()
        self.feed(queued)

    def _take(self, byte: int) -> None:
        if self.in_data:
            self._take_data(byte)
        elif self._prompt is not None:
            self._take_typed(byte)
        else:
            self._take_command(byte)

    def _take_data(self, byte: int) -> None:
        """Look for the three plus signs that lead back to commands."""
        self._line = self._line[-2:] + bytes([byte])
        if self._line == b"+++":
            self._line.clear()
            self.in_data = False
            self._answer((), "OK", "+++")

    def _take_typed(self, byte: int) -> None:
        if self._echoes_prompt:
            self._send(bytes([byte]))
        if byte == SUBSTITUTE:
            typed, prompt = self._line.decode("latin-1"), self._prompt
            self._leave_prompt()
            if prompt is not None:
                prompt(typed.strip("\r\n"))
        elif byte == ESC:
            self._leave_prompt()
            self._answer((), "OK", "ESC")
        elif len(self._line) < _MOST_BYTES:
            self._line.append(byte)

    def _leave_prompt(self) -> None:
        if b"AT" in self._line.upper():
            self._device.spoilt.append(self._line.decode("latin-1"))
        self._prompt = None
        self._line.clear()

    def _take_command(self, byte: int) -> None:
        if not self._line and not self._deaf and byte not in (CR, LF, ESC, SUBSTITUTE):
            self._begin()
        if self._device.settings.echo and not self._deaf:
            self._send(bytes([byte]))
        if byte == CR:
            line, self._line = self._line.decode("latin-1"), bytearray()
            deaf, self._deaf = self._deaf, False
            if not deaf:
                self._run(line)
        elif byte == ESC:
            self._line.clear()
        elif byte == BACKSPACE:
            del self._line[-1:]
        elif byte != LF and len(self._line) < _MOST_BYTES:
            self._line.append(byte)

    def _begin(self) -> None:
        """A command begins."""
        self._deaf = self._device.switches.take("deaf") is not None
        if not self._deaf and self._device.switches.take("urc_before_echo"):
            self._send(URC.encode() + b"\r\n")

    def _run(self, line: str) -> None:
        """Do a line's commands; the first that fails ends it."""
        place = line.upper().find("AT")
        if place < 0:
            return
        line = line[place + 2 :].strip()
        self._device.commands.append(line)
        lines: list[str] = []
        try:
            for call in commands(line):
                reply = self._do(call)
                lines += reply.lines
                if reply.final != "OK":
                    self._other_end(reply, lines, line)
                    return
        except AtError as error:
            self._answer(lines, error.line(self._device.settings.cmee), line)
            return
        self._answer(lines, "OK", line)

    def _do(self, call: Call) -> Reply:
        refused = self._device.switches.take("cme", "error", command=call.name)
        if refused is not None:
            raise CmeError(int(refused.number("code", 14))) if refused.name == "cme" else AtError
        handler = self._device.handlers.get(call.name)
        if handler is None:
            raise AtError
        try:
            return handler(self._device, self, call)
        except (ValueError, IndexError, KeyError) as error:
            raise CmeError(50) from error

    def _other_end(self, reply: Reply, lines: list[str], command: str) -> None:
        if reply.prompt is not None:
            self._open_prompt(reply.prompt)
        elif reply.final is not None:
            self._answer(lines, reply.final, command)
            self.in_data = reply.final.startswith("CONNECT")

    def _open_prompt(self, prompt: Callable[[str], None]) -> None:
        taken = self._device.switches.take("no_prompt", "prompt_hidden", "prompt_without_space")
        name = taken.name if taken else ""
        if name == "no_prompt":
            return
        self._prompt = prompt
        self._echoes_prompt = self._device.switches.take("pdu_echoed") is not None
        if name != "prompt_hidden":
            self._send(b"\r\n>" if name else b"\r\n> ")
        if self._device.switches.take("urc_in_prompt"):
            self._send(_framed(URC))

    def _answer(self, lines: Sequence[str], final: str | None, command: str) -> None:
        switches = self._device.switches
        body = _composed(lines, final)
        if switches.take("swallow", command=command):
            return
        slow = switches.take("slow", command=command)
        chunks = at_mangle.mangled(switches, body, command)
        if switches.take("shared_port", command=command):
            self._foreign += 1
            chunks = at_mangle.shared(chunks, self._foreign)
        if slow is not None:
            self._free_s = max(self._free_s, time.monotonic()) + slow.number("delay_s", 2)
        for chunk, pause_s in chunks:
            self._send(chunk, pause_s)

    def _send(self, data: bytes, pause_s: float = 0.0) -> None:
        """Write in order, ``pause_s`` after what came before."""
        now_s = time.monotonic()
        at_s = max(self._free_s, now_s) + pause_s
        if at_s <= now_s:
            self._write(data)
            return
        self._free_s = at_s
        boot = self._device.boots

        def write() -> None:
            if boot == self._device.boots:
                self._write(data)

        self._device.timers.later(at_s - now_s, write)


def refusal(switch: Switch) -> CmsError:
    """Give the error that a switch wants."""
    return CmsError(int(switch.number("code", 500)))


def _framed(line: str) -> bytes:
    return f"\r\n{line}\r\n".encode("latin-1", "replace")


def _composed(lines: Sequence[str], final: str | None) -> bytes:
    body = _framed("\r\n".join(lines)) if lines else b""
    return body + (_framed(final) if final else b"")
