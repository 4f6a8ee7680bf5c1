"""Extensions without an application; AppBuilder is made in create_app, one per app (it keeps state)."""
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

db = SQLA(model_class=Model)  # FAB's own metadata: one Alembic history owns FAB's tables and ours
migrate = Migrate()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
