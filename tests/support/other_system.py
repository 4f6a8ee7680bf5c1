"""Another system's Web Service, on this machine: answers as a test says, and remembers what it was asked."""
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANA = {
    "cliente": {"nome": "Ana Lúcia Conceição", "nascimento": "1984-03-12", "email": "ana.lucia@example.com",
                "cpf": "390.533.447-05"},
    "enderecos": [{"logradouro": "Rua das Acácias", "numero": "12", "cidade": "São Lourenço", "uf": "mg",
                   "cep": 37470000}],
    "telefones": ["35 99871-2045"]}


class OtherSystem:
    """`answer` is (status, body, headers): a body is JSON or bytes; or a function of the handler that answers itself.

    `asked` are [(method, path, headers, body)]."""

    def __init__(self):
        self.asked, self.answer, self.closing = [], (200, ANA), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                with contextlib.suppress(OSError):  # who asked may have left
                    (outer.answer if callable(outer.answer) else outer.plain)(self)

            def do_POST(self):
                self.do_GET()

            def log_message(self, *args):
                return

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.port = self.httpd.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()

    def plain(self, handler):
        status, body, *more = self.answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)),
                            **(more[0] if more else {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def late(self, seconds):
        """Answers after so long."""
        def answer(handler):
            if not self.closing.wait(seconds):
                OtherSystem.plain(self.like((200, ANA)), handler)
        return answer

    def like(self, answer):
        """The same system with another answer, for one request."""
        other = object.__new__(OtherSystem)
        other.__dict__ = {**self.__dict__, "answer": answer}
        return other

    def drip(self, handler):
        """A byte now and then, for ever."""
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not self.closing.is_set():
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    def cut(self, handler):
        """Half of what was announced."""
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"cliente": {"nome": "An')

    def close(self):
        self.closing.set()
        self.httpd.shutdown()
        self.httpd.server_close()
