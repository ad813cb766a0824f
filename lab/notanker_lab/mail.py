"""A mail server that takes messages by SMTP (RFC 5321), with a mail server's bad manners.

with MailServer() as server:
    server.mode = "greylisted"      # see MODES
    ... send to server.address ...
    server.taken                    # what it really took
"""

import socketserver
from dataclasses import dataclass
from email import message_from_string
from email.header import decode_header, make_header
from email.message import Message

from notanker_lab.local_server import LocalServer

MODES = {
    "well": "takes the mail",
    "greylisted": "answers 451 to the recipient and takes nothing",
    "unknown": "answers 550 to the recipient and takes nothing",
    "full": "answers 552 after the mail and takes nothing",
    "later": "answers 451 after the mail and takes nothing",
    "resets": "takes the mail and breaks off before it says so",
    "hang": "takes the mail and never says so",
    "silent": "never greets",
}


@dataclass
class Mail:
    """One mail that the server has taken."""

    sender: str
    recipients: list[str]
    raw: str

    @property
    def message(self) -> Message:
        """Give the mail, parsed."""
        return message_from_string(self.raw)

    @property
    def subject(self) -> str:
        """Give the subject in plain text."""
        return str(make_header(decode_header(self.message["Subject"] or "")))

    @property
    def text(self) -> str:
        """Give the text of the first part that has one."""
        for part in self.message.walk():
            if part.get_content_maintype() == "text":
                payload = part.get_payload(decode=True)
                return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        return ""


class MailServer(LocalServer):
    """The server, on a free port of the loopback (or of ``host``)."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.mode = "well"
        self.taken: list[Mail] = []
        server = _Server((host, 0), _Dialogue)
        server.mail = self
        super().__init__(server)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    mail: MailServer


class _Dialogue(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = 30

    def handle(self) -> None:
        server: MailServer = self.server.mail  # type: ignore[attr-defined]
        if server.mode == "silent":
            server.go.wait(60)
            return
        self._sender, self._recipients = "", list[str]()
        self._say("220 mail.example ESMTP")
        while line := self.rfile.readline(4096).decode("latin-1"):
            if not self._take(line.strip(), server):
                return

    def _take(self, line: str, server: MailServer) -> bool:
        word, _, rest = line.partition(" ")
        match word.upper():
            case "EHLO" | "HELO":
                self._say("250 mail.example")
            case "MAIL":
                self._sender = _address(rest)
                self._say("250 well")
            case "RCPT":
                self._recipient(rest, server.mode)
            case "DATA":
                self._say("354 go on")
                return self._data(server)
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("250 well")
        return True

    def _recipient(self, rest: str, mode: str) -> None:
        refusal = {"greylisted": "451 come back later", "unknown": "550 nobody here"}.get(mode)
        if refusal is None:
            self._recipients.append(_address(rest))
        self._say(refusal or "250 well")

    def _data(self, server: MailServer) -> bool:
        lines: list[str] = []
        while (line := self.rfile.readline(65536).decode("utf-8", "replace").rstrip("\r\n")) != ".":
            lines.append(line.removeprefix(".") if line.startswith("..") else line)
        refusal = {"full": "552 no room", "later": "451 not now"}.get(server.mode)
        if refusal is None:
            server.taken.append(Mail(self._sender, self._recipients, "\n".join(lines)))
        if server.mode == "resets":
            return False
        if server.mode == "hang":
            server.go.wait(60)
            return False
        self._say(refusal or "250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _address(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]
