"""A HiLink stick: its HTTP API with real token rules, its faults, its control socket.

``python -m notanker_lab.hilink FOLDER [KEY=VALUE ...]`` in the namespace of the stick; listens on
192.168.8.1:80, and on 192.168.8.254:80, where it is found once its address has changed. Settings:
tokens=rotate|pool|page, login=none|base64|sha256|scram, password=TEXT.
"""

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from notanker_lab import addresses, control
from notanker_lab import hilink_stick as stick_module
from notanker_lab.hilink_device import decrypted, read_xml
from notanker_lab.hilink_pages import page
from notanker_lab.hilink_session import NO_SESSION, WRONG_TOKEN, HilinkError, Session, Sessions
from notanker_lab.hilink_sms import Mailboxes
from notanker_lab.hilink_state import Bearer, Switch
from notanker_lab.hilink_stick import AnswerLostError, Request, Stick, elements
from notanker_lab.smsc import Smsc
from notanker_lab.wirectl import WireControl

_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_HANG_S = 600.0
_MAX_BODY_BYTES = 64 * 1024
_PORTAL_PAGE = "<html><head><title>Login</title></head><body><p>Please log in<br></body></html>"
_POST_ERRORS = {
    "token_error": WRONG_TOKEN,
    "token_error_125001": 125001,
    "session_error": NO_SESSION,
    "busy_100004": 100004,
    "no_rights_100003": 100003,
}
_SESSION_SETTINGS = frozenset({"tokens", "login", "password", "idle_s"})
_LOGIN_PATHS = ("/api/user/login", "/api/user/authentication_login")


class Handler(BaseHTTPRequestHandler):
    """One connection to the stick."""

    stick: ClassVar[Stick]
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """Answer a GET."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """Answer a POST."""
        self._guarded(self._post)

    def log_message(self, *_args: Any) -> None:
        """Keep quiet; the control socket counts."""

    def _path(self) -> str:
        return self.path.split("?")[0]

    def _guarded(self, answer: Any) -> None:
        path = self._path()
        with self.stick.lock:
            self.stick.requests[f"{self.command} {path}"] += 1
        try:
            if not self._disturbed(path):
                answer(path)
        except HilinkError as error:
            self._error(error.code)
        except AnswerLostError as lost:
            if lost.how == "hang":
                self._hang()
            self._reset()

    def _disturbed(self, path: str) -> bool:
        """Do what a switch for every request does; True when that was the answer."""
        moved = self.stick.switch.name == "address_changed"
        if self.stick.befall(path) or (moved and self._address() == self.stick.first_address):
            self._reset()
            return True
        taken = self.stick.take("hang", "slow", "captive_html", "http_500", path=path)
        name = taken.name
        if name == "hang":
            self._hang()
            self._reset()
        elif name == "slow":
            time.sleep(taken.delay_s)
        elif name == "captive_html":
            self._body()
            self._reply(_PORTAL_PAGE)
        elif name == "http_500":
            self._body()
            self._reply("<html><body>Internal Server Error</body></html>", status=500)
        return name in ("hang", "captive_html", "http_500")

    def _address(self) -> str:
        return str(self.connection.getsockname()[0])

    def _get(self, path: str) -> None:
        stick = self.stick
        with stick.lock:
            session, headers = self._session(path)
            if path in ("/", "/html/home.html"):
                self._reply(self._home(session), headers)
            elif path == "/api/webserver/SesTokInfo":
                assert session is not None  # noqa: S101 - a promise to mypy
                values = {"SesInfo": f"SessionID={session.sid}", "TokInfo": session.issue()}
                self._xml(elements(values), headers)
            elif path == "/api/webserver/token":
                if session is None:
                    raise HilinkError(NO_SESSION)
                self._xml(elements({"token": session.issue()}), headers)
            else:
                self._xml(elements(page(stick, path, session)), headers)

    def _session(self, path: str) -> tuple[Session | None, dict[str, str]]:
        """Find the asker's session; the pages that open one make it."""
        session = self.stick.sessions.find(self._cookie())
        if session is None and path in ("/", "/html/home.html", "/api/webserver/SesTokInfo"):
            session = self.stick.sessions.open(self.client_address[0])
            return session, {"Set-Cookie": f"SessionID={session.sid};path=/;HttpOnly"}
        return session, {}

    def _cookie(self) -> str | None:
        try:
            morsel = SimpleCookie(self.headers.get("Cookie", "")).get("SessionID")
        except CookieError:
            return None
        return morsel.value if morsel else None

    def _home(self, session: Session | None) -> str:
        metas = ""
        if session is not None and self.stick.sessions.mode == "page":
            tokens = [session.issue(), session.issue()]
            metas = "".join(f'<meta name="csrf_token" content="{token}"/>\n' for token in tokens)
        return f"<html><head>\n{metas}<title>HiLink</title></head><body></body></html>"

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), _MAX_BODY_BYTES) if length.isdigit() else 0)

    def _post(self, path: str) -> None:
        body, stick = self._body(), self.stick
        code = _POST_ERRORS.get(stick.take(*_POST_ERRORS, path=path).name)
        if code is not None:
            raise HilinkError(code)
        token = self.headers.get("__RequestVerificationToken", "").split("#")[0]
        with stick.lock:
            session = stick.sessions.find(self._cookie())
            if session is None:
                raise HilinkError(NO_SESSION)
            session.spend(token)
        if "encrypt_transmit" in self.headers:
            body = decrypted(body)
        request = Request(path, read_xml(body, stick.strict_format), token, session)
        with stick.lock:
            inside = stick.post(request)
            headers = self._next(path, session)
        time.sleep(request.late_s)
        self._xml(inside, headers)

    def _next(self, path: str, session: Session) -> dict[str, str]:
        logged_in = path in _LOGIN_PATHS
        if not logged_in and self.stick.take("no_next_token", path=path).name != "none":
            return {}
        headers = self.stick.sessions.next_tokens(session, logged_in)
        if logged_in:
            headers["Set-Cookie"] = f"SessionID={session.sid};path=/;HttpOnly"
        return headers

    def _xml(self, inside: str, headers: dict[str, str]) -> None:
        text = f"{_PROLOG}<response>{inside}</response>"
        if self.stick.take("truncated_xml", path=self._path()).name != "none":
            text = text[: len(text) * 2 // 3]
        self._reply(text, headers)

    def _error(self, code: int) -> None:
        with self.stick.lock:
            self.stick.errors[str(code)] += 1
        text = f"<error>\n<code>{code}</code>\n<message></message>\n</error>\n"
        self._reply(_PROLOG + text, {})

    def _reply(self, text: str, headers: dict[str, str] | None = None, status: int = 200) -> None:
        data = text.encode()
        self.send_response(status)
        # Real sticks call their XML text/html.
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _hang(self) -> None:
        """Hold the connection without a word until the asker goes."""
        self.connection.settimeout(_HANG_S)
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass

    def _reset(self) -> None:
        """End the connection with RST instead of an answer."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # The server would shut the connection down in order; only close() sends the reset.
        self.rfile.close()
        self.connection.close()


class Server(ThreadingHTTPServer):
    """Serves each connection in a thread; a client that goes away is no event."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless the peer just hung up."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError | ValueError):
            super().handle_error(request, client_address)


class Control:
    """Answers the emulator's control socket."""

    def __init__(self, stick: Stick) -> None:
        self._stick = stick

    def handle(self, question: dict[str, Any]) -> control.Answer:
        """Answer one question; see hilinkctl for what there is."""
        stick = self._stick
        if question["op"] == "inbound":
            return stick_module.receive(stick, question)
        if question["op"] == "box":
            return {"messages": stick.boxes.as_dicts(question["name"])}
        if question["op"] == "state":
            return self._state()
        if question["op"] == "set":
            return self._set(question["values"])
        if question["op"] == "reboot":
            restart(stick, float(question["down_s"]), question["dataswitch"])
        elif question["op"] == "dataswitch":
            stick.turn(on=bool(question["on"]))
        elif question["op"] == "bearer":
            stick.bearer = _bearer(question)
        else:
            keys = {"name", "times", "delay_s", "how", "path"} & question.keys()
            with stick.lock:
                stick.switch = Switch(**{key: question[key] for key in keys})
        stick.apply_data()
        return {"ok": True}

    def _state(self) -> control.Answer:
        stick = self._stick
        with stick.lock:
            return {
                "fault": stick.switch.name,
                "dataswitch": stick.dataswitch,
                "connected": stick.connected(),
                "requests": dict(stick.requests),
                "errors": dict(stick.errors),
                "posts": sum(n for name, n in stick.requests.items() if name.startswith("POST")),
            }

    def _set(self, values: dict[str, Any]) -> control.Answer:
        stick = self._stick
        owners: dict[str, object] = {
            "strict_format": stick,
            **dict.fromkeys(("radio_s", "burst_limit", "capacity"), stick.boxes),
            **dict.fromkeys(("pin", "tries"), stick.card),
            **dict.fromkeys(("mode", "encrypts", "reports"), stick.settings),
            **dict.fromkeys(("operator", "plmn", "rsrp_dbm", "month_bytes"), stick.radio),
        }
        for key in values.keys() - _SESSION_SETTINGS:
            setattr(owners[key], key, values[key])
        if values.keys() & _SESSION_SETTINGS:
            with stick.lock:
                stick.sessions = stick.sessions.changed(values)
        return {"ok": True}


def _bearer(question: dict[str, Any]) -> Bearer:
    if not question["lost"]:
        return Bearer()
    tells = question["tells_after_s"]
    after_s = None if tells is None else float(tells)
    return Bearer(time.monotonic(), after_s, bool(question["needs_reboot"]))


def restart(stick: Stick, down_s: float, dataswitch: bool | None) -> None:
    """Take the USB link away for ``down_s``; sessions, tokens and queued SMS are lost."""

    def link(state: str) -> None:
        subprocess.run(["ip", "link", "set", "usb", state], check=True)

    def run() -> None:
        link("down")
        with stick.lock:
            stick.sessions.clear()
        stick.boxes.forget_jobs()
        stick.wires.cut("lte", "stick", [{"what": "all"}])
        time.sleep(down_s)
        stick.booted_s = time.monotonic()
        stick.bearer = Bearer()
        if dataswitch is not None:
            stick.dataswitch = dataswitch
        stick.apply_data()
        link("up")

    threading.Thread(target=run, daemon=True).start()


def main(argv: Sequence[str]) -> None:
    """Command line of the emulator."""
    folder = Path(argv[0])
    settings = {"tokens": "rotate", "login": "none", "password": "admin"}
    for pair in argv[1:]:
        key, _, value = pair.partition("=")
        settings[key] = value
    smsc = Smsc(folder / "smsc.sock", folder / "smsc.jsonl")
    boxes = Mailboxes(lambda number, text: smsc.submit("hilink", number, text))
    sessions = Sessions(settings["tokens"], settings["login"], settings["password"])
    stick = Stick(sessions, boxes, WireControl(folder / "wire.sock"))
    stick.reboot = lambda: restart(stick, 3.0, None)
    Handler.stick = stick
    second = f"{addresses.STICK_MOVED}/24"
    subprocess.run(["ip", "address", "replace", second, "dev", "usb"], check=True)
    moved = Server((addresses.STICK_MOVED, 80), Handler)
    threading.Thread(target=moved.serve_forever, daemon=True).start()
    server = Server((addresses.STICK, 80), Handler)
    control.serve(folder / "hilink.sock", Control(stick).handle)
    smsc.register("hilink", folder / "hilink.sock")
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
