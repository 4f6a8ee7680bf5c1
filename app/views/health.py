"""For load balancers and monitors: /healthz says that the process answers, /readyz that it can do its work."""
from flask import Blueprint, current_app
from sqlalchemy import text

from .. import schema
from ..extensions import db

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz():
    return {"status": "ok"}


@health.get("/readyz")
def readyz():
    """200 when database, migrations and Redis are there, else 503; says what is missing, never where it should be."""
    checks = {"database": _answers(_database), "migrations": _answers(lambda: schema.is_current(db.engine))}
    if current_app.config["REDIS_URL"]:
        checks["redis"] = _answers(_redis)
    ready = all(checks.values())
    return {"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503


def _answers(check) -> bool:
    try:
        return bool(check())
    except Exception:
        current_app.logger.warning("not ready", exc_info=True)
        return False


def _database():
    with db.engine.connect() as connection:
        return connection.scalar(text("select 1")) == 1


def _redis():
    import redis

    with redis.Redis.from_url(current_app.config["REDIS_URL"], socket_timeout=2, socket_connect_timeout=2) as server:
        return server.ping()


def init_app(app) -> None:
    app.register_blueprint(health)
