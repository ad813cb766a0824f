"""Carries out the rungs of `ladder`, each a happening."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from huawei_lte_api.api.DialUp import DialUp
from huawei_lte_api.Connection import Connection

from notanker.plugin import Happening, PluginError
from notanker_huawei_lte.config import HuaweiLteConfig
from notanker_huawei_lte.ladder import Ladder, Rung
from notanker_huawei_lte.session import HilinkSession

POWER_S: Final = 20.0
OFF_S: Final = 1.0
_SHOWN: Final = 120


class Recovery:
    """Brings a modem back.

    Args:
        open_since: Tells when the last SMS was handed over whose end is not known.
    """

    def __init__(
        self,
        config: HuaweiLteConfig,
        session: HilinkSession,
        open_since: Callable[[], float | None],
    ) -> None:
        self._config: Final = config
        self._session: Final = session
        self._open_since: Final = open_since
        self._ladder: Final = Ladder(
            can_power=bool(config.power_command), restart_after_s=config.restart_after_s
        )
        self._happened: list[Happening] = []

    def answered(self) -> None:
        """Note that the modem answers."""
        self._ladder.answered()

    def connected(self) -> None:
        """Note that it has its data session."""
        self._ladder.connected()

    def without_data(self) -> Rung | None:
        """Climb one rung for a modem that gets no data session."""
        if not self._config.recover:
            return None
        return self._climb(self._ladder.without_data(time.monotonic(), self._open_since()))

    def without_answer(self) -> Rung | None:
        """Climb one rung for a modem that does not answer."""
        return self._climb(self._ladder.without_answer(time.monotonic(), self._open_since()))

    def tell(self) -> tuple[Happening, ...]:
        """Return what was done since the last time."""
        told, self._happened = tuple(self._happened), []
        return told

    def _climb(self, rung: Rung | None) -> Rung | None:
        if rung is None:
            return None
        reason = {
            Rung.REDIAL: lambda: self._asked(_redial),
            Rung.RESTART: lambda: self._asked(_restart),
            Rung.POWER: lambda: _cycle_power(self._config.power_command),
        }[rung]()
        self._happened.append(Happening(what=f"modem_{rung}", reason=reason))
        return rung

    def _asked(self, do: Callable[[Connection], object]) -> str:
        """Return "" or why it could not be done; a modem that restarts may owe its answer."""
        try:
            self._session.read(do)
        except PluginError as error:
            return error.reason
        return ""


def _redial(connection: Connection) -> None:
    dial = DialUp(connection)
    dial.set_mobile_dataswitch(0)
    time.sleep(OFF_S)
    dial.set_mobile_dataswitch(1)


def _restart(connection: Connection) -> None:
    from huawei_lte_api.api.Device import Device  # for what may never be needed
    from huawei_lte_api.enums.device import ControlModeEnum

    Device(connection).set_control(ControlModeEnum.REBOOT)  # the default would turn it off


def _cycle_power(command: tuple[str, ...]) -> str:
    import subprocess  # 0.2 MiB for what may never be needed

    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=POWER_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command[0]} could not be run ({type(error).__name__})"
    said = done.stderr.decode("utf-8", "replace").strip()[:_SHOWN]
    return f"{command[0]}: status {done.returncode} {said}" if done.returncode else ""
