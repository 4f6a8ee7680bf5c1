"""Balcão: create_app() puts the parts together; nothing here decides anything."""
from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix

from .extensions import csrf, db, limiter, migrate
from .views.templating import Templates


def create_app(settings: dict | None = None) -> Flask:
    """One application. `settings` overrides what `config.load()` reads from the environment (tests)."""
    import config

    values = config.load()
    values.update(settings or {})
    app = Flask(__name__, instance_path=values["INSTANCE_PATH"])
    app.jinja_environment = Templates
    app.config.update(values)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    limiter.init_app(app)

    from . import api, cli, models, views  # noqa: F401  (models: the metadata must be whole before AppBuilder reads it)
    from .live import redis_wakes
    from .security import csp, locale
    from .services import live_events, webhook_events  # noqa: F401  (they listen to the log)
    from .views import colours, denials, errors, formats, health, settings_tabs, shell
    from .views.attendances import report

    csp.init_app(app)
    colours.init_app(app)
    denials.init_app(app)
    formats.init_app(app)
    health.init_app(app)
    redis_wakes.init_app(app)
    settings_tabs.init_app(app)
    shell.init_app(app)
    with app.app_context():
        appbuilder = AppBuilder(update_perms=False)
        appbuilder.init_app(app, db.session)
        locale.init_app(app)
        errors.init_app(app)  # after who asks is known
        views.register(appbuilder)
        api.register(appbuilder, report=report.of)
    cli.register(app)
    return app
