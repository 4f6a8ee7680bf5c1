"""What a user of a portal asked for and may not see stands in the security log, by whatever way he asked."""
from urllib.parse import quote

from flask import current_app, g, request

from ..database import unit_of_work, utc_now
from ..extensions import db
from ..services import login

DENIED = (403, 404)


def init_app(app) -> None:
    """After the answer is made; an address that no page has is no denial."""
    @app.after_request
    def note(response):
        viewer = g.get("viewer")
        if response.status_code in DENIED and viewer is not None and viewer.entity_id and _is_page(request.endpoint):
            try:
                with unit_of_work(db.session) as session:
                    login.note_denied(
                        session, viewer, f"{request.method} {quote(request.path)}", ip=request.remote_addr or "",
                        via="rest" if request.path.startswith("/api/") else "page",
                        user_agent=request.user_agent.string, now=utc_now())
            except Exception:
                current_app.logger.exception("a denial could not be noted")
        return response


def _is_page(endpoint: str | None) -> bool:
    return bool(endpoint) and endpoint.rpartition(".")[2] != "static"
