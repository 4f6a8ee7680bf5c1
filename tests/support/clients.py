"""A browser without a window and a caller of the API: CSRF on, an address of their own, a context a request."""
import itertools
import re

from itsdangerous import URLSafeTimedSerializer

PASSWORD = "cavalo correto 7"
_addresses = itertools.count(1)
_TOKEN = re.compile(r'<(?:input|meta)[^>]*name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"')


def fresh_address() -> str:
    """An address no other client has, so that limits per address never meet."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Caller:
    """Every request runs in an application context of its own: a shared one would leak `g` from one to the next."""

    def __init__(self, app, session, ip=None, user_agent="pytest"):
        self.app, self.session, self.browser = app, session, app.test_client()
        self.environ = {"REMOTE_ADDR": ip or fresh_address(), "HTTP_USER_AGENT": user_agent}

    def open(self, method, url, **options):
        """One request, its body read to the end. What the test has read or added is committed first."""
        self.session.commit()
        options.setdefault("buffered", True)  # a streamed body reads the database: while the context is there
        with self.app.app_context():
            return self.browser.open(url, method=method, environ_overrides=self.environ, **options)


class Client(Caller):
    """A person's browser: keeps cookies, reads the CSRF token from the pages it has seen."""

    _csrf = None

    def open(self, method, url, **options):
        response = super().open(method, url, **options)
        if response.mimetype == "text/html" and (found := _TOKEN.search(response.text)):
            self._csrf = found[1]
        return response

    def get(self, url, **options):
        return self.open("GET", url, **options)

    def token(self) -> str:
        """The CSRF token of the last page seen; where none was seen yet, one as a page would have given."""
        if not self._csrf:
            with self.app.app_context(), self.browser.session_transaction(environ_overrides=self.environ) as kept:
                kept.setdefault("csrf_token", "0" * 40)
                self._csrf = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(
                    kept["csrf_token"])
        return self._csrf

    def post(self, url, data=None, *, csrf=True, **options):
        """A form post. Lists in `data` are repeated fields; `json=` is sent with the token in its header."""
        headers = dict(options.pop("headers", {}))
        if csrf and "json" in options:
            headers["X-CSRFToken"] = self.token()
        if "json" in options:
            return self.open("POST", url, headers=headers, **options)
        fields = {"csrf_token": self.token(), **(data or {})} if csrf else dict(data or {})
        return self.open("POST", url, data=fields, headers=headers, **options)

    def login(self, username, password=PASSWORD, going_to=None):
        """Sign in by the form; `going_to` is the page that was asked for."""
        query = f"?next={going_to}" if going_to else ""
        response = self.post(f"/login/{query}", {"username": username, "password": password})
        self._csrf = None
        return response


class ApiClient(Caller):
    """A caller of /api/v1 with a bearer token."""

    access_token = refresh_token = None

    def login(self, username, password=PASSWORD, **more):
        credentials = {"username": username, "password": password, "provider": "db", "refresh": True, **more}
        response = self.open("POST", "/api/v1/security/login", json=credentials)
        if response.status_code == 200:
            self.access_token, self.refresh_token = response.json["access_token"], response.json.get("refresh_token")
        return response

    def call(self, method, url, **options):
        headers = dict(options.pop("headers", {}))
        if self.access_token:
            headers.setdefault("Authorization", f"Bearer {self.access_token}")
        return self.open(method, url, headers=headers, **options)

    def get(self, url, **options):
        return self.call("GET", url, **options)

    def post(self, url, json=None, **options):
        return self.call("POST", url, json={} if json is None else json, **options)

    def put(self, url, json=None, **options):
        return self.call("PUT", url, json={} if json is None else json, **options)

    def delete(self, url, **options):
        return self.call("DELETE", url, **options)

    def patch(self, url, json=None, **options):
        return self.call("PATCH", url, json={} if json is None else json, **options)
