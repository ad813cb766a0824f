"""Asks a modem: through the running agent, which owns it, or with a plugin of one's own if none runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import msgspec

from notanker.cli.output import fail
from notanker.cli.own_plugin import own_plugin
from notanker.config.model import Config, PluginConfig
from notanker.plugin import PluginError, Unknown
from notanker.plugin.frames import MAX_FRAME_BYTES, NOTHING
from notanker.shell.control import ANSWERS, Ask, Told
from notanker.shell.plugin_faults import PluginDown, answered
from notanker.shell.plugin_supervisor import PluginProcess

LONGEST_S: Final = 180.0
"""An SMS that waits for its proof takes longest."""


class NoAnswer(Exception):  # noqa: N818 - told to the technician as it is
    """The modem, its plugin or the agent does not answer; the text says why.

    Attributes:
        unknown: It may have been done all the same.
    """

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        self.unknown: Final = unknown
        super().__init__(reason)


class Asker(Protocol):
    """Somebody who can be asked."""

    async def ask(self, method: str, argument: object = None) -> Any:
        """Return what the plugin's method answers.

        Raises:
            NoAnswer: there is none.
        """


@asynccontextmanager
async def asker(config: Config, spec: PluginConfig) -> AsyncIterator[Asker]:
    """Give the way to ask this plugin that is there now."""
    path = config.paths.control
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=2 * MAX_FRAME_BYTES)
    except PermissionError:
        fail(
            "Das darf nur root oder der Benutzer des Agenten: mit sudo versuchen.",
            "Only root and the agent's own user may do that: try it with sudo.",
        )
    except OSError:  # no agent runs, and the modem is free
        async with own_plugin(config, spec) as plugin:
            yield _Own(plugin)
        return
    try:
        yield _Agents(reader, writer, spec.name)
    finally:
        writer.close()


class _Agents:
    """The plugin of the running agent."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._name = name

    async def ask(self, method: str, argument: object = None) -> Any:
        raw = NOTHING if argument is None else msgspec.Raw(msgspec.json.encode(argument))
        try:
            self._writer.write(msgspec.json.encode(Ask(self._name, method, raw)) + b"\n")
            async with asyncio.timeout(LONGEST_S):
                told = msgspec.json.decode(await self._reader.readline(), type=Told)
        except (OSError, ValueError, TimeoutError):
            raise NoAnswer("the agent does not answer", unknown=method == "send") from None
        if told.fault is not None:
            raise NoAnswer(str(answered(told.fault)), unknown=told.fault.kind == "unknown")
        return msgspec.json.decode(told.result, type=ANSWERS[method])


class _Own:
    """A plugin that ends with the command."""

    def __init__(self, plugin: PluginProcess) -> None:
        self._plugin = plugin

    async def ask(self, method: str, argument: object = None) -> Any:
        try:
            return await self._plugin.call(method, argument, answer=ANSWERS[method])
        except PluginError as error:
            raise NoAnswer(str(error), unknown=isinstance(error, Unknown)) from None
        except PluginDown as error:
            problems = [problem.sentence("en") for problem in self._plugin.problems]
            raise NoAnswer("; ".join(problems) or str(error)) from None
