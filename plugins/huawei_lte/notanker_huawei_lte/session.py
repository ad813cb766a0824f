"""One session with the modem.

The library has no lock and no time-out, keeps using spent tokens, repeats a POST by itself and then
forgets the log-in, and reads answers of any size. Here every POST takes a token that was never used,
a lost session is given up as a whole, and answers are bounded in bytes and seconds.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from huawei_lte_api.Connection import Connection

from notanker.plugin import Permanent, PluginError, Retry
from notanker_huawei_lte.config import HuaweiLteConfig
from notanker_huawei_lte.connection import FreshConnection, http_session
from notanker_huawei_lte.faults import NO_RIGHTS, NoModem, SessionLost, guarded
from notanker_huawei_lte.login import LogIns

if TYPE_CHECKING:
    import requests

T = TypeVar("T")

_SOON_S: Final = 1.0
_MENDED_S: Final = 60.0


class HilinkSession:
    """Opens a session when one is needed, and drops it whenever it may have gone bad.

    Attributes:
        url: Where the modem answered last.
    """

    def __init__(self, config: HuaweiLteConfig) -> None:
        self._config: Final = config
        self._lock: Final = threading.RLock()
        self._connection: FreshConnection | None = None
        self._http: requests.Session | None = None
        self._urls: Final = (config.url, *config.other_urls)
        self._log_ins: Final = LogIns(config.locked_pause_s)
        self.url = config.url

    def read(self, call: Callable[[Connection], T]) -> T:
        """Return what the call reads; a lost session is renewed once.

        Raises:
            Retry: the modem does not answer, or not with sense.
            Permanent: it never will, as it is.
        """
        return self._call(call, sends=False)

    def hand_over(self, call: Callable[[Connection], T]) -> T:
        """Return what the modem says to an SMS; a lost session is renewed once.

        Raises:
            Retry: it surely did not take it.
            Permanent: it never will.
            Unknown: it may have taken it.
        """
        return self._call(call, sends=True)

    def close(self) -> None:
        """Log out, so that the modem lets the next one in."""
        with self._lock:
            connection = self._connection
            if connection is not None:
                with contextlib.suppress(PluginError):
                    guarded(connection.close)
            self._drop()

    def _call(self, call: Callable[[Connection], T], *, sends: bool) -> T:
        with self._lock:
            try:
                return self._once(call, sends=sends)
            except SessionLost:
                pass
            try:
                return self._once(call, sends=sends)
            except SessionLost as lost:
                raise self._again(lost) from None

    def _once(self, call: Callable[[Connection], T], *, sends: bool) -> T:
        connection = self._connection or self._open()
        try:
            return guarded(lambda: call(connection), sends=sends)
        except Permanent:
            raise  # the modem answered in order: the session is good
        except PluginError:
            # After a lost answer nobody knows which tokens are spent.
            self._drop()
            raise

    def _again(self, lost: SessionLost) -> Retry:
        if self._config.password is None and lost.code == NO_RIGHTS:
            return Retry(_MENDED_S, "the modem wants a log-in, and no password is configured")
        return Retry(_SOON_S, lost.reason)

    def _open(self) -> FreshConnection:
        password = self._config.password.read() if self._config.password else None
        self._log_ins.check(password)
        failure: NoModem | None = None
        for url in sorted(self._urls, key=lambda url: url != self.url):
            try:
                self._connection = self._connected(url, password)
            except NoModem as error:
                failure = failure or error
            else:
                self.url = url
                return self._connection
        raise failure or NoModem(_SOON_S, "no address is configured")

    def _connected(self, url: str, password: str | None) -> FreshConnection:
        config = self._config
        self._http = http_session()
        try:
            return guarded(
                lambda: FreshConnection(
                    url,
                    username=(config.username or "admin") if password else None,
                    password=password,
                    timeout=(config.connect_timeout_s, config.read_timeout_s),
                    requests_session=self._http,
                )
            )
        except PluginError as error:
            self._drop()
            self._log_ins.note(error, password)
            raise

    def _drop(self) -> None:
        self._connection = None
        if self._http is not None:
            self._http.close()
            self._http = None


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """Return the text of an element, "" if it is missing, empty or no text."""
    value = answer.get(name)
    return value.strip() if isinstance(value, str) else ""
