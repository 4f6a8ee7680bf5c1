"""Response headers that protect a page: Content-Security-Policy with a nonce a response, and the usual four."""
import secrets

from flask import g


def nonce() -> str:
    if "_csp_nonce" not in g:
        g._csp_nonce = secrets.token_urlsafe(16)
    return g._csp_nonce


def init_app(app) -> None:
    # A Jinja global: FAB renders its widgets where context processors do not reach.
    app.jinja_env.globals["csp_nonce"] = nonce

    @app.after_request
    def protect(response):
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if app.config["PUBLIC_URL"].startswith("https://"):
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", (
                f"default-src 'self'; script-src 'self' 'nonce-{nonce()}'; style-src 'self'; style-src-attr 'none'; "
                "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"))
            response.headers.setdefault("X-Frame-Options", "DENY")
            response.headers.setdefault("Cache-Control", "no-store")
        return response
