"""A mail server for tests: a few lines of SMTP on loopback that keep what they are given."""
import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy


@dataclass
class Taken:
    """A message the server has taken: envelope and parsed text."""

    sender: str
    recipient: str
    message: object


@dataclass
class MailServer:
    """`answers` {"RCPT": "550 …"} replaces the reply to a command; `hold` keeps the reply to a text back until `go`."""

    answers: dict = field(default_factory=dict)
    taken: list = field(default_factory=list)
    hold: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        outer = self

        class Dialogue(socketserver.StreamRequestHandler):
            def handle(self):
                outer._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dialogue)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.go.set()
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, peer):
        def say(line):
            peer.wfile.write(line.encode() + b"\r\n")

        sender = recipient = ""
        say("220 test")
        while line := peer.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if verb == "DATA" and verb not in self.answers:
                say("354 go on")
                self._take(sender, recipient, peer.rfile)
                verb = "TEXT"
            try:
                say(self.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
            except OSError:
                return  # the sender is gone
            if verb == "QUIT":
                return

    def _take(self, sender, recipient, stream):
        lines = []
        while (line := stream.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        if "TEXT" not in self.answers:
            self.taken.append(Taken(sender, recipient, message))
        self.arrived.set()
        if self.hold:
            self.go.wait(20)
