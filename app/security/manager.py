"""The SecurityManager (placeholder until identity lands)."""
from flask_appbuilder.security.sqla.manager import SecurityManager


class AppSecurityManager(SecurityManager):
    pass
